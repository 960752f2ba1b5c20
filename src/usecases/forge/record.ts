import { modelDigest } from "../../ledger/ledger-text.ts";
import type { Digest } from "../../domain/digest.ts";
import { LEDGER_FILE, modelState, type Transition } from "../../domain/ledger.ts";
import { parsePromotionBlock, type PromotionBlock } from "../../domain/promotion-block.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError, refuse } from "../../errors.ts";
import type { Forge, PullRequest } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import { readChange } from "../proof/change.ts";
import { readPack } from "../proof/stored-pack.ts";
import { provenTransition } from "../proof/transition.ts";
import { claimedMove, readBaseLedger, readLedger } from "../gate/base-ledger.ts";
import { closeRevoked } from "./close-revoked.ts";
import { deploy, type DeploymentRecord } from "./deploy.ts";
import type { MergedPromotion, RecordedReviews } from "./record-reviews.ts";

export interface RecordPorts {
  readonly git: Git;
  readonly forge: Forge;
  /** Keeps the reviews that a promotion was merged with; left out, nobody keeps them. */
  readonly keepReviews?: (of: MergedPromotion) => Promise<RecordedReviews>;
}

export interface RecordOptions {
  /** The commit that the base branch is at now. */
  readonly head: string;
  /** Where the branch was before the push; null records the newest revision alone. */
  readonly before: string | null;
  /** Branch that promotions are merged into. */
  readonly branch: string;
}

/** One revision that is proven to be what its pull request announced. */
export interface RecordedRevision {
  readonly commit: string;
  readonly revision: number;
  readonly transition: Transition;
  readonly pullRequest: { readonly number: number; readonly url: string };
  readonly deployment: DeploymentRecord | null;
  /** Open pull requests that were closed, because they propose a version that may no longer be deployed. */
  readonly closed: readonly number[];
  /** Principals whose reviews were recorded now, for the audit. */
  readonly approvals: readonly string[];
  readonly notes: readonly string[];
}

/**
 * After a merge: reads deployed.json of every commit that changed it, oldest first, proves against the merged pull request
 * that the pointer moved as announced, and tells the forge's deployments. RECORD_POINTER_UNMOVED, RECORD_NOT_MERGED,
 * RECORD_LEDGER_MISMATCH, RECORD_CHAIN_BROKEN, CHECK_*, EVIDENCE_DIGEST_MISMATCH, FORGE_BLOCK_INVALID, FORGE_*, GIT_*.
 * Recording twice records once.
 */
export async function record(
  ports: RecordPorts,
  options: RecordOptions,
): Promise<readonly RecordedRevision[]> {
  const commits = await newRevisions(ports.git, options);
  const recorded: RecordedRevision[] = [];
  for (const commit of commits) recorded.push(await recordOne(ports, commit, options.branch));
  return recorded;
}

/** Commits of the first-parent line that changed the ledger since `before`, oldest first. */
async function newRevisions(git: Git, { head, before }: RecordOptions): Promise<readonly string[]> {
  const history = await git.history(head, LEDGER_FILE);
  const [newest] = history;
  if (newest === undefined)
    throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} at ${shortCommit(head)}.`);
  if (before === null) return [newest];
  const fresh: string[] = [];
  for (const commit of history) {
    if (await git.isAncestor(commit, before)) break;
    fresh.push(commit);
  }
  if (fresh.length === 0) {
    const text = `${LEDGER_FILE} is the same at ${shortCommit(head)} as at ${shortCommit(before)}.`;
    throw gateError("RECORD_POINTER_UNMOVED", text);
  }
  return fresh.toReversed();
}

async function recordOne(ports: RecordPorts, commit: string, branch: string): Promise<RecordedRevision> {
  const { git, forge } = ports;
  const moved = await provenMove(git, commit);
  const pullRequest = await mergedPullRequest(forge, commit, branch);
  refuseOther(moved, parsePromotionBlock(pullRequest.body), pullRequest);
  const { revision, transition } = moved;
  const deployment = await deploy(forge, { commit, revision, transition, ledgerDigest: moved.digest });
  const { closed, notes } = await closeRevoked(forge, transition);
  const reviews = await ports.keepReviews?.({ commit, transition, pullRequest });
  const told = { approvals: reviews?.principals ?? [], notes: [...notes, ...(reviews?.notes ?? [])] };
  const { number, url } = pullRequest;
  return { commit, revision, transition, pullRequest: { number, url }, deployment, closed, ...told };
}

interface Move {
  readonly revision: number;
  readonly transition: Transition;
  /** SHA-256 of what deployed.json says of the model. */
  readonly digest: Digest;
}

/**
 * The revision of a commit, one step after that of its first parent: derived again from it, alone, and with its evidence.
 * The check before the merge ran in a workflow that the pull request itself could change; this runs on what was merged.
 */
async function provenMove(git: Git, commit: string): Promise<Move> {
  const [parent] = (await git.facts(commit)).parents;
  if (parent === undefined) throw gateError("RECORD_POINTER_UNMOVED", "The first commit moves no pointer.");
  const after = await readLedger(git, commit);
  const claimed = await claimedMove(git, parent, after.bytes);
  const before = await readBaseLedger(git, parent, claimed?.event ?? "REGISTER");
  const { model } = claimed ?? { model: "" };
  const [was, made] = [modelState(before.ledger, model), modelState(after.ledger, model)];
  if (!claimed || made.previous !== modelDigest(was) || made.revision !== was.revision + 1) {
    const text = `${LEDGER_FILE} in ${shortCommit(commit)} does not follow by one transition from that of ${shortCommit(parent)}.`;
    throw gateError("RECORD_CHAIN_BROKEN", text);
  }
  const change = await readChange(git, { base: parent, head: commit });
  refuse(change.problems);
  await readPack(git, change, await provenTransition(git, change));
  return { revision: made.revision, transition: claimed, digest: modelDigest(made) };
}

async function mergedPullRequest(forge: Forge, commit: string, branch: string): Promise<PullRequest> {
  const found = await forge.pullRequestsOf(commit);
  const merged = found.find((one) => isMergeOf(one, { commit, branch }) && isOwn(forge, one));
  if (merged) return merged;
  throw gateError(
    "RECORD_NOT_MERGED",
    `No merged pull request into ${branch} made the commit ${shortCommit(commit)}.`,
  );
}

/** GitHub also calls a pull request merged whose very head somebody pushed to the branch, past every review. */
function isMergeOf(one: PullRequest, of: { commit: string; branch: string }): boolean {
  return (
    one.merged && one.base === of.branch && one.mergeCommit === of.commit && one.headCommit !== of.commit
  );
}

function isOwn(forge: Forge, { headRepository }: PullRequest): boolean {
  // A head branch that was deleted after the merge may take its repository's name along.
  return headRepository === null || headRepository.toLowerCase() === forge.repository.toLowerCase();
}

/** The digest of the model in deployed.json covers every other field; the rest is compared so that the message can name it. */
function refuseOther(
  { revision, transition, digest }: Move,
  block: PromotionBlock,
  { number }: PullRequest,
): void {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["event", block.event, transition.event],
    ["model", block.model, transition.model],
    ["version", block.version, transition.version],
    ["environment", block.environment, transition.environment],
    ["canary phase", block.canary_phase, transition.phase ?? null],
    ["verdict", block.verdict, transition.verdict],
    ["run", block.run_id, transition.run_id],
    ["revision", block.revision, revision],
    ["manifest digest", block.manifest_digest, transition.manifest_digest],
    ["policy digest", block.policy_digest, transition.policy_digest],
    ["evidence digest", block.evidence_digest, transition.evidence_digest],
    ["digest of the model in deployed.json", block.ledger_digest, digest],
  ];
  const different = pairs.find(([, announced, found]) => announced !== found);
  if (!different) return;
  const [what, announced, found] = different;
  const text = `Pull request ${number} announced the ${what} ${String(announced)}; merged was ${String(found)}.`;
  throw gateError("RECORD_LEDGER_MISMATCH", text);
}
