import type { Reason } from "./reason.ts";

const clones = {
  AUDIT_CLONE_GRAFTED: {
    meaning: "The clone has grafts, which show another history than the one that was pushed.",
    fix: "Audit a fresh, whole clone: git clone --no-local URL.",
    exit: 2,
  },
  AUDIT_CLONE_REPLACED: {
    meaning: "The clone has replace refs, which show other objects than those that were pushed.",
    fix: "Delete them with: git replace -d; or audit a fresh, whole clone.",
    exit: 2,
  },
  AUDIT_CLONE_PARTIAL: {
    meaning:
      "The clone was made with a filter: a part of its objects is elsewhere, and git would fetch it silently.",
    fix: "Audit a whole clone: git clone without --filter.",
    exit: 2,
  },
  AUDIT_CLONE_ALTERNATES: {
    meaning: "The clone borrows objects from another folder, which others may change.",
    fix: "Make it whole with: git repack -a -d && rm .git/objects/info/alternates; or clone without --shared and --reference.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const commits = {
  AUDIT_APPROVALS_MISSING: {
    meaning:
      "The policies in force asked for approvals, and Git does not prove enough of them: by a key in the evidence pack, or as reviews recorded on refs/modelgate/approvals.",
    fix: "Fetch the records: git fetch origin 'refs/modelgate/*:refs/modelgate/*'; if there are none, let the action record run again. Else find out who merged it.",
    exit: 1,
  },
  AUDIT_LINE_BROKEN: {
    meaning: "A commit does not name the one before it as its first parent, or cannot be read at all.",
    fix: "Check the repository with: git fsck; then audit a fresh clone from a trusted remote.",
    exit: 3,
  },
  AUDIT_UNSIGNED: {
    meaning: "A commit that changes governed files is not signed, and policies/trust.yaml was in force.",
    fix: "Find out who pushed it and how it passed the branch's rules; take the change back, or acknowledge it in policies/audit-exceptions.yaml.",
    exit: 1,
  },
  AUDIT_SIGNATURE_UNSUPPORTED: {
    meaning:
      "The commit is signed by a certificate (gitsign, S/MIME), which this release cannot prove offline.",
    fix: "Sign commits with an SSH or OpenPGP key that policies/trust.yaml names.",
    exit: 1,
  },
  AUDIT_PAYLOAD_REPEATED: {
    meaning: "The same signed content stands in two commits of different ids: one of them is a copy.",
    fix: "Find out where the second one comes from; a signature must be found under one id only.",
    exit: 1,
  },
  AUDIT_MERGE_EDITED: {
    meaning:
      "A merge holds a governed file that is in none of the commits that it merges: it was edited while merging, so nobody has reviewed it.",
    fix: "Take the edit back, and bring it in a pull request of its own.",
    exit: 1,
  },
  AUDIT_LEDGER_UNLAWFUL: {
    meaning: "The transition builds on a deployed.json that no transition has made.",
    fix: "Restore the last lawful deployed.json, which the audit names, and propose the transition again.",
    exit: 1,
  },
  AUDIT_LEDGER_RESTORED: {
    meaning: "The commit puts back the last lawful deployed.json, after one that no transition had made.",
    fix: "Nothing to mend here; the commit that edited it is named on its own line.",
    exit: 1,
  },
  AUDIT_DECIDED_AMID_BROKEN: {
    meaning:
      "A DISABLE, ROLLBACK, RETIRE or REVOKE was decided while a policy, trust.yaml, deployed.json or a version could not be used. It was judged by the last valid state of those files. It is valid.",
    fix: "Nothing to repair in this commit. The audit lists the commit that broke the file separately, with how to fix it.",
    exit: 1,
  },
  AUDIT_VERDICT_REWORDED: {
    meaning:
      "Judging again comes to the stored verdict, but another version of modelgate worded its sentences otherwise. Outcomes, numbers, limits and reason codes are the same.",
    fix: "Nothing to mend: read what the verdict decides, not how it says it. The version that merged it words it as it stands.",
    exit: 1,
  },
  AUDIT_CRASHED: {
    meaning: "The audit itself failed on a commit, which therefore counts as failed.",
    fix: "Run it again; if it stays, report it with the commit and the message.",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;

const exceptions = {
  AUDIT_EXCEPTION_UNPROVEN: {
    meaning:
      "An exception does not count: the commit that added it failed itself, so that nobody entitled to it has agreed.",
    fix: "Add it in a commit that the audit passes: signed by a policy owner, with a raised version.",
    exit: 1,
  },
  AUDIT_EXCEPTION_UNUSED: {
    meaning: "An exception names a commit that did not fail, or that is not on the audited line.",
    fix: "Correct the commit id, or remove the exception.",
    exit: 1,
  },
  AUDIT_FROM_NOT_ON_LINE: {
    meaning: "The revision to start from is not on the first-parent line that is audited.",
    fix: "Name a commit of that line: git log --first-parent main.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const checkpoints = {
  AUDIT_HISTORY_REWRITTEN: {
    meaning:
      "The commit that an earlier audit ended at is not where it was on the branch: history was rewritten, or this is another branch.",
    fix: "Find out who force-pushed, and compare with a clone from before. Without an explanation the earlier history cannot be believed.",
    exit: 1,
  },
  AUDIT_CHECKPOINT_TRACKED: {
    meaning:
      "The checkpoint is a file of the history that it vouches for: whoever may push there could have written and signed it.",
    fix: "Take a checkpoint that you keep where nobody who may push can write, or audit from the start without one.",
    exit: 2,
  },
  AUDIT_CHECKPOINT_INVALID: {
    meaning:
      "The checkpoint does not fit the commit that it names: it was edited, or is of another repository.",
    fix: "Take the checkpoint that the last audit wrote, or audit from the start without one.",
    exit: 2,
  },
  AUDIT_CHECKPOINT_UNSIGNED: {
    meaning:
      "The checkpoint is not signed, and the repository says whom it trusts: anybody could have written it.",
    fix: "Audit from the start, and write a signed checkpoint with --key.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

/** Why a commit, a clone or a checkpoint does not stand up to the audit. */
export const auditReasons = {
  ...clones,
  ...commits,
  ...exceptions,
  ...checkpoints,
} as const satisfies Record<string, Reason>;
