import { parseJson } from "../../domain/document/json.ts";
import {
  type Ledger,
  LEDGER_FILE,
  type ModelState,
  modelState,
  ownEntry,
  type Transition,
} from "../../domain/ledger.ts";
import { GateError, gateError, problem, triedOr } from "../../errors.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { commandFor, commandsBehind } from "../../ledger/command.ts";
import { apply } from "../../ledger/apply.ts";
import { changedModels, formatLedger, modelDigest, parseLedger } from "../../ledger/ledger-text.ts";
import { verifyTransition } from "../../ledger/verify.ts";
import type { Git } from "../../ports/git.ts";
import { type BaseLedger, claimedMove, readBaseLedger, readLedger } from "../gate/base-ledger.ts";
import { contentOr } from "../gate/broken.ts";
import { environmentsFor } from "../gate/environments.ts";
import { packFolder } from "../../domain/evidence.ts";
import type { Change } from "./change.ts";
import { requestOf } from "../request.ts";

/** Revisions that are looked through to tell an overtaken proposal from an edit by hand. */
const LOOK_BACK = 200;

/**
 * The transition that the head claims, derived again from the base's ledger byte for byte.
 * CHECK_PACK_FOREIGN (evidence without a transition), CHECK_STALE with the command that proposes it again, or
 * CHECK_LEDGER_HAND_EDITED with the commands that do it properly, and behind it every LEDGER_* and DOCUMENT_* reason.
 */
export async function provenTransition(git: Git, change: Change): Promise<Transition> {
  const head = await git.show(change.head, LEDGER_FILE);
  if (!head || !change.paths.some(({ path }) => path === LEDGER_FILE)) {
    const where = { file: change.paths[0]?.path ?? LEDGER_FILE };
    throw gateError("CHECK_PACK_FOREIGN", `There is evidence, but no transition in ${LEDGER_FILE}.`, {
      where,
    });
  }
  const claimed = await contentOr(null, () => claimedMove(git, change.from, head));
  const event = claimed?.event ?? "REGISTER";
  const base = await readBaseLedger(git, change.base, event);
  try {
    const environments = await environmentsFor(git, change.base, event);
    return verifyTransition(base.bytes, await merged(git, change, { base, head, event }), environments)
      .transition;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    throw (await overtaken(git, change, { base: base.ledger, head })) ?? handEdited(base.ledger, head, error);
  }
}

/** A head and the ledger that it is compared with. */
interface Compared {
  readonly base: Ledger;
  readonly head: Uint8Array;
}

/**
 * deployed.json as merging a head into the base makes it: entry by entry, so that other models may have moved since the
 * head left the base. LEDGER_*, DOCUMENT_*.
 */
async function merged(
  git: Git,
  change: Change,
  { base, head, event }: { base: BaseLedger; head: Uint8Array; event: LifecycleEvent },
): Promise<Uint8Array> {
  if (change.from === change.base) return head;
  const { ledger: left } = await readBaseLedger(git, change.from, event);
  const theirs = parseLedger(head);
  const models = { ...base.ledger.models };
  for (const id of changedModels(left, theirs)) {
    const entry = ownEntry(theirs.models, id);
    if (entry) models[id] = entry;
    else delete models[id];
  }
  return Buffer.from(formatLedger({ ...base.ledger, models }));
}

/** A proposal that follows from an earlier revision of its model. */
async function overtaken(git: Git, change: Change, { base, head }: Compared): Promise<GateError | undefined> {
  const proposed = proposedEntry(change, { base, head });
  if (!proposed) return undefined;
  const { transition, revision } = proposed;
  const now = modelState(base, transition.model);
  if (proposed.previous === modelDigest(now) || !(await followsEarlier(git, change, proposed)))
    return undefined;
  const message = `The proposal makes revision ${revision} of ${transition.model}; the base is at revision ${now.revision} now.`;
  const fix = `Propose it again on the new base: ${commandFor(requestOf(transition))}`;
  return gateError("CHECK_STALE", message, { where: { file: LEDGER_FILE }, fix });
}

type ProposedEntry = ModelState & { readonly transition: Transition };

/** The entry of the model whose evidence the change brings. */
function proposedEntry(change: Change, { base, head }: Compared): ProposedEntry | undefined {
  const theirs = triedOr(undefined, () => parseLedger(head));
  if (!theirs) return undefined;
  return changedModels(base, theirs)
    .map((id) => modelState(theirs, id))
    .find(
      (entry): entry is ProposedEntry => entry.transition !== null && bringsPack(change, entry.transition),
    );
}

/** Whoever edits by hand brings no pack. */
function bringsPack({ paths }: Change, transition: Transition): boolean {
  const pack = `${packFolder({ ...transition, runId: transition.run_id })}/pack.json`;
  return paths.some(({ path }) => path === pack);
}

/** Whether an entry is what its transition makes of an earlier state of its model on the base's line. */
async function followsEarlier(git: Git, change: Change, proposed: ProposedEntry): Promise<boolean> {
  const { transition, previous } = proposed;
  if (await git.isShallow()) return false;
  for (const commit of (await git.history(change.base, LEDGER_FILE)).slice(0, LOOK_BACK)) {
    const earlier = await contentOr(null, async () => (await readLedger(git, commit)).ledger);
    if (!earlier || modelDigest(modelState(earlier, transition.model)) !== previous) continue;
    const environments = await environmentsFor(git, commit, transition.event);
    const made = triedOr(null, () => apply(earlier, transition, environments));
    return made !== null && modelDigest(modelState(made, transition.model)) === modelDigest(proposed);
  }
  return false;
}

function handEdited(base: Ledger, head: Uint8Array, why: GateError): GateError {
  const commands = commandsBehind(base, loosely(head));
  const instead =
    commands.length === 0
      ? "let modelgate make it: modelgate promote, rollback, disable, enable, retire or revoke"
      : `run: ${commands.slice(0, 5).join("; then ")}`;
  const first = problem(
    "CHECK_LEDGER_HAND_EDITED",
    `${LEDGER_FILE} was edited by hand: it is not what a transition of the base makes of it.`,
    { where: why.problems[0].where ?? { file: LEDGER_FILE }, fix: `Undo the edit and ${instead}` },
  );
  return new GateError([first, ...why.problems], { cause: why });
}

function loosely(bytes: Uint8Array): unknown {
  return triedOr(undefined, () => parseJson(bytes, LEDGER_FILE).value);
}
