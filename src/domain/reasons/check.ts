import type { Reason } from "./reason.ts";

const changes = {
  CHECK_MIXTURE: {
    meaning:
      "One change touches governed files of several kinds, so that one part could decide about the other.",
    fix: "Split it: one pull request for each kind, in the order policy, registration, promotion.",
    exit: 1,
  },
  CHECK_PATH_HOSTILE: {
    meaning:
      "A governed path is a symbolic link, a submodule or an executable, or has a name that is not plain text.",
    fix: "Replace it by a regular file with a plain name.",
    exit: 1,
  },
  CHECK_CASE_TWIN: {
    meaning:
      "Two paths are one on some file systems, and one of them is governed: which is read would depend on the machine.",
    fix: "Rename or remove the one that differs in case or accents alone.",
    exit: 1,
  },
  CHECK_EVIDENCE_IMMUTABLE: {
    meaning:
      "Evidence that was merged is edited or deleted; it is the proof of what was decided and stays as it is.",
    fix: "Restore it with git checkout; a new decision brings a new evidence pack.",
    exit: 1,
  },
  CHECK_LEDGER_DELETED: {
    meaning: "The change deletes deployed.json, and with it the record of what is live.",
    fix: "Restore it with git checkout.",
    exit: 1,
  },
  CHECK_LEDGER_HAND_EDITED: {
    meaning: "deployed.json is not what a transition of the base makes of it: it was edited by hand.",
    fix: "Undo the edit and let modelgate make it: modelgate promote, rollback, disable, enable, retire or revoke.",
    exit: 1,
  },
  CHECK_GATE_WEAKENED: {
    meaning:
      "After the change the required check could be missing, skipped, or green without having looked; before it could not.",
    fix: "Leave the gate as modelgate init writes it; modelgate doctor says what each rule wants to see.",
    exit: 1,
  },
  CHECK_TOO_MANY_VERSIONS: {
    meaning: "One change registers more versions than one check accepts.",
    fix: "Register them in several pull requests. docs/limits.md has the limit.",
    exit: 1,
  },
  CHECK_VERSION_UNCHANGED: {
    meaning: "A registration holds no version that could be judged.",
    fix: "Add the whole folder models/<id>/<version> with its manifest: modelgate register models/<id>/<version>.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const packs = {
  CHECK_STALE: {
    meaning:
      "The base moved on in a way that the change is bound to: it was made and judged on something else.",
    fix: "Propose it again on the new base.",
    exit: 1,
  },
  CHECK_PACK_MISSING: {
    meaning: "The transition brings no evidence pack, or not at the place that its run id names.",
    fix: "Let modelgate make the proposal: it commits deployed.json and the evidence pack together.",
    exit: 1,
  },
  CHECK_PACK_TOO_LARGE: {
    meaning: "The evidence pack has more files or bytes than any that modelgate writes.",
    fix: "Let modelgate make the proposal; raw samples belong to the workflow's artifact.",
    exit: 1,
  },
  CHECK_PACK_INCOMPLETE: {
    meaning: "A file that pack.json lists is not in the change.",
    fix: "Restore the file, or propose the transition again.",
    exit: 1,
  },
  CHECK_PACK_FOREIGN: {
    meaning: "The change brings evidence that is not the transition's own pack.",
    fix: "Remove it from the change: a promotion holds deployed.json and one evidence pack, nothing else.",
    exit: 1,
  },
  CHECK_RUN_MISMATCH: {
    meaning: "Transition, pack and verdict name different runs or times.",
    fix: "Propose the transition again; evidence of another run cannot be used.",
    exit: 1,
  },
  CHECK_REQUEST_MISMATCH: {
    meaning: "The pack was made for another event, environment or canary phase than the transition.",
    fix: "Propose the transition again; evidence for another request cannot be used.",
    exit: 1,
  },
  CHECK_EVIDENCE_CONTRADICTED: {
    meaning:
      "A value in the proposal's evidence differs from what the check measured for the same version. It was edited, or measured with another version of modelgate.",
    fix: "Propose the transition again, with the version of modelgate that the check runs. Never edit evidence.",
    exit: 1,
  },
  CHECK_TIME_IMPLAUSIBLE: {
    meaning:
      "The transition says that it was decided before its base existed, or in the future: soak times would be false.",
    fix: "Propose the transition again on a machine with a right clock.",
    exit: 1,
  },
  CHECK_VERDICT_MISMATCH: {
    meaning: "The base's policies do not make this verdict of the stored evidence.",
    fix: "Propose the transition again; verdicts are never edited. If another version of modelgate made this one, judge it with that version: a verdict holds its sentences too.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const policies = {
  POLICY_ROLLBACK: {
    meaning:
      "A policy has a lower version than one that was merged before: an older, perhaps looser one comes back.",
    fix: "Give the policy a version higher than any before, also when it says what an older one said.",
    exit: 1,
  },
  POLICY_VERSION_NOT_RAISED: {
    meaning:
      "A policy file was changed and its version was not raised, so that one version would mean two texts.",
    fix: "Raise metadata.version by one.",
    exit: 1,
  },
  POLICY_FILE_UNREAD: {
    meaning: "A file below policies/ lies where the gate reads none, so that what it says would not hold.",
    fix: "Gate policies are policies/gates/<name>.yaml; put it there, or remove it.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const legs = {
  CHECK_LEG_MISSING: {
    meaning: "A measurement that the plan asks for is not among the evidence that was handed in.",
    fix: "Look at the job of the matrix that should have made it; every leg of modelgate plan must hand in its file.",
    exit: 1,
  },
  CHECK_PLAN_TOO_LARGE: {
    meaning: "A change needs more measurements than a job matrix has jobs.",
    fix: "Register fewer versions in one pull request, or use the template of the gate that measures in one job.",
    exit: 1,
  },
  CHECK_LEG_UNEXPECTED: {
    meaning: "The folder of evidence holds something that the plan does not ask for.",
    fix: "Download the artifacts of this run's legs into an empty folder, and nothing else.",
    exit: 1,
  },
  CHECK_LEG_OLD: {
    meaning: "Evidence that was handed in was not measured in the last 24 hours, so not for this run.",
    fix: "Run the legs again.",
    exit: 1,
  },
  CHECK_NEED_FAILED: {
    meaning:
      "A job that the check builds on did not succeed: it failed, was cancelled, or was skipped without proof that it had nothing to do.",
    fix: "Mend the job and run it again; only success counts, and skipped only when modelgate plan has no measurements.",
    exit: 1,
  },
  CHECK_NEEDS_INVALID: {
    meaning: "The results of the jobs before are not the JSON that GitHub's needs context makes.",
    fix: "Hand in the whole context: env: { NEEDS: ${{ toJSON(needs) }} }.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const hosts = {
  CHECK_EVENT_UNUSABLE: {
    meaning: "The event that started the workflow does not say what is compared with what.",
    fix: "Run the check on pull_request, merge_group or push, or give the inputs base and head.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

/** Why the required check does not let a change in. */
export const checkReasons = {
  ...changes,
  ...packs,
  ...policies,
  ...legs,
  ...hosts,
} as const satisfies Record<string, Reason>;
