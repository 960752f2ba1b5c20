import type { AuditReport, CommitVerdict } from "../../domain/audit.ts";
import { refuseUnknownModel, registeredVersions } from "../registry/registered-versions.ts";
import { audit, type AuditPorts } from "./audit.ts";

/** Every transition of one model, oldest first, as the audit of the whole line judges it. */
export interface ModelHistory {
  readonly model: string;
  /** The commit that the line ends in. */
  readonly head: string;
  /** Of the whole audit. */
  readonly outcome: AuditReport["outcome"];
  readonly transitions: readonly CommitVerdict[];
  /** Commits of the line that failed and brought no transition of this model: what they did to it, nobody vouches for. */
  readonly otherFailures: number;
}

/** GATE_MODEL_UNKNOWN, and the codes of `audit`. */
export async function modelHistory(
  ports: AuditPorts,
  model: string,
  signal?: AbortSignal,
): Promise<ModelHistory> {
  const { report } = await audit(ports, signal ? { signal } : {});
  const { commits, head, outcome } = report;
  const transitions = commits.filter(({ transition }) => transition?.model === model);
  if (transitions.length === 0)
    refuseUnknownModel(model, [...(await registeredVersions(ports.git, head)).keys()]);
  const failed = commits.filter((commit) => commit.outcome === "FAIL" && commit.transition?.model !== model);
  return { model, head, outcome, transitions, otherFailures: failed.length };
}
