import type { ApprovalFacts, SignedApproval } from "../../domain/approvals.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import type { Requirements } from "../policy.ts";

type Asked = NonNullable<Requirements["approvals"]>;

/** Who somebody is, by a login: a principal of trust.yaml, else the login itself, which no principal is called. */
export function personOf(login: string, { signed }: Pick<ApprovalFacts, "signed">): string {
  const key = login.toLowerCase();
  const known = signed && Object.hasOwn(signed.principals, key) ? signed.principals[key] : undefined;
  return known ?? `@${key}`;
}

/** As people know them: the login where there is one. */
export function nameOf({ principal, login }: SignedApproval): string {
  return login ?? principal;
}

/** Why a proven approval does not count. */
export interface Objection {
  readonly code: ReasonCode;
  /** Completes "does not count: …". */
  readonly says: string;
}

/**
 * Why a proven approval does not count for what is asked; null when it does. APPROVAL_ROLE_MISSING, APPROVAL_BY_AUTHOR,
 * APPROVAL_BY_LAST_PUSHER, APPROVAL_AUTHOR_UNKNOWN.
 */
export function signedObjection(
  approval: SignedApproval,
  asked: Asked,
  facts: ApprovalFacts,
): Objection | null {
  if (asked.role !== null && !approval.roles.includes(asked.role))
    return told(`they are no ${asked.role}`, "APPROVAL_ROLE_MISSING");
  const { principal } = approval;
  if (asked.not.includes("author")) {
    if (isAuthor(principal, facts)) return told("they are an author of the change", "APPROVAL_BY_AUTHOR");
    if (facts.signed?.authorsKnown !== true) return told(MAKER_UNKNOWN, "APPROVAL_AUTHOR_UNKNOWN");
  }
  if (asked.not.includes("last-pusher")) {
    const pusher = lastPusher(facts);
    if (pusher === null) return told(MAKER_UNKNOWN, "APPROVAL_AUTHOR_UNKNOWN");
    if (pusher === principal) return told("they made the last commit", "APPROVAL_BY_LAST_PUSHER");
  }
  return null;
}

const MAKER_UNKNOWN = "no known key has signed the proposal, so that it may be their own";

function isAuthor(principal: string, facts: ApprovalFacts): boolean {
  const { authors, claimedAuthors, signed } = facts;
  const logins = [...authors.map(({ login }) => login), ...claimedAuthors];
  return (
    (signed?.authors ?? []).includes(principal) ||
    logins.some((login) => personOf(login, facts) === principal)
  );
}

/** Whoever pushes an approval pushes last, and changes nothing that is approved: the last commit before counts. */
function lastPusher(facts: ApprovalFacts): string | null {
  const { lastPusher: pusher, signed } = facts;
  return signed?.lastPusher ?? (pusher ? personOf(pusher.login, facts) : null);
}

function told(says: string, code: ReasonCode): Objection {
  return { code, says };
}
