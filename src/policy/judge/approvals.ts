import type { ApprovalFacts, ApprovalReview, ForgePerson } from "../../domain/approvals.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { Requirements } from "../policy.ts";

type Asked = NonNullable<Requirements["approvals"]>;

/** How the approvals of one head came out; `reason` null is enough of them. `says` completes "<what is asked>: …". */
export interface ApprovalCount {
  readonly outcome: "PASS" | "FAIL" | "INCONCLUSIVE";
  readonly reason: ReasonCode | null;
  readonly says: string;
}

/** A person's word that stands: the last of their reviews that says yes, no, or was dismissed. */
interface Opinion {
  readonly reviewer: ForgePerson;
  readonly review: ApprovalReview;
}

/**
 * Counts the people whose approval of exactly this head stands. Programs never count, nobody counts twice, and whoever
 * the policy excludes is told by the forge's account, not by the e-mail of a commit.
 */
export function countApprovals(asked: Asked, facts: ApprovalFacts): ApprovalCount {
  const opinions = standingOpinions(facts.reviews);
  if (asked.role !== null && holdersOf(asked.role, facts) === null) {
    return unknown("GATE_APPROVALS_ROLE_UNKNOWN", `nobody said who is a ${asked.role}.`);
  }
  if (asked.not.includes("last-pusher") && facts.lastPusher === null) {
    return unknown("GATE_APPROVALS_PUSHER_UNKNOWN", "GitHub did not say who pushed last.");
  }
  const against = opinions.filter(
    ({ reviewer, review }) => review.state === "CHANGES_REQUESTED" && mayApprove(reviewer, asked, facts),
  );
  if (against.length > 0) {
    const says = `${names(against)} ${against.length === 1 ? "asks" : "ask"} for changes.`;
    return { outcome: "FAIL", reason: "GATE_APPROVALS_CHANGES_REQUESTED", says };
  }
  return tally(asked, facts, opinions);
}

function tally(asked: Asked, facts: ApprovalFacts, opinions: readonly Opinion[]): ApprovalCount {
  const approvals = opinions.filter(({ review }) => review.state === "APPROVED");
  const judged = approvals.map((opinion) => ({ opinion, objection: objectionTo(opinion, asked, facts) }));
  const counted = judged.filter(({ objection }) => objection === null).map(({ opinion }) => opinion);
  const others = judged
    .filter(({ objection }) => objection !== null)
    .map(({ opinion, objection }) => ` ${opinion.reviewer.login} does not count: ${objection}.`);
  const given = counted.length === 0 ? "none given" : `given by ${names(counted)}`;
  const says = `${given}.${others.slice(0, 5).join("")}`;
  if (counted.length >= asked.atLeast) return { outcome: "PASS", reason: null, says };
  const settled = approvals.filter(({ review }) => review.commit === facts.head);
  const wanted = stillWanted(asked, facts, settled);
  const from = wanted.length === 0 ? "" : ` It can come from ${wanted.slice(0, 5).join(", ")}.`;
  return { outcome: "FAIL", reason: "GATE_APPROVALS_MISSING", says: `${says}${from}` };
}

/** Holders of the role whose approval would count, as far as their names tell: whom to ask at night. */
function stillWanted(asked: Asked, facts: ApprovalFacts, settled: readonly Opinion[]): readonly string[] {
  const excluded = [
    ...settled.map(({ reviewer }) => reviewer.login),
    ...(asked.not.includes("author")
      ? [...facts.authors.map(({ login }) => login), ...facts.claimedAuthors]
      : []),
    ...(asked.not.includes("last-pusher") && facts.lastPusher ? [facts.lastPusher.login] : []),
  ];
  const holders = asked.role === null ? [] : (holdersOf(asked.role, facts) ?? []);
  return holders.filter(
    (login) => !login.endsWith("[bot]") && !excluded.some((other) => sameLogin(other, login)),
  );
}

/** The last decisive review of each person; a mere comment changes nothing, a dismissal withdraws. */
function standingOpinions(reviews: readonly ApprovalReview[]): readonly Opinion[] {
  const latest = new Map<number, Opinion>();
  for (const review of reviews) {
    const { reviewer, state } = review;
    if (reviewer === null || state === "COMMENTED" || state === "PENDING") continue;
    latest.set(reviewer.id, { reviewer, review });
  }
  return [...latest.values()].toSorted((a, b) => (a.reviewer.login < b.reviewer.login ? -1 : 1));
}

/** Why an approval does not count; null when it does. */
function objectionTo({ reviewer, review }: Opinion, asked: Asked, facts: ApprovalFacts): string | null {
  if (reviewer.kind === "bot") return "it is a program";
  if (review.commit !== facts.head) return `they approved ${review.commit.slice(0, 7)}, an older commit`;
  if (!isAsked(reviewer, asked, facts)) return `they are no ${asked.role}`;
  if (!mayApprove(reviewer, asked, facts)) return "they may not write to the repository";
  if (asked.not.includes("author") && isAuthor(reviewer, facts)) return "they are an author of the change";
  if (asked.not.includes("last-pusher") && facts.lastPusher?.id === reviewer.id) return "they pushed last";
  return null;
}

/** A role is held by a login, and logins change hands: whoever took an old name may review, but not write. */
function mayApprove(reviewer: ForgePerson, asked: Asked, facts: ApprovalFacts): boolean {
  return reviewer.kind === "person" && facts.writers.includes(reviewer.id) && isAsked(reviewer, asked, facts);
}

function isAsked(reviewer: ForgePerson, { role }: Asked, facts: ApprovalFacts): boolean {
  return role === null || (holdersOf(role, facts) ?? []).some((login) => sameLogin(login, reviewer.login));
}

function holdersOf(role: string, { roles }: ApprovalFacts): readonly string[] | null {
  return roles !== null && Object.hasOwn(roles, role) ? (roles[role] ?? null) : null;
}

function isAuthor(person: ForgePerson, { authors, claimedAuthors }: ApprovalFacts): boolean {
  return (
    authors.some(({ id }) => id === person.id) ||
    claimedAuthors.some((login) => sameLogin(login, person.login))
  );
}

function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function names(opinions: readonly Opinion[]): string {
  return opinions.map(({ reviewer }) => reviewer.login).join(", ");
}

function unknown(reason: ReasonCode, says: string): ApprovalCount {
  return { outcome: "INCONCLUSIVE", reason, says };
}
