import type { Reason } from "./reason.ts";

export const forgeReasons = {
  FORGE_TOKEN_MISSING: {
    meaning: "GitHub is to be asked, and there is no token.",
    fix: "Give the step `token: ${{ github.token }}`, or set GITHUB_TOKEN for the command line.",
    exit: 2,
  },
  FORGE_TOKEN_REFUSED: {
    meaning: "GitHub does not accept the token: it has expired, was revoked, or is no token.",
    fix: "Make a new token; that of an App lives for an hour, that of a job as long as the job.",
    exit: 2,
  },
  FORGE_PERMISSION_MISSING: {
    meaning: "The token may not do what is needed.",
    fix: "Add the permission that the message names to the job's `permissions:`, or to the App.",
    exit: 2,
  },
  FORGE_PULL_REQUESTS_FORBIDDEN: {
    meaning: "The repository or its organisation does not let workflows open pull requests.",
    fix: "Use the token of a GitHub App (recommended), or turn on Settings > Actions > General > Allow GitHub Actions to create and approve pull requests, in the organisation and in the repository.",
    exit: 2,
  },
  FORGE_NOT_FOUND: {
    meaning: "GitHub knows no such thing, or hides it from this token.",
    fix: "Check the name, and that the token may read the repository.",
    exit: 2,
  },
  FORGE_RATE_LIMITED: {
    meaning: "GitHub asks for a longer pause than a run may take. Nothing is half done.",
    fix: "Run it again after the time that the message names.",
    exit: 3,
  },
  FORGE_UNAVAILABLE: {
    meaning: "GitHub did not answer, or answered with a failure of its own, again and again.",
    fix: "Look at githubstatus.com and run it again: what was done already is found, not done twice.",
    exit: 3,
  },
  FORGE_REFUSED: {
    meaning: "GitHub refused the request for a reason that modelgate does not know.",
    fix: "Read GitHub's own message; if it names a rule of the repository, let the token's App bypass it or change the rule.",
    exit: 3,
  },
  FORGE_BAD_ANSWER: {
    meaning: "GitHub's answer does not have the shape that its documentation promises.",
    fix: "Run it again; if it stays, check GITHUB_API_URL and report it.",
    exit: 3,
  },
  FORGE_RACE_LOST: {
    meaning:
      "A branch on GitHub moved in the meantime, so somebody else's change won. Nothing was overwritten.",
    fix: "Run the workflow again: it judges on the new base and finds its own pull request.",
    exit: 1,
  },
  FORGE_BASE_MOVED: {
    meaning:
      "The base branch on GitHub is no longer at the commit that was judged: it moved again each time that it was judged anew, was rewritten, or is gone. Nothing was written.",
    fix: "Run the workflow again when fewer merges are on their way, so that it checks out and judges the new base.",
    exit: 1,
  },
  FORGE_HEAD_MOVED: {
    meaning: "The head of the pull request moved while its approvals were read.",
    fix: "Run it again; approvals of an older head do not count.",
    exit: 1,
  },
  FORGE_COMMIT_UNVERIFIED: {
    meaning:
      "GitHub does not vouch for the signature of a commit that it made, or the commit is not what was asked for.",
    fix: "Use the token of a GitHub App or the job's own, and let createCommitOnBranch make the commit; look at the reason that the message names.",
    exit: 1,
  },
  FORGE_BLOCK_INVALID: {
    meaning: "The text of a promotion pull request has no readable block of digests, or more than one.",
    fix: "Run the promotion again: it writes the text anew. Do not edit the comment that starts with modelgate:promotion.",
    exit: 1,
  },
  FORGE_REPOSITORY_INVALID: {
    meaning: "The name of the repository is not of the form owner/name.",
    fix: "Give `repository: ${{ github.repository }}` in a workflow, --repository owner/name in a terminal.",
    exit: 2,
  },
  RECORD_POINTER_UNMOVED: {
    meaning: "The merge did not move the pointer: deployed.json is the same after it as before.",
    fix: "Look at the merge; run the promotion again if the change was lost.",
    exit: 1,
  },
  RECORD_LEDGER_MISMATCH: {
    meaning: "The deployed.json that was merged is not the one that the pull request announced.",
    fix: "Treat it as an incident: find who changed it between review and merge; modelgate rollback returns to what was live.",
    exit: 1,
  },
  RECORD_NOT_MERGED: {
    meaning:
      "A revision of the ledger is on the branch, but no merged pull request of this repository made it.",
    fix: "Find out who pushed it; protect the branch with the required check; modelgate doctor says how.",
    exit: 1,
  },
  RECORD_BRANCH_FOREIGN: {
    meaning:
      "The workflow was started on another branch than the default one; what is merged there says nothing about what is live.",
    fix: "Start it on the default branch. Where promotions are merged into another one, name it in the input `branch`.",
    exit: 1,
  },
  RECORD_CHAIN_BROKEN: {
    meaning: "A revision on the branch does not follow from the one before it.",
    fix: "Run modelgate audit; it names the first commit that breaks the chain.",
    exit: 1,
  },
  GATE_APPROVALS_MISSING: {
    meaning: "Fewer people have approved this very commit than the policy requires.",
    fix: "Ask people who neither wrote nor pushed the change for a review, or for an approval by key (modelgate approve); a push needs new reviews.",
    exit: 1,
  },
  GATE_APPROVALS_CHANGES_REQUESTED: {
    meaning: "Somebody who may approve asks for changes.",
    fix: "Settle it with them, until they approve or their review is dismissed.",
    exit: 1,
  },
  GATE_APPROVALS_ROLE_UNKNOWN: {
    meaning: "The policy asks for a role, and nobody said who holds it.",
    fix: "Name the people of the role in the input `roles`, for example `release-manager: ada, grace`.",
    exit: 1,
  },
  GATE_APPROVALS_PUSHER_UNKNOWN: {
    meaning: "The policy excludes the last pusher, and GitHub did not say who that is.",
    fix: "Run the check again; if it stays, push the head once more, then approve.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;
