import type { ApprovalFacts } from "../../domain/approvals.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { Requirements } from "../policy.ts";
import { holdersOf, type Opinion, reviewObjection, mayReview, standingOpinions } from "./reviews.ts";
import { nameOf, type Objection, personOf, signedObjection } from "./signed-approvals.ts";

type Asked = NonNullable<Requirements["approvals"]>;

/** How the approvals of one head came out; `reason` null is enough of them. `says` completes "<what is asked>: …". */
export interface ApprovalCount {
  readonly outcome: "PASS" | "FAIL" | "INCONCLUSIVE";
  readonly reason: ReasonCode | null;
  readonly says: string;
}

/** Somebody's approval, from wherever it comes. */
interface Vote {
  /** One person, whatever keys and logins they have. */
  readonly person: string;
  readonly name: string;
  /** Why it does not count; null when it does. */
  readonly objection: string | null;
}

/**
 * Counts the people whose approval of exactly this proposal stands: reviews of its head, and statements signed by a key.
 * Programs never count, nobody counts twice, and whoever the policy excludes is told by key and account, not by the
 * e-mail of a commit.
 */
export function countApprovals(asked: Asked, facts: ApprovalFacts): ApprovalCount {
  const opinions = standingOpinions(facts.reviews);
  if (asked.role !== null && holdersOf(asked.role, facts) === null) {
    return unknown("GATE_APPROVALS_ROLE_UNKNOWN", `nobody said who is a ${asked.role}.`);
  }
  const against = opinions.filter(
    ({ reviewer, review }) => review.state === "CHANGES_REQUESTED" && mayReview(reviewer, asked, facts),
  );
  const signed = signedVotes(asked, facts);
  if (asked.not.includes("last-pusher") && facts.lastPusher === null && facts.signed?.alone !== true) {
    const enough = against.length === 0 && people(signed).length >= asked.atLeast;
    if (!enough) return unknown("GATE_APPROVALS_PUSHER_UNKNOWN", "GitHub did not say who pushed last.");
  }
  if (against.length > 0) {
    const says = `${names(against)} ${against.length === 1 ? "asks" : "ask"} for changes.`;
    return { outcome: "FAIL", reason: "GATE_APPROVALS_CHANGES_REQUESTED", says };
  }
  return tally(asked, facts, [...reviewVotes(asked, facts, opinions), ...signed]);
}

/** The reviews that count for what is asked, each of another person. */
export function countedReviews(asked: Asked, facts: ApprovalFacts): readonly Opinion[] {
  return standingOpinions(facts.reviews).filter(
    (opinion) => opinion.review.state === "APPROVED" && reviewObjection(opinion, asked, facts) === null,
  );
}

function reviewVotes(asked: Asked, facts: ApprovalFacts, opinions: readonly Opinion[]): readonly Vote[] {
  return opinions
    .filter(({ review }) => review.state === "APPROVED")
    .map((opinion) => ({
      person: personOf(opinion.reviewer.login, facts),
      name: opinion.reviewer.login,
      objection: reviewObjection(opinion, asked, facts),
    }));
}

function signedVotes(asked: Asked, facts: ApprovalFacts): readonly Vote[] {
  const { approvals = [], refused = [] } = facts.signed ?? {};
  return [
    ...approvals.map((one) => ({
      person: one.principal,
      name: nameOf(one),
      objection: toldOf(signedObjection(one, asked, facts)),
    })),
    ...refused.map(({ principal, code, says }) => ({
      person: principal,
      name: principal,
      objection: `${says.replace(/\.$/, "")} (${code})`,
    })),
  ];
}

function toldOf(objection: Objection | null): string | null {
  return objection && `${objection.says} (${objection.code})`;
}

/** Names of the people who count, each once. */
function people(votes: readonly Vote[]): readonly string[] {
  const counted = votes.filter(({ objection }) => objection === null);
  return [...new Map(counted.map(({ person, name }) => [person, name])).values()];
}

function tally(asked: Asked, facts: ApprovalFacts, votes: readonly Vote[]): ApprovalCount {
  const counted = people(votes);
  const sure = new Set(votes.filter(({ objection }) => objection === null).map(({ person }) => person));
  const others = votes
    .filter(({ person, objection }) => objection !== null && !sure.has(person))
    .map(({ name, objection }) => ` ${name} does not count: ${objection}.`);
  const given = counted.length === 0 ? "none given" : `given by ${counted.join(", ")}`;
  const says = `${given}.${others.slice(0, 5).join("")}`;
  if (counted.length >= asked.atLeast) return { outcome: "PASS", reason: null, says };
  const wanted = stillWanted(asked, facts, sure);
  const from = wanted.length === 0 ? "" : ` It can come from ${wanted.slice(0, 5).join(", ")}.`;
  return { outcome: "FAIL", reason: "GATE_APPROVALS_MISSING", says: `${says}${from}` };
}

/** Holders of the role whose approval would count, as far as their names tell: whom to ask at night. */
function stillWanted(asked: Asked, facts: ApprovalFacts, counted: ReadonlySet<string>): readonly string[] {
  const { role } = asked;
  if (role === null) return [];
  const excluded = new Set([...counted, ...settledReviewers(facts), ...excludedPeople(asked, facts)]);
  const logins = (holdersOf(role, facts) ?? []).filter((login) => !login.endsWith("[bot]"));
  const wanted = logins.map((login) => ({ person: personOf(login, facts), name: login }));
  const known = new Set(wanted.map(({ person }) => person));
  const keyed = (ownList(facts.signed?.holders, role) ?? []).filter((principal) => !known.has(principal));
  return [...wanted, ...keyed.map((principal) => ({ person: principal, name: principal }))]
    .filter(({ person }) => !excluded.has(person))
    .map(({ name }) => name);
}

/** People who approved this head already. */
function settledReviewers(facts: ApprovalFacts): readonly string[] {
  return standingOpinions(facts.reviews)
    .filter(({ review }) => review.state === "APPROVED" && review.commit === facts.head)
    .map(({ reviewer }) => personOf(reviewer.login, facts));
}

/** People whom the policy excludes from approving this change. */
function excludedPeople({ not }: Asked, facts: ApprovalFacts): readonly string[] {
  const { authors, claimedAuthors, lastPusher, signed } = facts;
  const known = (logins: readonly string[]) => logins.map((login) => personOf(login, facts));
  const makers = [
    ...known([...authors.map(({ login }) => login), ...claimedAuthors]),
    ...(signed?.authors ?? []),
  ];
  const pushers = [
    ...known(lastPusher ? [lastPusher.login] : []),
    ...(signed?.lastPusher ? [signed.lastPusher] : []),
  ];
  return [...(not.includes("author") ? makers : []), ...(not.includes("last-pusher") ? pushers : [])];
}

function ownList(
  record: Readonly<Record<string, readonly string[]>> | undefined,
  key: string,
): readonly string[] | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

function names(opinions: readonly Opinion[]): string {
  return opinions.map(({ reviewer }) => reviewer.login).join(", ");
}

function unknown(reason: ReasonCode, says: string): ApprovalCount {
  return { outcome: "INCONCLUSIVE", reason, says };
}
