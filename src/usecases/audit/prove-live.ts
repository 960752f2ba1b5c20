import type { CommitVerdict } from "../../domain/audit.ts";
import { live, type LiveAnswer, type LiveQuestion } from "../live.ts";
import type { AuditPorts } from "./audit.ts";
import { auditCommit } from "./one-commit.ts";

/** What was live, and what the audit says of the commit that made it so. */
export interface ProvenLive extends LiveAnswer {
  /** Who signed it, who approved it, where its evidence is; null when nothing was live. */
  readonly judged: CommitVerdict | null;
}

/** The codes of `live` and of `audit`. */
export async function proveLive(ports: AuditPorts, question: LiveQuestion): Promise<ProvenLive> {
  const answer = await live(ports, question);
  const [made] = answer.chain;
  return { ...answer, judged: made ? await auditCommit(ports, made.commit) : null };
}
