import type { AuditedTransition } from "../../domain/audit.ts";
import { GateError, type Problem } from "../../errors.ts";

/** What the judgement of one commit's content came to. */
export interface Finding {
  /** What makes the commit fail. */
  readonly problems: readonly Problem[];
  /** What an auditor should see, and nothing is in doubt for it. */
  readonly warnings?: readonly Problem[];
  /** Files of versions whose bytes are in Git LFS, as their manifests list them. */
  readonly inLfs?: readonly string[];
  readonly transition?: AuditedTransition | null;
}

/** The finding, or the problems of the refusal instead. What broke rather than refused is a problem too, and exits 3. */
export async function findingOr(judge: () => Promise<Finding>): Promise<Finding> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof GateError) return { problems: error.problems };
    throw error;
  }
}
