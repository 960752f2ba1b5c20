import type { ApprovalFacts, ApprovalReview, ForgePerson } from "../../domain/approvals.ts";
import type { Requirements } from "../policy.ts";
import { personOf } from "./signed-approvals.ts";

type Asked = NonNullable<Requirements["approvals"]>;

/** A person's word that stands: the last of their reviews that says yes, no, or was dismissed. */
export interface Opinion {
  readonly reviewer: ForgePerson;
  readonly review: ApprovalReview;
}

/** The last decisive review of each person; a mere comment changes nothing, a dismissal withdraws. */
export function standingOpinions(reviews: readonly ApprovalReview[]): readonly Opinion[] {
  const latest = new Map<number, Opinion>();
  for (const review of reviews) {
    const { reviewer, state } = review;
    if (reviewer === null || state === "COMMENTED" || state === "PENDING") continue;
    latest.set(reviewer.id, { reviewer, review });
  }
  return [...latest.values()].toSorted((a, b) => (a.reviewer.login < b.reviewer.login ? -1 : 1));
}

/** Why an approving review does not count; null when it does. */
export function reviewObjection(
  { reviewer, review }: Opinion,
  asked: Asked,
  facts: ApprovalFacts,
): string | null {
  if (reviewer.kind === "bot") return "it is a program";
  if (review.commit !== facts.head) return `they approved ${review.commit.slice(0, 7)}, an older commit`;
  if (!isAsked(reviewer, asked, facts)) return `they are no ${asked.role}`;
  if (!mayReview(reviewer, asked, facts)) return "they may not write to the repository";
  if (asked.not.includes("author") && isAuthor(reviewer, facts)) return "they are an author of the change";
  if (asked.not.includes("last-pusher")) {
    if (facts.lastPusher === null) return "GitHub did not say who pushed last";
    if (facts.lastPusher.id === reviewer.id) return "they pushed last";
  }
  return null;
}

/** A role is held by a login, and logins change hands: whoever took an old name may review, but not write. */
export function mayReview(reviewer: ForgePerson, asked: Asked, facts: ApprovalFacts): boolean {
  return reviewer.kind === "person" && facts.writers.includes(reviewer.id) && isAsked(reviewer, asked, facts);
}

function isAsked(reviewer: ForgePerson, { role }: Asked, facts: ApprovalFacts): boolean {
  return role === null || (holdersOf(role, facts) ?? []).some((login) => sameLogin(login, reviewer.login));
}

/** Logins that hold a role; null when nobody told. */
export function holdersOf(role: string, { roles }: ApprovalFacts): readonly string[] | null {
  return roles !== null && Object.hasOwn(roles, role) ? (roles[role] ?? null) : null;
}

function isAuthor(person: ForgePerson, facts: ApprovalFacts): boolean {
  const { authors, claimedAuthors, signed } = facts;
  return (
    authors.some(({ id }) => id === person.id) ||
    claimedAuthors.some((login) => sameLogin(login, person.login)) ||
    (signed?.authors ?? []).includes(personOf(person.login, facts))
  );
}

function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
