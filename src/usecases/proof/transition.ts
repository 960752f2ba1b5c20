import { parseJson } from "../../domain/document/json.ts";
import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import { GateError, gateError, problem, triedOr } from "../../errors.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { commandFor, commandsBehind } from "../../ledger/command.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import { verifyTransition } from "../../ledger/verify.ts";
import type { Git } from "../../ports/git.ts";
import { environmentsFor, readBaseLedger } from "../gate/base-ledger.ts";
import { packFolder } from "../../domain/evidence.ts";
import { shortCommit } from "../../domain/short-commit.ts";
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
  const event = claimedEvent(head);
  const base = await readBaseLedger(git, change.base, event);
  try {
    const environments = await environmentsFor(git, change.base, event);
    return verifyTransition(base.bytes, head, environments).transition;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    throw (await overtaken(git, change, head)) ?? handEdited(base.ledger, head, error);
  }
}

/** What a head says that it is: on which ledger it is derived again, byte for byte. What says nothing goes forward. */
function claimedEvent(head: Uint8Array): LifecycleEvent {
  return triedOr("REGISTER", () => parseLedger(head).transition?.event ?? "REGISTER");
}

/** A proposal that follows from an earlier revision of the base's ledger. */
async function overtaken(git: Git, change: Change, head: Uint8Array): Promise<GateError | undefined> {
  const earlier = await revisionBefore(git, change, loosely(head));
  const event = claimedEvent(head);
  const transition =
    earlier && verifies(earlier.bytes, head, await environmentsFor(git, earlier.commit, event));
  if (!transition || !bringsPack(change, transition)) return undefined;
  const { ledger } = await readBaseLedger(git, change.base, event);
  const message = `The proposal follows from ${LEDGER_FILE} in ${shortCommit(earlier.commit)}; the base is at revision ${ledger.revision} now.`;
  const fix = `Propose it again on the new base: ${commandFor(requestOf(transition))}`;
  return gateError("CHECK_STALE", message, { where: { file: LEDGER_FILE }, fix });
}

/** Whoever edits by hand brings no pack. */
function bringsPack({ paths }: Change, transition: Transition): boolean {
  const pack = `${packFolder({ ...transition, runId: transition.run_id })}/pack.json`;
  return paths.some(({ path }) => path === pack);
}

async function revisionBefore(
  git: Git,
  change: Change,
  head: unknown,
): Promise<{ commit: string; bytes: Uint8Array } | undefined> {
  const previous = (head as Partial<Ledger> | null | undefined)?.previous;
  if (typeof previous !== "string" || (await git.isShallow())) return undefined;
  for (const commit of (await git.history(change.base, LEDGER_FILE)).slice(0, LOOK_BACK)) {
    const bytes = await git.show(commit, LEDGER_FILE);
    if (bytes && digestOf(bytes) === previous) return { commit, bytes };
  }
  return undefined;
}

function verifies(
  base: Uint8Array,
  head: Uint8Array,
  environments: Awaited<ReturnType<typeof environmentsFor>>,
): Transition | undefined {
  return triedOr(undefined, () => verifyTransition(base, head, environments).transition);
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
