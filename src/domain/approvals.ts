/** An account on the forge. `kind` tells people from programs; `login` is compared without case. */
export interface ForgePerson {
  readonly id: number;
  readonly login: string;
  readonly kind: "person" | "bot";
}

export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";

/** A review of a pull request, bound to the commit that was looked at. */
export interface ApprovalReview {
  /** Null when the account is gone. */
  readonly reviewer: ForgePerson | null;
  readonly state: ReviewState;
  /** Its number on the forge, and when it was given (ISO-8601); left out where nobody told. */
  readonly given?: { readonly id: number; readonly at: string };
  /** Head of the pull request when it was reviewed. */
  readonly commit: string;
}

/** What is known about the approvals of one head of a change, read from the forge and never from the change itself. */
export interface ApprovalFacts {
  /** The head commit; reviews of any other do not count. */
  readonly head: string;
  /** Who made the change: author of the pull request, authors and co-authors of its commits, who asked for it. */
  readonly authors: readonly ForgePerson[];
  /** Logins that are authors by a claim in the change: `Co-authored-by` and the requester that the ledger names. */
  readonly claimedAuthors: readonly string[];
  /** Null when nobody can say who pushed the head. */
  readonly lastPusher: ForgePerson | null;
  /** Oldest first. */
  readonly reviews: readonly ApprovalReview[];
  /** Ids of the reviewers who may write to the repository: on a public one, anybody may leave a review. */
  readonly writers: readonly number[];
  /** Role -> logins that hold it, from the base side; null when nobody told. */
  readonly roles: Readonly<Record<string, readonly string[]>> | null;
  /** Approvals that the proposal carries; left out where there is no trust.yaml to prove them by. */
  readonly signed?: SignedApprovals;
}

/** An approval in the proposal itself, whose signature, key and bindings were proven. */
export interface SignedApproval {
  /** Who approved, by the name in trust.yaml. */
  readonly principal: string;
  /** Login on the forge. */
  readonly login: string | null;
  readonly roles: readonly string[];
}

/** An approval in the proposal that proves nothing, and the reason code why. */
export interface RefusedApproval {
  readonly principal: string;
  readonly code: string;
  readonly says: string;
}

/** What Git alone tells about approvals of a proposal; people are principals of the base's trust.yaml. */
export interface SignedApprovals {
  readonly approvals: readonly SignedApproval[];
  readonly refused: readonly RefusedApproval[];
  /** Who signed commits of the proposal, and whoever is named as a requester or a co-author. */
  readonly authors: readonly string[];
  /** Whether it is known whose every commit of the proposal is. */
  readonly authorsKnown: boolean;
  /** Who signed the last commit that is more than an approval; null when no known key did. */
  readonly lastPusher: string | null;
  /** Login in lower case -> principal. */
  readonly principals: Readonly<Record<string, string>>;
  /** Role -> principals that hold it. */
  readonly holders: Readonly<Record<string, readonly string[]>>;
  /** No forge was asked: there are no reviews to know of. */
  readonly alone: boolean;
}

/** Where no forge is asked. */
export const NO_REVIEWS: Pick<
  ApprovalFacts,
  "authors" | "claimedAuthors" | "lastPusher" | "reviews" | "writers"
> = {
  authors: [],
  claimedAuthors: [],
  lastPusher: null,
  reviews: [],
  writers: [],
};
