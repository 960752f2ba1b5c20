import type { Attempts } from "../../domain/attempts.ts";
import type { Digest } from "../../domain/digest.ts";
import type { Ledger } from "../../domain/ledger.ts";
import type { ClaimedNumbers } from "../../domain/registry/evaluation.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { TransitionRequest } from "../request.ts";

/** What the gate decided, with everything that a commit needs to make it replayable. */
export interface Decision {
  readonly request: TransitionRequest;
  readonly verdict: Verdict;
  /** Commit that policies, ledger and manifests were read from. */
  readonly baseCommit: string;
  readonly ledger: Ledger;
  readonly ledgerDigest: Digest;
  /** The evidence pack: path inside the pack folder -> bytes, with pack.json and verdict.json. */
  readonly pack: ReadonlyMap<string, Uint8Array>;
  /** Digest of the bytes of pack.json. */
  readonly evidenceDigest: Digest;
  /** Earlier attempts on the same transition, for the report alone; left out where nobody looked for them. */
  readonly attempts?: Attempts;
  /** What authors report of the quality of candidate and live version: for the report alone, no verdict rests on it. */
  readonly claims?: ClaimedNumbers | null;
}
