import { modelState, type Transition } from "../../domain/ledger.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import { modelDigest } from "../../ledger/ledger-text.ts";
import type { PullRequestReceipt } from "./receipt.ts";
import type { CommitFacts, Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { claimedMove, readBaseLedger, readLedger } from "../gate/base-ledger.ts";
import { branchTip } from "./branches.ts";
import { type ApprovalsFate, carryApprovals, fateOf } from "./carry-approvals.ts";
import { behindApprovals } from "./behind-approvals.ts";
import { type Draft, draftProposal } from "./draft.ts";
import { sameTransition } from "./from-decision.ts";
import { isProposal } from "./message.ts";

export interface ProposeOptions {
  /** When the commit is made: the clock of the run. */
  readonly now: Date;
  /** Text of the pull request, Markdown; kept beside the repository, never committed. */
  readonly text: string;
  readonly signal?: AbortSignal;
}

/** A proposal that another one took the place of, and what it asked for. */
export interface Replaced {
  readonly commit: string;
  readonly transition: Pick<Transition, "event" | "model" | "version" | "environment" | "phase">;
}

/** A transition that waits on its branch to be merged. */
export interface Proposal {
  readonly branch: string;
  readonly commit: string;
  readonly signed: boolean;
  /** False when the same proposal was already there, and nothing was written. */
  readonly created: boolean;
  /** The proposal that stood on the branch before and is no longer current; null when there was none. */
  readonly replaced: Replaced | null;
  readonly transition: Transition;
  /** Number of the revision that merging makes. */
  readonly revision: number;
  /** What became of approvals by key that the replaced proposal carried; left out where nothing was replaced. */
  readonly approvals?: ApprovalsFate;
  /** Absolute path of the text for the pull request. */
  readonly textPath: string;
  /** The pull request, where a forge has it. */
  readonly pullRequest?: PullRequestReceipt;
}

/**
 * Writes a decision that may merge as one commit on its proposal branch: the next deployed.json and the evidence pack.
 * Idempotent; a lost race is GIT_RACE_LOST and changes nothing. Also GIT_*, LEDGER_* and EVIDENCE_* refusals.
 */
export async function proposeTransition(
  ports: { git: Git },
  decision: Decision,
  options: ProposeOptions,
): Promise<Proposal> {
  const { git } = ports;
  await refuseMovedBase(git, decision);
  const draft = await draftProposal(git, decision);
  const { branch, transition, revision } = draft;
  const standing = await standingProposal(git, branch, decision);
  options.signal?.throwIfAborted();
  const written = isSame(standing, transition)
    ? {
        commit: standing.tip,
        signed: standing.facts.signed,
        created: false,
        transition: standing.transition,
      }
    : {
        ...(await write(git, { decision, draft, standing, now: options.now })),
        created: true,
        transition,
      };
  const textPath = await git.keep(`${branch}.md`, options.text);
  return { branch, ...written, replaced: written.created ? replacedBy(standing) : null, revision, textPath };
}

function replacedBy(before: Standing | null): Replaced | null {
  return before?.transition ? { commit: before.facts.commit, transition: before.transition } : null;
}

/** Evidence and verdict are bound to the base commit; on another one they prove nothing. */
async function refuseMovedBase(git: Git, decision: Decision): Promise<void> {
  const { commit } = await git.head();
  if (commit === decision.baseCommit) return;
  const text = `The base moved from ${shortCommit(decision.baseCommit)} to ${shortCommit(commit)} while the gate was judging.`;
  throw gateError("GIT_RACE_LOST", text);
}

/** What stands on the proposal branch. `transition` is null when that is merged already. */
interface Standing {
  /** Where the branch points: the proposal, or approvals that stand on it. */
  readonly tip: string;
  readonly facts: CommitFacts;
  readonly transition: Transition | null;
  readonly onBase: boolean;
}

async function standingProposal(git: Git, branch: string, decision: Decision): Promise<Standing | null> {
  const tip = await branchTip(git, branch);
  if (tip === null) return null;
  const facts = await behindApprovals(git, tip);
  if (await git.isAncestor(tip, decision.baseCommit)) return { tip, facts, transition: null, onBase: false };
  const [parent = ""] = facts.parents;
  const transition = await proposedBy(git, facts);
  if (!transition || !(await git.isAncestor(parent, decision.baseCommit))) {
    const text = `The branch ${branch} holds the commit ${shortCommit(tip)}, which is no proposal on the base branch.`;
    throw gateError("LEDGER_BRANCH_FOREIGN", text);
  }
  return { tip, facts, transition, onBase: parent === decision.baseCommit };
}

/** The transition of a proposal commit, which is one revision of its model after its parent's. */
async function proposedBy(git: Git, facts: CommitFacts): Promise<Transition | null> {
  const [parent] = facts.parents;
  if (parent === undefined || !isProposal(facts)) return null;
  const { ledger, bytes } = await readLedger(git, facts.commit);
  const transition = await claimedMove(git, parent, bytes);
  if (!transition) return null;
  const { model, event } = transition;
  const base = await readBaseLedger(git, parent, event);
  const follows = modelState(ledger, model).previous === modelDigest(modelState(base.ledger, model));
  return follows ? transition : null;
}

type OpenProposal = Standing & { readonly transition: Transition };

function isSame(standing: Standing | null, transition: Transition): standing is OpenProposal {
  return (
    standing?.onBase === true &&
    standing.transition !== null &&
    sameTransition(standing.transition, transition)
  );
}

interface Writing {
  readonly decision: Decision;
  readonly draft: Draft;
  readonly standing: Standing | null;
  readonly now: Date;
}

interface Written {
  readonly commit: string;
  readonly signed: boolean;
  readonly approvals?: ApprovalsFate;
}

/** The branch goes from what stood there to the new commit in one step: it never points to the bare base in between. */
async function write(git: Git, writing: Writing): Promise<Written> {
  const { decision, standing, now } = writing;
  const tip = standing?.transition ? standing.tip : null;
  const carried = tip === null ? null : await carryApprovals(git, { tip, draft: writing.draft, decision });
  const { branch, change, message } = carried?.draft ?? writing.draft;
  const expected = standing?.tip ?? null;
  const made = await git.commit({ branch, parent: decision.baseCommit, expected, change, message, at: now });
  return { ...made, ...(carried ? { approvals: fateOf(carried) } : {}) };
}
