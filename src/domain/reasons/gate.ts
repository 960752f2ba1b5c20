import type { Reason } from "./reason.ts";

const verdicts = {
  POLICY_NONE_MATCHES: {
    meaning: "No policy covers the event in this environment for this model, so nothing can allow it.",
    fix: "Add a GatePolicy whose match covers the event, the environment and the model.",
    exit: 1,
  },
  GATE_MODEL_UNKNOWN: {
    meaning: "There is no model of that name, neither in models/ nor in the ledger.",
    fix: "Check the name with: modelgate status",
    exit: 2,
  },
  GATE_VERSION_NOT_ON_BASE: {
    meaning: "The candidate is not registered: the base commit has no manifest of it.",
    fix: "Merge the pull request that adds the version folder first, then ask again.",
    exit: 1,
  },
  GATE_VERSION_EDITED: {
    meaning: "The candidate's manifest in the work tree differs from the one in the base commit.",
    fix: "Restore the folder with git checkout, or register the change as a new version.",
    exit: 1,
  },
  GATE_LIVE_VERSION_EDITED: {
    meaning:
      "The manifest of the live version is not the one that the ledger put live, so nothing can be compared with it.",
    fix: "Restore the folder of the live version with git checkout.",
    exit: 1,
  },
  GATE_NOTHING_EVALUATED: {
    meaning: "Every objective of a policy was not applicable; nothing evaluated is never a pass.",
    fix: "Add an objective that can be measured without a live model, for example integrity.problems.",
    exit: 1,
  },
  GATE_HARD_LIMIT_MISSED: {
    meaning: "A measured value misses a hard limit.",
    fix: "Mend the model and register a new version; the objective's own fix says how.",
    exit: 1,
  },
  GATE_SOFT_LIMIT_MISSED: {
    meaning: "A measured value misses a soft limit; it warns and does not block.",
    fix: "Decide whether the shortfall is acceptable; it stays on record.",
    exit: 1,
  },
  GATE_SOFT_LIMIT_UNDECIDED: {
    meaning: "The interval crosses a soft limit, so it cannot be shown to hold; it warns and does not block.",
    fix: "Measure again with more samples if it matters.",
    exit: 1,
  },
  GATE_UNDECIDED: {
    meaning: "The interval crosses a hard limit: neither a pass nor a failure is shown.",
    fix: "Measure again with more samples, or on a quieter runner.",
    exit: 1,
  },
  GATE_NO_INCUMBENT: {
    meaning: "There is no live version to compare with; the policy says what that means (no_incumbent).",
    fix: "Nothing, when the policy accepts the first version; else promote a first version under a policy that does.",
    exit: 1,
  },
  GATE_NOT_APPLICABLE: {
    meaning: "The metric has no meaning for this model, so the objective does not weigh.",
    fix: "Nothing to do.",
    exit: 1,
  },
  GATE_SCORE_TOO_LOW: {
    meaning: "The weighted share of passed objectives misses the policy's score.",
    fix: "Mend the objectives that warn or fail, the heaviest first.",
    exit: 1,
  },
  GATE_SOAK_TOO_SHORT: {
    meaning: "The version has not held the required state for long enough.",
    fix: "Wait until the time has passed, then ask again.",
    exit: 1,
  },
  GATE_SOAK_UNKNOWN: {
    meaning: "It is not known since when the version holds its state.",
    fix: "Run in a clone with the whole history of deployed.json.",
    exit: 1,
  },
  GATE_APPROVALS_UNREAD: {
    meaning:
      "Not all reviews and commits of the pull request can be read, so somebody's objection or authorship may be missing.",
    fix: "Keep a pull request that needs approvals below 250 commits; limit reviews to people who may write: Settings, Moderation options, Code review limits.",
    exit: 1,
  },
  GATE_APPROVALS_UNKNOWN: {
    meaning: "The policy requires approvals, and nothing here can see them.",
    fix: "Let the required check judge it, which reads approvals: modelgate check, or its action on GitHub; or remove requires.approvals.",
    exit: 1,
  },
  GATE_STREAK_UNKNOWN: {
    meaning: "The policy requires a streak of passed checks, and nothing here can see it.",
    fix: "Run the required check on GitHub, which reads the streak, or remove requires.streak.",
    exit: 1,
  },
  GATE_REASON_MISSING: {
    meaning: "The policy requires a reason for the event, and none was given.",
    fix: 'Give one with --reason "…".',
    exit: 1,
  },
  GATE_MODEL_UNSIGNED: {
    meaning: "The policy wants the model's files signed, and they carry no signature that holds.",
    fix: "Sign them, then register again: modelgate sign-model --ignore-paths models/<id>/<version>/manifest.json --output-bundle models/<id>/<version>/model.sig …",
    exit: 1,
  },
  GATE_MODEL_SIGNER_WRONG: {
    meaning: "Somebody else signed the model's files than the policy wants.",
    fix: "Let the signer that the policy names sign a new version.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const evidence = {
  EVIDENCE_MISSING: {
    meaning: "A policy needs a measurement that is not in the evidence.",
    fix: "Measure it: `modelgate measure KIND ID@VERSION`, or let `modelgate gate` measure what the policies need.",
    exit: 1,
  },
  EVIDENCE_DUPLICATE: {
    meaning: "The evidence holds one metric twice, so that no value is the value.",
    fix: "Hand in one piece of evidence of each kind.",
    exit: 1,
  },
  EVIDENCE_NOT_FINITE: {
    meaning: "A measured value is NaN, infinite or not a number; that never passes.",
    fix: "Find out why the measurement broke; a model that yields NaN is broken.",
    exit: 1,
  },
  EVIDENCE_INVALID: {
    meaning: "A measurement contradicts itself or the metric catalogue.",
    fix: "Measure again with this version of modelgate; evidence is never edited by hand.",
    exit: 1,
  },
  EVIDENCE_UNDEFINED: {
    meaning: "It was measured and has no finite value; that is judged as a failure.",
    fix: "Read the note of the measurement: it says what went wrong.",
    exit: 1,
  },
  EVIDENCE_INCONCLUSIVE: {
    meaning: "The measurement could not tell.",
    fix: "Measure again; the note of the measurement says what stood in the way.",
    exit: 1,
  },
  EVIDENCE_SUBJECT_MISMATCH: {
    meaning: "Evidence was made for another version, or for other bytes of this version.",
    fix: "Measure this version; evidence cannot be carried over.",
    exit: 1,
  },
  EVIDENCE_BASELINE_MISMATCH: {
    meaning: "Evidence compares with another version than the one that is live now.",
    fix: "Measure again against the live version.",
    exit: 1,
  },
  EVIDENCE_TOLERANCE_MISMATCH: {
    meaning: "An output was compared with a tolerance that differs from the one in the policies.",
    fix: "Measure again with the tolerance of the policies in the base commit: leave out --evidence, or give `modelgate measure parity` the same --event and --env.",
    exit: 1,
  },
  EVIDENCE_INTERVAL_MISSING: {
    meaning: "The objective is judged by interval, and the measurement has none.",
    fix: "Measure with more samples, or judge by point.",
    exit: 1,
  },
  EVIDENCE_SAMPLES_TOO_FEW: {
    meaning: "The value rests on fewer samples than the objective asks for.",
    fix: "Measure again with more samples.",
    exit: 1,
  },
  EVIDENCE_STALE: {
    meaning: "Evidence is older than the policy allows.",
    fix: "Measure again.",
    exit: 1,
  },
  EVIDENCE_FROM_FUTURE: {
    meaning: "Evidence has no valid time, or one that lies in the future.",
    fix: "Set the clock of the runner and measure again.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const environments = {
  ENVIRONMENT_UNKNOWN: {
    meaning: "The environment is not defined in environments.yaml.",
    fix: "Correct the name, or define the environment in policies/environments.yaml.",
    exit: 1,
  },
  ENVIRONMENT_MODEL_NOT_ALLOWED: {
    meaning: "The environment does not allow this model.",
    fix: "Add the model to the environment's models in policies/environments.yaml.",
    exit: 1,
  },
  ENVIRONMENT_PHASE_UNKNOWN: {
    meaning: "A canary needs one of the phases that the environment defines, and other events take none.",
    fix: "Give --phase with one of the environment's canary_phases.",
    exit: 1,
  },
  ENVIRONMENT_ORDER: {
    meaning: "The version has not been in production in the environment that comes before.",
    fix: "Promote it there first.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

/** Why the judge does not simply pass. */
export const gateReasons = { ...verdicts, ...evidence, ...environments } as const satisfies Record<
  string,
  Reason
>;
