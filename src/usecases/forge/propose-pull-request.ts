import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import type { Forge, ForgeCommit, ForgeIdentity, PullRequest } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import { pullRequestBody } from "../../report/pull-request.ts";
import { type ApprovalsFate, carryApprovals, type CarriedOn, fateOf } from "../transition/carry-approvals.ts";
import type { Decision } from "../gate/decision.ts";
import type { Proposal, ProposeOptions } from "../transition/propose.ts";
import { type Draft, draftProposal } from "../transition/draft.ts";
import { requestText } from "../../domain/request-text.ts";
import { announce } from "./announce.ts";
import { headBranch } from "./base-branch.ts";
import { promotionBlock } from "./promotion-block.ts";
import type { PullRequestReceipt } from "../transition/receipt.ts";
import type { RoleHolders } from "./roles.ts";
import { isSameProposal, type Standing, standingProposal } from "./standing.ts";
import { tellReplaced } from "./tell-replaced.ts";
import { writeCommit } from "./write-commit.ts";

export interface PullRequestOptions extends ProposeOptions {
  /** Whose review is asked for when a policy asks for a role. */
  readonly roles: RoleHolders;
}

interface Ports {
  readonly git: Git;
  readonly forge: Forge;
}

/** One run: what is to be proposed, where, by whom, and what stands there. */
interface Scene {
  readonly decision: Decision;
  readonly draft: Draft;
  readonly base: string;
  readonly identity: ForgeIdentity;
  readonly standing: Standing;
}

/**
 * Proposes a decision that may merge as the one pull request of its model and environment, made or updated in place.
 * The same decision twice changes nothing. FORGE_BASE_MOVED, FORGE_RACE_LOST, FORGE_COMMIT_UNVERIFIED,
 * LEDGER_BRANCH_FOREIGN, other FORGE_*; killed at any point, the branch is before or after, and the next run goes on.
 */
export async function proposePullRequest(
  ports: Ports,
  decision: Decision,
  options: PullRequestOptions,
): Promise<Proposal> {
  const scene = await survey(ports, decision);
  options.signal?.throwIfAborted();
  const { draft, standing, identity } = scene;
  const { branch, transition, revision } = draft;
  const textPath = await ports.git.keep(`${branch}.md`, options.text);
  const same = isSameProposal(standing, draft, { baseCommit: decision.baseCommit, login: identity.login });
  const rest = { branch, transition, revision, textPath, signed: true };
  if (same && standing.tip !== null && standing.pullRequest) {
    const pullRequest = receiptOf(scene, standing.pullRequest, {
      operation: "none",
      commit: standing.tip,
      notes: [],
    });
    return { ...rest, commit: standing.tip, created: false, replaced: null, pullRequest };
  }
  const { made, approvals } = await writeProposal(ports, scene);
  const pullRequest = await publish(ports, scene, { made, options });
  return {
    ...rest,
    commit: made.commit,
    created: true,
    replaced: replacedBy(standing),
    ...(approvals ? { approvals } : {}),
    pullRequest,
  };
}

async function survey({ git, forge }: Ports, decision: Decision): Promise<Scene> {
  const base = await headBranch(git);
  const draft = await draftProposal(git, decision);
  const [identity, [tip = null, head = null], open] = await Promise.all([
    forge.identity(),
    forge.branches([base, draft.branch]),
    forge.openPullRequests({ head: draft.branch, base }),
  ]);
  const standing = await standingProposal({ git, forge }, { draft, decision, tip: head, open });
  if (tip !== decision.baseCommit) {
    const now = tip === null ? "does not exist" : `is at ${shortCommit(tip)}`;
    const text = `The branch ${base} ${now} on ${forge.repository}; judged was ${shortCommit(decision.baseCommit)}.`;
    throw gateError("FORGE_BASE_MOVED", text);
  }
  return { decision, draft, base, identity, standing };
}

interface WrittenProposal {
  readonly made: ForgeCommit;
  readonly approvals?: ApprovalsFate;
}

async function writeProposal(ports: Ports, { draft, decision, standing }: Scene): Promise<WrittenProposal> {
  const carried = await carriedOn(ports, { draft, decision, standing });
  const { branch, message, change } = carried?.draft ?? draft;
  const made = await writeCommit(ports.forge, {
    branch,
    message,
    change,
    tip: standing.tip,
    parent: decision.baseCommit,
    runId: decision.verdict.run_id,
  });
  return { made, ...(carried ? { approvals: fateOf(carried) } : {}) };
}

/** Approvals by key that were pushed onto the proposal are fetched with it; null where there are none. */
async function carriedOn(
  { git, forge }: Ports,
  { draft, decision, standing }: Pick<Scene, "draft" | "decision" | "standing">,
): Promise<CarriedOn | null> {
  const { tip, approved } = standing;
  if (tip === null || !approved) return null;
  if ((await git.resolve(tip)) === undefined)
    await git.fetch(await forge.remote(), { commit: tip, have: decision.baseCommit });
  return carryApprovals(git, { tip, draft, decision });
}

interface Publishing {
  readonly made: ForgeCommit;
  readonly options: PullRequestOptions;
}

async function publish(
  ports: Ports,
  scene: Scene,
  { made, options }: Publishing,
): Promise<PullRequestReceipt> {
  const { forge } = ports;
  const { decision, draft, base, standing, identity } = scene;
  const block = promotionBlock(decision, draft, made.commit);
  const body = pullRequestBody({ report: options.text, block, runsWait: waits(identity) });
  const text = { title: requestText(decision.request), body };
  const opened = standing.pullRequest
    ? { pullRequest: standing.pullRequest, created: false }
    : await forge.openPullRequest({ head: draft.branch, base, ...text });
  const { number } = opened.pullRequest;
  if (!standing.pullRequest && !opened.created) refuseOvertaken(opened.pullRequest, made.commit);
  if (!opened.created) await forge.updatePullRequest(number, text);
  const notes = [
    ...(await announce(ports, { pullRequest: opened.pullRequest, decision, roles: options.roles })),
    ...(opened.created ? [] : await tellReplaced(forge, number, { before: standing, now: block })),
  ];
  const operation = opened.created ? "created" : "updated";
  return receiptOf(scene, opened.pullRequest, { operation, commit: made.commit, notes });
}

/** Another run opened it in between, for its own commit: its text must not say that the head is ours. */
function refuseOvertaken({ number, headCommit }: PullRequest, commit: string): void {
  if (headCommit === commit) return;
  const text = `Pull request ${number} was opened for ${shortCommit(headCommit)} meanwhile, not for ${shortCommit(commit)}.`;
  throw gateError("FORGE_RACE_LOST", text);
}

function replacedBy({ proposal, block }: Standing): Proposal["replaced"] {
  if (proposal === null || block === null) return null;
  const { event, model, version, environment, canary_phase: phase } = block;
  const transition = { event, model, version, environment, ...(phase === null ? {} : { phase }) };
  return { commit: proposal.commit, transition };
}

/** Since 2026-06-11 the runs of a pull request that GITHUB_TOKEN makes wait for somebody's approval. */
function waits({ kind }: ForgeIdentity): boolean {
  return kind === "workflow";
}

function receiptOf(
  { identity }: Scene,
  { number, url }: PullRequest,
  of: { operation: PullRequestReceipt["operation"]; commit: string; notes: readonly string[] },
): PullRequestReceipt {
  const { operation, commit, notes } = of;
  return { number, url, operation, headCommit: commit, runsWait: waits(identity), notes };
}
