import type { Digest } from "../domain/digest.ts";
import { type Ledger, LEDGER_FILE, modelState, ownEntry, type Transition } from "../domain/ledger.ts";
import type { EnvironmentPhases } from "../domain/lifecycle.ts";
import { gateError } from "../errors.ts";
import { apply } from "./apply.ts";
import {
  changedModels,
  ENTRY_END,
  entryLines,
  entryOf,
  formatLedger,
  formatShared,
  isTransition,
  modelDigest,
  parseLedger,
} from "./ledger-text.ts";

/** A proven step from one ledger to the next. */
export interface VerifiedTransition {
  readonly base: Ledger;
  readonly head: Ledger;
  readonly transition: Transition;
}

/**
 * Proves that a ledger is what one transition of one model makes of the ledger before, byte for byte; that is the whole
 * legality check. Errors: DOCUMENT_*, LEDGER_NOT_CANONICAL, LEDGER_INVALID, LEDGER_APPLY_MISMATCH, and every LEDGER_*
 * reason for an illegal move.
 */
export function verifyTransition(
  baseBytes: Uint8Array,
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  return verifyNext(parseLedger(baseBytes), headBytes, environments);
}

/** A ledger that was proven before, by its exact bytes. */
export interface KnownRevision {
  readonly ledger: Ledger;
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: Digest;
}

/**
 * The same for one step of a long history: of the head only the transition is read, and the rest is derived from the base.
 * Where the derived ledger is another one, `verifyNext` reads the whole head and says why.
 */
export function verifyStep(
  base: KnownRevision,
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  return (
    derivedStep(base, Buffer.from(headBytes), environments) ??
    verifyNext(base.ledger, headBytes, environments)
  );
}

/** Half of a surrogate pair comes through `JSON.parse` and back as it is; the strict reader refuses it. */
const SURROGATE = String.raw`\ud`;

function derivedStep(
  { ledger: base, bytes }: KnownRevision,
  headBytes: Buffer,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition | undefined {
  const baseBytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const block = entryAround(headBytes, firstDifference(baseBytes, headBytes));
  const text = block && transitionIn(block);
  if (text === undefined || text.includes(SURROGATE)) return undefined;
  try {
    const transition: unknown = JSON.parse(text);
    if (!isTransition(transition)) return undefined;
    const head = apply(base, transition, environments);
    return isDerived([baseBytes, headBytes], head, transition.model) ? { base, head, transition } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether bytes are the text of a derived ledger, in which only the entry of one model differs from the base's text. What is
 * before and after the entry is compared as it is, so that a step costs what changes in it.
 */
function isDerived([base, head]: readonly [Buffer, Buffer], ledger: Ledger, model: string): boolean {
  const [was, is] = [entryOf(base, model), entryOf(head, model)];
  if (!was || !is) return Buffer.from(formatShared(ledger)).equals(head);
  return (
    head.subarray(is.start, is.end).equals(Buffer.from(entryLines(ledger, model))) &&
    base.subarray(0, was.start).equals(head.subarray(0, is.start)) &&
    base.subarray(was.end).equals(head.subarray(is.end))
  );
}

/** Bytes that are compared at once; a ledger of many models differs in a few lines. */
const BLOCK = 4096;

function firstDifference(a: Buffer, b: Buffer): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at + BLOCK <= end && a.compare(b, at, at + BLOCK, at, at + BLOCK) === 0) at += BLOCK;
  while (at < end && a[at] === b[at]) at += 1;
  return at;
}

const ENTRY = '\n    "';
const TRANSITION = '\n      "transition": {';
const TRANSITION_END = "\n      }";

/** The lines of the model in which an offset is; undefined in any other spelling than the canonical one. */
function entryAround(bytes: Buffer, offset: number): Buffer | undefined {
  // A model that comes in as the last one makes the first difference in the comma before it.
  const start = bytes.lastIndexOf(ENTRY, offset + 1);
  const end = start < 0 ? -1 : bytes.indexOf(ENTRY_END, start);
  return end < 0 ? undefined : bytes.subarray(start, end + ENTRY_END.length);
}

function transitionIn(entry: Buffer): string | undefined {
  const start = entry.indexOf(TRANSITION);
  const end = start < 0 ? -1 : entry.indexOf(TRANSITION_END, start + TRANSITION.length);
  return end < 0
    ? undefined
    : entry.toString("utf8", start + TRANSITION.length - 1, end + TRANSITION_END.length);
}

/** The same for a base ledger that was read already. */
export function verifyNext(
  base: Ledger,
  headBytes: Uint8Array,
  environments: readonly EnvironmentPhases[],
): VerifiedTransition {
  const head = parseLedger(headBytes);
  const model = movedModel(base, head);
  const transition = chainedTransition(base, head, model);
  const expected = apply(base, transition, environments);
  if (!Buffer.from(formatLedger(expected)).equals(headBytes)) {
    const why = `${transition.event} of ${transition.model} ${transition.version} changes something else`;
    throw mismatch(`/models/${model}`, why);
  }
  return { base, head, transition };
}

/** The one model whose entry differs. LEDGER_APPLY_MISMATCH for none, for several, and for one that is gone. */
function movedModel(base: Ledger, head: Ledger): string {
  const [model, other] = changedModels(base, head);
  if (model === undefined) throw mismatch("/models", "no model has another entry than before");
  if (other !== undefined)
    throw mismatch("/models", `a transition changes one model, not both ${model} and ${other}`);
  if (!ownEntry(head.models, model)) throw mismatch("/models", `${model} is gone`);
  return model;
}

function chainedTransition(base: Ledger, head: Ledger, model: string): Transition {
  const [before, after] = [modelState(base, model), modelState(head, model)];
  const pointer = `/models/${model}`;
  const expected = before.revision + 1;
  if (after.revision !== expected) {
    const why = `the base has revision ${before.revision} of ${model} and the head has revision ${after.revision}`;
    throw mismatch(`${pointer}/revision`, why);
  }
  const digest = modelDigest(before);
  if (after.previous !== digest)
    throw mismatch(`${pointer}/previous`, `the state of ${model} in the base has the digest ${digest}`);
  if (after.transition) return after.transition;
  throw mismatch(`${pointer}/transition`, `${model} has no transition`);
}

/**
 * The transition that a ledger claims to make of another one: that of the only model whose entry differs; null when none
 * does, or several do. It is not proven. DOCUMENT_*, LEDGER_*.
 */
export function claimedTransition(base: Ledger, claims: Ledger | Uint8Array): Transition | null {
  const head = claims instanceof Uint8Array ? parseLedger(claims) : claims;
  const [model, other] = changedModels(base, head);
  return model === undefined || other !== undefined ? null : modelState(head, model).transition;
}

function mismatch(pointer: string, why: string): Error {
  return gateError("LEDGER_APPLY_MISMATCH", `The head does not follow from the base: ${why}.`, {
    where: { file: LEDGER_FILE, pointer },
  });
}
