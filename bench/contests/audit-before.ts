import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AuditReport } from "../../src/domain/audit.ts";
import type { Contest, Run, Side } from "../side-by-side.ts";
import { longHistory } from "./signed-histories.ts";

/** Root of another checkout of this project that was built: what this one is compared with. */
const BEFORE = process.env["MODELGATE_BEFORE"];

/**
 * The audit of 10,000 signed transitions by this build and by an earlier one, on the same history: CPU time of the whole
 * process with all of its threads and of the git processes that it starts, so that what else the machine does counts little.
 * Both must come to the same answer. MODELGATE_BEFORE names the other checkout.
 */
export function auditBeforeContest(
  root: string,
  scratch: string,
  transitions = Number(process.env["MODELGATE_TRANSITIONS"] ?? 10_000),
): Contest {
  const built = BEFORE !== undefined && existsSync(join(BEFORE, "bin/modelgate.js"));
  const base = {
    title: `audit ${transitions.toLocaleString("en")} transitions, CPU time against an earlier build`,
    goal: 1.1,
    pairs: 5,
  };
  if (!built) {
    const missing = "MODELGATE_BEFORE names no built checkout of an earlier version";
    return { ...base, ours: { missing }, peer: { missing } };
  }
  const { folder } = longHistory(join(scratch, "before"), transitions);
  return {
    ...base,
    ours: auditSide("this build", root, folder),
    peer: auditSide("the earlier build", BEFORE, folder),
  };
}

function auditSide(name: string, root: string, folder: string): Side {
  const args = [join(root, "bin/modelgate.js"), "-C", folder, "--json", "audit"];
  return { name, run: () => cpuTimeOf(args) };
}

/** times(1p) of a shell that ran nothing else: user and system time of its children and of theirs. */
function cpuTimeOf(args: readonly string[]): Run {
  const script = '"$@"; times >&2';
  const run = spawnSync("sh", ["-c", script, "sh", process.execPath, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const children = run.stderr.trim().split("\n").at(-1) ?? "";
  const { outcome, count } = JSON.parse(run.stdout) as AuditReport;
  return { ms: milliseconds(children), answer: `${outcome} ${count}` };
}

/** `1m2.500000s 0m3.000000s`, added up. */
function milliseconds(times: string): number {
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000,
    0,
  );
}
