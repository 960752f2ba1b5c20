import { type Digest, digestOf } from "../domain/digest.ts";
import type { Ledger } from "../domain/ledger.ts";
import { type EnvironmentPhases, isWayOut } from "../domain/lifecycle.ts";
import { triedOr } from "../errors.ts";
import { formatLedger, GENESIS } from "./ledger-text.ts";
import { claimedTransition, type KnownRevision, verifyStep } from "./verify.ts";

/** Where a line of commits has deployed.json: the last revision that a lawful transition made, and the file as it is. */
export interface LedgerLine {
  /** Null before the first ledger. */
  readonly lawful: KnownRevision | null;
  /** Of deployed.json, lawful or not; null when there is none. */
  readonly current: Digest | null;
}

export const NO_LEDGER: LedgerLine = { lawful: null, current: null };

/**
 * The line after a commit that changed deployed.json to these bytes (null: no such file any more). The first lawful one is
 * revision 0. The next ones are what a transition makes of the last lawful one, and that one put back. `environments`: of
 * the commit before.
 */
export function followLine(
  line: LedgerLine,
  bytes: Uint8Array | null,
  environments: readonly EnvironmentPhases[],
): LedgerLine {
  if (!bytes) return { ...line, current: null };
  const current = digestOf(bytes);
  return { current, lawful: nextLawful(line, { bytes, digest: current }, environments) };
}

function nextLawful(
  { lawful, current }: LedgerLine,
  next: Pick<KnownRevision, "bytes" | "digest">,
  environments: readonly EnvironmentPhases[],
): KnownRevision | null {
  if (!lawful) {
    const isFirst = current === null && Buffer.from(formatLedger(GENESIS)).equals(next.bytes);
    return isFirst ? { ledger: GENESIS, ...next } : null;
  }
  if (next.digest === lawful.digest || !mayFollow({ lawful, current }, next.bytes)) return lawful;
  return triedOr(lawful, () => ({
    ledger: verifyStep(lawful, next.bytes, environments).head,
    ...next,
  }));
}

/**
 * Whether a revision may be judged as a step from the last lawful one. Nothing is brought forward while deployed.json is
 * another; the way out works from the last lawful one, whatever is there.
 */
export function mayFollow({ lawful, current }: LedgerLine, bytes: Uint8Array): boolean {
  if (!lawful) return false;
  return current === lawful.digest || triedOr(false, () => claimsWayOut(lawful.ledger, bytes));
}

/** Whether a deployed.json claims to be what a way out makes of a ledger. DOCUMENT_*, LEDGER_*. */
export function claimsWayOut(base: Ledger, bytes: Uint8Array): boolean {
  const transition = claimedTransition(base, bytes);
  return transition !== null && isWayOut(transition.event);
}
