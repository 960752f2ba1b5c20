import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditReport } from "../../src/domain/audit.ts";
import type { AuditScene } from "./audit-scene.ts";

export const SHADOW_POLICY = "policies/gates/shadow.yaml";

/** A lawful change of a policy, if the right person signs it: the shadow policy with its version raised. */
export function nextPolicy({ root }: Pick<AuditScene, "root">): Record<string, string> {
  const text = readFileSync(join(root, SHADOW_POLICY), "utf8");
  return { [SHADOW_POLICY]: text.replace(/version: (\d+)/, (_, n) => `version: ${Number(n) + 1}`) };
}

/** What is signed in a commit: its bytes without the signature's header. */
export function payloadOf(raw: Uint8Array): string {
  return Buffer.from(raw)
    .toString("latin1")
    .replace(/gpgsig (?:[^\n]*\n )*[^\n]*\n/, "");
}

/** A commit's bytes with a signature before its message. */
export function withSignature(payload: string, armored: string): string {
  const header = `gpgsig ${armored.trimEnd().replaceAll("\n", "\n ")}`;
  return payload.replace("\n\n", `\n${header}\n\n`);
}

/** `FAIL CODE CODE`: outcome and reason codes of the audit on one commit. */
export function gistOn(report: AuditReport, commit: string): string {
  const found = report.commits.find((one) => one.commit === commit);
  if (!found) throw new Error(`The audit has no verdict on ${commit}.`);
  return [found.outcome, ...found.reasons.map(({ code }) => code)].join(" ");
}
