import type { ApprovalFacts, ApprovalReview, ForgePerson } from "../../domain/approvals.ts";
import { gateError } from "../../errors.ts";
import type { Forge, ForgeCommit, PullRequest } from "../../forge-port.ts";
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

/** More people than this do not review one promotion; asking for the rights of each costs a call. */
const MAX_REVIEWERS = 50;

/**
 * Reads the approvals of one head from the forge. The head is read before and after the reviews: FORGE_HEAD_MOVED when it
 * is not the one that is judged, both times.
 */
export async function readApprovals(forge: Forge, of: ApprovalsOf): Promise<ApprovalFacts> {
  const before = await forge.pullRequest(of.number);
  refuseMoved(before, of.head);
  const [reviews, commits, push, roles] = await Promise.all([
    forge.reviews(of.number),
    forge.pullRequestCommits(of.number),
    forge.lastPush(before.head),
    holders(forge, of.roles),
  ]);
  const writers = await writersAmong(forge, reviews);
  refuseMoved(await forge.pullRequest(of.number), of.head);
  return {
    head: of.head,
    authors: [before.author, ...commits.flatMap(({ author, committer }) => [author, committer])].flatMap(
      (one) => one ?? [],
    ),
    claimedAuthors: [...commits.flatMap(coAuthors), ...(of.requestedBy === null ? [] : [of.requestedBy])],
    lastPusher: push?.after === of.head ? push.actor : null,
    reviews,
    writers,
    roles,
  };
}

function refuseMoved({ headCommit, number }: PullRequest, head: string): void {
  if (headCommit === head) return;
  const text = `The head of pull request ${number} is ${headCommit.slice(0, 12)}, not ${head.slice(0, 12)}.`;
  throw gateError("FORGE_HEAD_MOVED", text);
}

/** GitHub's own address of an account that keeps its e-mail to itself: `1234+login@users.noreply.github.com`. */
const NOREPLY = /^(?:\d+\+)?([a-z\d-]+)@users\.noreply\.github\.com$/i;
const TRAILER = /^co-authored-by:\s*([^<\n]*)<([^>\n]*)>\s*$/gim;

/** Logins that a commit names as its co-authors, by address or by name: a claim can only exclude, never admit. */
function coAuthors({ message }: ForgeCommit): readonly string[] {
  return [...message.matchAll(TRAILER)].flatMap(([, name = "", address = ""]) => {
    const login = NOREPLY.exec(address.trim())?.[1];
    return [name.trim(), ...(login === undefined ? [] : [login])];
  });
}

async function writersAmong(forge: Forge, reviews: readonly ApprovalReview[]): Promise<readonly number[]> {
  const people = new Map<number, ForgePerson>();
  for (const { reviewer } of reviews) if (reviewer?.kind === "person") people.set(reviewer.id, reviewer);
  const asked = [...people.values()].slice(0, MAX_REVIEWERS);
  const answers = await Promise.all(
    asked.map(async ({ id, login }) => ((await forge.mayWrite(login)) ? [id] : [])),
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
