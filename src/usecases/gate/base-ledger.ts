import type { Broken } from "../../domain/broken.ts";
import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import { isWayOut, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, problem, tried } from "../../errors.ts";
import { changedModels, parseLedger } from "../../ledger/ledger-text.ts";
import { claimedTransition, type KnownRevision, verifyTransition } from "../../ledger/verify.ts";
import type { Git } from "../../ports/git.ts";
import { brokenBy, contentOr, triedContent } from "./broken.ts";
import { environmentReader } from "./environments.ts";
import { type LawfulLedger, lawfulLedger, type LedgerFiles } from "./ledger-history.ts";

/** A ledger that a transition builds on, by its exact bytes. */
export interface BaseLedger extends KnownRevision {
  /** What is wrong with deployed.json of the commit, where it is not this one. */
  readonly broken: readonly Broken[];
}

/** The ledger of a commit and its exact bytes. LEDGER_MISSING, LEDGER_*, DOCUMENT_*. */
export async function readLedger(
  git: Pick<Git, "show">,
  commit: string,
): Promise<{ ledger: Ledger; bytes: Uint8Array }> {
  const bytes = await git.show(commit, LEDGER_FILE);
  if (bytes) return { ledger: parseLedger(bytes), bytes };
  const where = { file: LEDGER_FILE };
  throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`, {
    where,
  });
}

/**
 * The ledger that an event builds on. That of the commit; for the way out the last lawful one of the first-parent line,
 * whatever became of the file since. LEDGER_MISSING, LEDGER_*, DOCUMENT_*, GIT_*.
 */
export async function readBaseLedger(
  git: LedgerFiles,
  commit: string,
  event: LifecycleEvent,
): Promise<BaseLedger> {
  // A cut history shows no earlier revision: there the file is taken as it is.
  const follows = isWayOut(event) && !(await git.isShallow());
  const lawful = follows ? await lawfulLedger(git, commit) : null;
  if (lawful) {
    const broken = await brokenRevision(() => git.show(commit, LEDGER_FILE), lawful);
    return { ...lawful, broken };
  }
  const { ledger, bytes } = await readLedger(git, commit);
  return { ledger, bytes, digest: digestOf(bytes), broken: [] };
}

/**
 * The ledger to show, on which nothing is decided: the file of a commit where its newest change is a valid step, else the ledger
 * that a way out builds on. LEDGER_MISSING, LEDGER_*, DOCUMENT_*, GIT_*.
 */
export async function shownLedger(git: LedgerFiles, commit: string): Promise<BaseLedger> {
  const stepped = await contentOr(null, () => newestStep(git, commit));
  return stepped ?? readBaseLedger(git, commit, "DISABLE");
}

/** Null where the newest change of deployed.json is no valid step. */
async function newestStep(git: LedgerFiles, commit: string): Promise<BaseLedger | null> {
  const { ledger, bytes } = await readLedger(git, commit);
  const known = { ledger, bytes, digest: digestOf(bytes), broken: [] };
  const [newest] = (await git.isShallow()) ? [] : await git.history(commit, LEDGER_FILE);
  const parent = newest === undefined ? undefined : (await git.facts(newest)).parents[0];
  const before = parent === undefined ? undefined : await git.show(parent, LEDGER_FILE);
  if (!before) return Object.keys(ledger.models).length === 0 ? known : null;
  verifyTransition(before, bytes, await environmentReader(git)(parent));
  return known;
}

/**
 * The transition that a deployed.json claims to make of the ledger of a commit, or, as a way out does, of the last lawful one;
 * null when it is neither. It is not proven. DOCUMENT_*, LEDGER_*, GIT_*.
 */
export async function claimedMove(
  git: LedgerFiles,
  commit: string,
  head: Uint8Array,
): Promise<Transition | null> {
  const there = await contentOr(null, async () => (await readLedger(git, commit)).ledger);
  const claimed = there && claimedTransition(there, head);
  if (claimed || (await git.isShallow())) return claimed;
  const lawful = await lawfulLedger(git, commit);
  const wayOut = lawful && claimedTransition(lawful.ledger, head);
  return wayOut && isWayOut(wayOut.event) ? wayOut : null;
}

/** What is wrong with deployed.json of a commit, compared with the last lawful revision of its line. GIT_*. */
export async function brokenRevision(
  show: () => Promise<Uint8Array | undefined>,
  lawful: Pick<LawfulLedger, "ledger" | "digest" | "commit">,
): Promise<readonly Broken[]> {
  const read = await triedContent(show);
  if (!(read instanceof GateError) && read && digestOf(read) === lawful.digest) return [];
  const why = read instanceof GateError ? read : whyNotLawful(read, lawful);
  return brokenBy(why, { file: LEDGER_FILE, instead: lawful.commit });
}

function whyNotLawful(bytes: Uint8Array | undefined, { ledger }: Pick<LawfulLedger, "ledger">): GateError {
  if (!bytes) return gateError("LEDGER_MISSING", `${LEDGER_FILE} is gone.`);
  const read = tried(() => parseLedger(bytes));
  if (read instanceof GateError) return read;
  const text = `No lawful transition made what it says of ${changedModels(ledger, read).join(", ")}.`;
  return new GateError([problem("LEDGER_CHAIN_BROKEN", text)]);
}
