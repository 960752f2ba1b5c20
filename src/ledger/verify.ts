import { type Digest, digestOf, sameDigest } from "../domain/digest.ts";
import { type Ledger, LEDGER_FILE, type Transition } from "../domain/ledger.ts";
import type { EnvironmentPhases } from "../domain/lifecycle.ts";
import { gateError } from "../errors.ts";
import { apply, successor } from "./apply.ts";
import { formatLedger, formatShared, isTransition, parseLedger } from "./ledger-text.ts";

/** A proven step from one revision to the next. */
export interface VerifiedTransition {
  readonly base: Ledger;
  readonly head: Ledger;
  readonly transition: Transition;
}

/**
 * Proves that the head revision is what its own transition makes of the base revision, byte for byte; that is the
 * whole legality check. Errors: DOCUMENT_*, LEDGER_NOT_CANONICAL, LEDGER_INVALID, LEDGER_APPLY_MISMATCH, and every
 * LEDGER_* reason for an illegal move.
 */
export function verifyTransition(
  baseBytes: Uint8Array,
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  return verifyNext({ ledger: parseLedger(baseBytes), bytes: baseBytes }, headBytes, environments);
}

/** A revision that was proven before, by its exact bytes. */
export interface KnownRevision {
  readonly ledger: Ledger;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: Digest;
}

const TRANSITION = Buffer.from('\n  "transition": {');
/** Half of a surrogate pair comes through `JSON.parse` and back as it is; the strict reader refuses it. */
const SURROGATE = String.raw`\ud`;

/**
 * The same for one step of a long history: only the transition is read from the head, and the rest follows from the base.
 * Whatever does not follow is looked at closely by `verifyNext`, which says why.
 */
export function verifyStep(
  base: KnownRevision,
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  const head = followed(base, Buffer.from(headBytes), environments);
  return head?.transition
    ? { base: base.ledger, head, transition: head.transition }
    : verifyNext(base, headBytes, environments);
}

function followed(
  base: KnownRevision,
  headBytes: Buffer,
  environments: readonly EnvironmentPhases[],
): Ledger | undefined {
  const at = headBytes.lastIndexOf(TRANSITION);
  if (at < 0) return undefined;
  const text = headBytes.toString("utf8", at);
  if (text.includes(SURROGATE)) return undefined;
  try {
    const { transition: told } = JSON.parse(`{${text}`) as { transition: unknown };
    const head = isTransition(told) && successor(base, told, environments);
    return head && Buffer.from(formatShared(head)).equals(headBytes) ? head : undefined;
  } catch {
    return undefined;
  }
}

/** The same for a base revision that was read already. */
export function verifyNext(
  { ledger: base, bytes: baseBytes }: { readonly ledger: Ledger; readonly bytes: Uint8Array },
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  const head = parseLedger(headBytes);
  const { transition } = head;
  if (!transition) throw mismatch("/transition", "the head is revision 0, which follows from nothing");
  if (head.revision !== base.revision + 1) {
    throw mismatch(
      "/revision",
      `the base is revision ${base.revision} and the head is revision ${head.revision}`,
    );
  }
  if (head.previous === null || !sameDigest(head.previous, digestOf(baseBytes))) {
    throw mismatch("/previous", `the base has the digest ${digestOf(baseBytes)}`);
  }
  const expected = apply(base, transition, environments);
  if (!Buffer.from(formatLedger(expected)).equals(headBytes)) {
    throw mismatch(
      "/models",
      `${transition.event} of ${transition.model} ${transition.version} changes something else`,
    );
  }
  return { base, head, transition };
}

function mismatch(pointer: string, why: string): Error {
  return gateError("LEDGER_APPLY_MISMATCH", `The head does not follow from the base: ${why}.`, {
    where: { file: LEDGER_FILE, pointer },
  });
}
