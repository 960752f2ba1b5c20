/** `npm run bench`: side by side with peers on this machine. Prints what falls short; an absent peer is never a pass. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { markdownTable } from "markdown-table";
import { thisMachine } from "../src/adapters/machine/machine.ts";
import { auditBeforeContest } from "./contests/audit-before.ts";
import { auditContest } from "./contests/audit.ts";
import { callOverheadContest } from "./contests/call-overhead.ts";
import { checkContest } from "./contests/check.ts";
import { digestContest } from "./contests/digest.ts";
import { gateContest } from "./contests/gate.ts";
import { parityContest } from "./contests/parity.ts";
import { validateContest } from "./contests/validate.ts";
import { compare, type Contest, type Row } from "./side-by-side.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const scratch = mkdtempSync(join(tmpdir(), "modelgate-bench-"));

const CONTESTS: Readonly<Record<string, () => Contest>> = {
  parity: () => parityContest(root),
  "call-overhead": () => callOverheadContest(root),
  digest: () => digestContest(scratch),
  gate: () => gateContest(root, scratch),
  validate: () => validateContest(root, scratch),
  check: () => checkContest(root, scratch),
  audit: () => auditContest(root, scratch),
  "audit-before": () => auditBeforeContest(root, scratch),
};

const asked = process.argv.slice(2);
const names = Object.keys(CONTESTS).filter((name) => asked.length === 0 || asked.includes(name));
try {
  const rows: Row[] = [];
  const facts: string[] = [];
  for (const name of names) {
    process.stderr.write(`${name} …\n`);
    const contest = (CONTESTS[name] as () => Contest)();
    rows.push(await compare(contest));
    facts.push(...(contest.facts?.() ?? []));
  }
  const { cpu_model: cpu, cores, os, node } = thisMachine().fingerprint(null);
  process.stdout.write(
    `${cpu}, ${cores} cores, ${os}, Node ${node}. Medians; the ratio is ours over the peer's.\n\n`,
  );
  const cells = rows.map((row) => [row.result, row.title, row.ours, row.peer, row.ratio, row.goal]);
  process.stdout.write(`${markdownTable([["", "contest", "ours", "peer", "ratio", "goal"], ...cells])}\n`);
  if (facts.length > 0) process.stdout.write(`\n${facts.join("\n")}\n`);
  process.exitCode = rows.every((row) => row.result === "met") ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
