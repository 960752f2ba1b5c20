import { parsePromotionBlock, type PromotionBlock } from "../../domain/promotion-block.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError, triedOr } from "../../errors.ts";
import type { Forge, ForgeCommit, PullRequest } from "../../ports/forge.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import type { Draft } from "../transition/draft.ts";
import { isProposal, namesApprovers, namesEvent } from "../transition/message.ts";

/** What stands on a proposal branch of the forge, and its open pull request. */
export interface Standing {
  /** Where the branch points, the proposal or approvals that were pushed onto it; null when there is none. */
  readonly tip: string | null;
  /** Whether commits say that they bring approvals: then there may be some to carry on. */
  readonly approved: boolean;
  /** The proposal on the branch; null when there is none, or it is merged already. */
  readonly proposal: ForgeCommit | null;
  readonly pullRequest: PullRequest | null;
  /** What the pull request announces; null when there is none, or its text was edited beyond recognition. */
  readonly block: PromotionBlock | null;
}

/** LEDGER_BRANCH_FOREIGN when the branch holds something that is no proposal. */
export async function standingProposal(
  { git, forge }: { git: Git; forge: Forge },
  of: {
    readonly draft: Draft;
    readonly decision: Decision;
    readonly tip: string | null;
    readonly open: readonly PullRequest[];
  },
): Promise<Standing> {
  const { branch } = of.draft;
  const {
    tip,
    open: [pullRequest = null],
  } = of;
  const block = pullRequest ? blockOf(pullRequest) : null;
  if (tip === null || (await isMerged(git, tip, of.decision.baseCommit))) {
    return { tip, approved: false, proposal: null, pullRequest, block };
  }
  const { proposal, approved } = await behindApprovals(forge, tip);
  if (!proposal.verified || !isProposal(proposal)) {
    const text = `The branch ${branch} holds the commit ${shortCommit(tip)}, which is no proposal.`;
    throw gateError("LEDGER_BRANCH_FOREIGN", text);
  }
  return { tip, approved, proposal, pullRequest, block };
}

/** More approvals than this do not stand on one proposal. */
const MOST_APPROVALS = 64;

/** What approvals were pushed onto, as their commits call themselves: that they are nothing else is for the check to prove. */
async function behindApprovals(
  forge: Forge,
  tip: string,
): Promise<{ readonly proposal: ForgeCommit; readonly approved: boolean }> {
  let at = await forge.commit(tip);
  for (let count = 0; count < MOST_APPROVALS; count += 1) {
    const [parent] = at.parents;
    if (parent === undefined || namesEvent(at.message) || !namesApprovers(at.message)) break;
    at = await forge.commit(parent);
  }
  return { proposal: at, approved: at.commit !== tip || namesApprovers(at.message) };
}

/** A merged proposal whose branch was left behind is known to the clone, and part of the base. */
async function isMerged(git: Git, tip: string, base: string): Promise<boolean> {
  return (await git.resolve(tip)) !== undefined && (await git.isAncestor(tip, base));
}

/**
 * Whether the open pull request asks for the same on the same base already. Anybody who may write can put a signed commit
 * with our words there, so that it must be the forge's own commit in the name of this token (`login`).
 */
export function isSameProposal(
  standing: Standing,
  draft: Draft,
  of: { readonly baseCommit: string; readonly login: string },
): boolean {
  const { proposal, block } = standing;
  return (
    proposal !== null &&
    isMadeFor(proposal, of.login) &&
    proposal.parents[0] === of.baseCommit &&
    contentOf(proposal.message) === contentOf(draft.message) &&
    block !== null &&
    block.commit === proposal.commit
  );
}

/** The account that GitHub itself commits and signs as. */
const WEB_FLOW = "web-flow";

/** E-mails of a commit are claims, but no key of another account verifies a commit in the forge's name or the token's. */
function isMadeFor({ author, committer }: ForgeCommit, login: string): boolean {
  const [by, through] = [author, committer].map((person) => person?.login.toLowerCase());
  const own = login.toLowerCase();
  return by === own && (through === own || through === WEB_FLOW);
}

/** The message without what differs between two runs that found the same. */
function contentOf(message: string): string {
  const lines = message.trim().split("\n");
  return lines.filter((line) => !/^Modelgate-(?:Evidence|Run-Id|Approved-By): /.test(line)).join("\n");
}

/** The block of a pull request, or null when somebody edited it away. */
export function blockOf({ body }: PullRequest): PromotionBlock | null {
  return triedOr(null, () => parsePromotionBlock(body));
}
