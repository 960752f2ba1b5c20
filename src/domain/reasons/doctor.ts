import type { Reason } from "./reason.ts";

/** What `modelgate doctor` finds. The meaning says why it matters. */
export const doctorReasons = {
  DOCTOR_WORKFLOW_UNREADABLE: {
    meaning:
      "A workflow uses YAML that cannot be checked strictly (anchors, aliases, tags, duplicate keys), so nothing is known about it.",
    fix: "Write the workflow out in plain YAML.",
    exit: 1,
  },
  DOCTOR_GATE_MISSING: {
    meaning: "No workflow has a job named model-gate, so nothing checks what reaches deployed.json.",
    fix: "Add the workflow: modelgate init writes .github/workflows/model-gate.yml.",
    exit: 1,
  },
  DOCTOR_GATE_TWICE: {
    meaning:
      "Two jobs report a check named model-gate; one that is skipped hides the other's failure, or blocks for hours.",
    fix: "Keep one job with this name in the repository, and rename the other.",
    exit: 1,
  },
  DOCTOR_GATE_TRIGGER_MISSING: {
    meaning: "The gate does not run for pull requests, so its required check never reports.",
    fix: "Add pull_request to the triggers.",
    exit: 1,
  },
  DOCTOR_GATE_MERGE_GROUP_MISSING: {
    meaning:
      "A merge queue tests a new commit. Without merge_group the required check never reports there, and the queue times out.",
    fix: "Add merge_group to the triggers.",
    exit: 1,
  },
  DOCTOR_GATE_RETARGET_UNSEEN: {
    meaning:
      "A pull request that passed against one base branch can be pointed at another; its green check stays.",
    fix: "Add edited to the types of pull_request, so that the check runs again.",
    exit: 1,
  },
  DOCTOR_GATE_FILTERED: {
    meaning:
      "A workflow that a filter of paths or branches skips leaves its required check pending for ever, so people remove the requirement.",
    fix: "Remove the filter; the check itself passes in a second when nothing governed changed.",
    exit: 1,
  },
  DOCTOR_GATE_SKIPPABLE: {
    meaning: "GitHub counts a skipped job as passed, and a job is skipped when one that it needs fails.",
    fix: "Give the job if: always(), and nothing else in the condition.",
    exit: 1,
  },
  DOCTOR_GATE_SOFT: {
    meaning: "With continue-on-error the check is green whatever the gate says.",
    fix: "Remove continue-on-error from the gate's job and steps.",
    exit: 1,
  },
  DOCTOR_GATE_EMPTY: {
    meaning: "The job model-gate has no step that runs modelgate, so its check is green whatever changed.",
    fix: "Let the job run the action: modelgate init writes .github/workflows/model-gate.yml.",
    exit: 1,
  },
  DOCTOR_GATE_LEG_UNSEEN: {
    meaning: "A job of the gate's workflow is not among its needs, so its failure does not reach the check.",
    fix: "List the job in needs of model-gate.",
    exit: 1,
  },
  DOCTOR_USES_UNPINNED: {
    meaning: "A tag or branch can be moved to other code; whoever moves it runs in your pipeline.",
    fix: "Pin the full commit id and name the version in a comment.",
    exit: 1,
  },
  DOCTOR_HEAD_CHECKED_OUT: {
    meaning:
      "pull_request_target and workflow_run have secrets and a token that writes; code of a fork that is checked out there may run with them.",
    fix: "Use pull_request, or read the head through the API as data and never check it out.",
    exit: 1,
  },
  DOCTOR_PERMISSIONS_MISSING: {
    meaning:
      "Without permissions a job gets whatever the repository's default is, which may be to write everything.",
    fix: "Put permissions: {} at the top, and what each job needs into the job.",
    exit: 1,
  },
  DOCTOR_PERMISSIONS_BROAD: {
    meaning: "A permission to write that every job and every step gets is there for the weakest of them too.",
    fix: "Grant it in the one job that needs it, by name.",
    exit: 1,
  },
  DOCTOR_SCRIPT_INJECTION: {
    meaning:
      "The expression is pasted into the script before the shell reads it, so a branch name or a title can be a command.",
    fix: "Pass the value by env: and quote the variable in the script.",
    exit: 1,
  },
  DOCTOR_CREDENTIALS_KEPT: {
    meaning:
      "actions/checkout leaves the token in .git/config, where every later step and every uploaded artifact can have it.",
    fix: "Set persist-credentials: false.",
    exit: 1,
  },
  DOCTOR_PROMOTION_CANCELLED: {
    meaning: "A promotion that a newer run cancels is lost without a word.",
    fix: "Set cancel-in-progress: false.",
    exit: 1,
  },
  DOCTOR_PROMOTION_UNQUEUED: {
    meaning:
      "Without a queue GitHub keeps one pending run of a group and drops the others; without a group two promotions race.",
    fix: "Give the workflow a concurrency group of its own for each model, with queue: max.",
    exit: 1,
  },
  DOCTOR_RECORD_POWERLESS: {
    meaning:
      "Without contents: write the reviews that a promotion rests on are kept nowhere, and no audit can prove who approved it; without deployments: write GitHub is told of no deployment, and without pull-requests: write a proposal of a revoked version stays open.",
    fix: "Give the job that records contents: write, deployments: write and pull-requests: write.",
    exit: 1,
  },
  DOCTOR_RULES_UNOWNED: {
    meaning: "Whoever may write can change the rules by which they are judged, with anybody's review.",
    fix: "Name owners for it in .github/CODEOWNERS, and require their review in the ruleset.",
    exit: 1,
  },
  DOCTOR_BYTES_CONVERTED: {
    meaning:
      "Git may convert line endings of files that are hashed; the same commit then has other digests on other machines.",
    fix: "Switch conversion off for them in .gitattributes.",
    exit: 1,
  },
  DOCTOR_CHECK_NOT_REQUIRED: {
    meaning: "The branch can be changed without the check model-gate having passed.",
    fix: "Import .github/rulesets/main.json: Settings, Rules, Rulesets, Import.",
    exit: 1,
  },
  DOCTOR_CHECK_SOURCE_OPEN: {
    meaning:
      "Anybody who may write can set a green status of the same name, because the required check names no app.",
    fix: "Choose GitHub Actions (integration 15368) as the source of the required check.",
    exit: 1,
  },
  DOCTOR_REBASE_ALLOWED: {
    meaning: "GitHub cannot sign the commits of a rebase merge, and it rewrites those that were judged.",
    fix: "Allow merge commits alone in the ruleset.",
    exit: 1,
  },
  DOCTOR_UNSIGNED_ALLOWED: {
    meaning: "Unsigned commits may reach the branch, so a commit there does not prove who made it.",
    fix: "Require signed commits in the ruleset.",
    exit: 1,
  },
  DOCTOR_FORCE_PUSH_ALLOWED: {
    meaning: "The branch can be rewound or deleted, and the history of deployed.json with it.",
    fix: "Block force pushes and deletions in the ruleset.",
    exit: 1,
  },
  DOCTOR_OWNER_REVIEW_OFF: {
    meaning: "CODEOWNERS names reviewers, but the branch does not wait for them.",
    fix: "Require review from Code Owners, and approval of the most recent push, in the ruleset.",
    exit: 1,
  },
  DOCTOR_QUEUE_HEADGREEN: {
    meaning:
      "The merge queue merges a whole group when the check of its last change is green, so that a change whose own check is red lands under a later one that passes: a refused policy under a promotion.",
    fix: "Set the queue's grouping strategy to ALLGREEN in the ruleset (in the settings: Require all queue entries to pass required checks).",
    exit: 1,
  },
  DOCTOR_PULL_REQUESTS_OFF: {
    meaning:
      "GitHub Actions is not permitted to create pull requests here, so promote can push a branch and no more.",
    fix: "Use a GitHub App (variable MODELGATE_CLIENT_ID), or allow it: Settings, Actions, General, Workflow permissions.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;
