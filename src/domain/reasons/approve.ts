import type { Reason } from "./reason.ts";

const statements = {
  APPROVAL_MALFORMED: {
    meaning:
      "A file in the approvals of an evidence pack is no approval, or lies under another name than its own.",
    fix: "Take the file out of the proposal, and approve with: modelgate approve.",
    exit: 1,
  },
  APPROVAL_TOO_MANY: {
    meaning: "An evidence pack holds more approvals than one transition ever needs.",
    fix: "Take out those that do not count.",
    exit: 1,
  },
  APPROVAL_UNVOUCHED: {
    meaning:
      "A recorded review is signed by nobody, and no known key of the gate has signed the commit that keeps it.",
    fix: "Give a key of the gate to the action that records (key), or trust GitHub's: modelgate trust add --github-web-flow.",
    exit: 1,
  },
  APPROVAL_PRINCIPAL_MISMATCH: {
    meaning: "The approval names somebody, and the key or the login belongs to somebody else.",
    fix: "Let that person approve by their own key: modelgate approve --key PATH.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const bindings = {
  APPROVAL_SUBJECT_MISMATCH: {
    meaning: "The approval is of another version, or of other bytes of this one.",
    fix: "Approve what is proposed: modelgate approve.",
    exit: 1,
  },
  APPROVAL_REQUEST_MISMATCH: {
    meaning: "The approval is of another event, environment or canary phase.",
    fix: "Approve what is proposed: modelgate approve.",
    exit: 1,
  },
  APPROVAL_REF_MISMATCH: {
    meaning: "The approval is for another branch than the one that the transition is merged into.",
    fix: "Approve it for this branch: check it out, and run modelgate approve.",
    exit: 1,
  },
  APPROVAL_LEDGER_MISMATCH: {
    meaning:
      "deployed.json of the base is not the one that the approver saw: something else was deployed since.",
    fix: "Read the report of the new proposal, and approve it: modelgate approve.",
    exit: 1,
  },
  APPROVAL_POLICY_MISMATCH: {
    meaning: "Other policies judge now than those that the approver saw the verdict of.",
    fix: "Read the report of the new proposal, and approve it: modelgate approve.",
    exit: 1,
  },
  APPROVAL_TREE_MISMATCH: {
    meaning: "The proposal is not what was approved: its base, its files or its evidence are others.",
    fix: "Find out who changed the proposal; then approve what is proposed now: modelgate approve.",
    exit: 1,
  },
  APPROVAL_FINDINGS_MISMATCH: {
    meaning: "The approval names other findings than the verdict that it approves.",
    fix: "Approve it with this version of modelgate: modelgate approve.",
    exit: 1,
  },
  APPROVAL_FINDINGS_GREW: {
    meaning:
      "It was measured again since the approval, and there is a finding that the approver has not seen.",
    fix: "Read the report again, and approve it: modelgate approve.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const people = {
  APPROVAL_ROLE_MISSING: {
    meaning: "The approval is good, but its signer does not have the role that the policy asks for.",
    fix: "Ask somebody who has it (modelgate trust list), or let the owners of trust.yaml give it.",
    exit: 1,
  },
  APPROVAL_BY_AUTHOR: {
    meaning: "The approver is an author of the change, and the policy wants somebody else.",
    fix: "Ask another person to approve; another key of the same person does not help.",
    exit: 1,
  },
  APPROVAL_BY_LAST_PUSHER: {
    meaning: "The approver made the last commit of the proposal, and the policy wants somebody else.",
    fix: "Ask another person to approve.",
    exit: 1,
  },
  APPROVAL_AUTHOR_UNKNOWN: {
    meaning:
      "The policy wants somebody else than the author, and no known key has signed the proposal: it may be the approver's own.",
    fix: "Let git sign commits (git config commit.gpgsign true) with a key of trust.yaml, and propose again.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const verb = {
  APPROVE_PROPOSAL_UNKNOWN: {
    meaning: "There is no proposal of that name to approve.",
    fix: "List what waits with: modelgate status; fetch the branch if it is elsewhere: git fetch origin promote/….",
    exit: 2,
  },
  APPROVE_AMBIGUOUS: {
    meaning: "More than one proposal waits, and it was not said which one is approved.",
    fix: "Name its branch: modelgate approve promote/<environment>/<model>.",
    exit: 2,
  },
  APPROVE_NOTHING: {
    meaning:
      "The branch proposes nothing, it is merged already, or no policy asks for approvals of what it proposes.",
    fix: "List what waits with: modelgate status.",
    exit: 2,
  },
  APPROVE_UNTRUSTED_REPOSITORY: {
    meaning: "The base has no policies/trust.yaml, so that nobody's approval by key could count.",
    fix: "Say whom the repository trusts: modelgate trust add; or approve by a review on GitHub.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

/** Why an approval does not count, and why one cannot be given. */
export const approveReasons = { ...statements, ...bindings, ...people, ...verb } as const satisfies Record<
  string,
  Reason
>;
