import type { ApprovalFacts, ApprovalReview, ForgePerson } from "../../domain/approvals.ts";
import { coAuthorsIn, requesterNames } from "../../domain/claimed-logins.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import type { Forge, ForgeCommit, PullRequest } from "../../ports/forge.ts";
import type { RoleHolders } from "./roles.ts";

export interface ApprovalsOf {
  /** Number of the pull request. */
  readonly number: number;
  /** The head that is judged: approvals of any other do not count. */
  readonly head: string;
  /** Null when nobody said who holds which role. */
  readonly roles: RoleHolders | null;
  /** Who asked for the change, as its ledger says; they count as an author. */
  readonly requestedBy: string | null;
}

/** More people than this do not review one promotion; asking for the rights of each costs a call. Beyond: refused. */
const MAX_REVIEWERS = 50;

/**
 * Reads the approvals of one head from the forge. The head is read before and after the reviews: FORGE_HEAD_MOVED when it
 * is not the one that is judged, both times. GATE_APPROVALS_UNREAD when not everything about it can be read.
 */
export async function readApprovals(forge: Forge, of: ApprovalsOf): Promise<ApprovalFacts> {
  const before = await forge.pullRequest(of.number);
  refuseMoved(before, of.head);
  const [reviews, commits, push, roles] = await Promise.all([
    forge.reviews(of.number),
    forge.pullRequestCommits(of.number),
    pushTo(forge, before),
    holders(forge, of.roles),
  ]);
  refuseCut(commits, of.head);
  const writers = await writersAmong(forge, reviews);
  refuseMoved(await forge.pullRequest(of.number), of.head);
  return {
    head: of.head,
    authors: [before.author, ...commits.flatMap(({ author, committer }) => [author, committer])].flatMap(
      (one) => one ?? [],
    ),
    claimedAuthors: [
      ...commits.flatMap(({ message }) => coAuthorsIn(message)),
      ...requesterNames(of.requestedBy),
    ],
    lastPusher: push?.after === of.head ? push.actor : null,
    reviews,
    writers,
    roles,
  };
}

function refuseMoved({ headCommit, number }: PullRequest, head: string): void {
  if (headCommit === head) return;
  const text = `The head of pull request ${number} is ${shortCommit(headCommit)}, not ${shortCommit(head)}.`;
  throw gateError("FORGE_HEAD_MOVED", text);
}

/** GitHub lists the first 250 commits of a pull request, and says nothing of the others. */
function refuseCut(commits: readonly ForgeCommit[], head: string): void {
  if (commits.some(({ commit }) => commit === head)) return;
  const text = `Of the commits of the pull request ${commits.length} were told, and not its head ${shortCommit(head)}.`;
  throw gateError("GATE_APPROVALS_UNREAD", text);
}

/** Who pushed to a branch of this repository says nothing about a fork's branch of the same name. */
async function pushTo(forge: Forge, { head, headRepository }: PullRequest): ReturnType<Forge["lastPush"]> {
  const own = headRepository?.toLowerCase() === forge.repository.toLowerCase();
  return own ? forge.lastPush(head) : null;
}

async function writersAmong(forge: Forge, reviews: readonly ApprovalReview[]): Promise<readonly number[]> {
  const people = new Map<number, ForgePerson>();
  for (const { reviewer } of reviews) if (reviewer?.kind === "person") people.set(reviewer.id, reviewer);
  if (people.size > MAX_REVIEWERS)
    throw gateError(
      "GATE_APPROVALS_UNREAD",
      `${people.size} people left reviews; at most ${MAX_REVIEWERS} are looked at.`,
    );
  const answers = await Promise.all(
    [...people.values()].map(async ({ id, login }) => ((await forge.mayWrite(login)) ? [id] : [])),
  );
  return answers.flat();
}

/** Roles as logins: the members of a team hold what the team holds. */
async function holders(forge: Forge, roles: RoleHolders | null): Promise<ApprovalFacts["roles"]> {
  if (roles === null) return null;
  const entries = Object.entries(roles).map(async ([role, { people, teams }]) => {
    const members = await Promise.all(teams.map((team) => forge.teamMembers(team)));
    return [role, [...people, ...members.flat()]] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
