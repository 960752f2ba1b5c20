import type { Reason } from "./reason.ts";

const files = {
  POLICY_EMPTY: {
    meaning: "There is no gate policy to judge by.",
    fix: "Add a GatePolicy under policies/gates/; `modelgate init` writes one for every event.",
    exit: 2,
  },
  POLICY_KIND_UNKNOWN: {
    meaning: "A policy file states no known kind.",
    fix: "Write kind: GatePolicy, Environments or Waivers, and apiVersion: modelgate/v1.",
    exit: 2,
  },
  POLICY_KEY_UNKNOWN: {
    meaning: "A policy file has a key that has no meaning here.",
    fix: "Correct the spelling or remove the key; docs/policy-reference.md lists all keys.",
    exit: 2,
  },
  POLICY_KEY_MISSING: {
    meaning: "A policy file lacks a key that is required.",
    fix: "Add the key; docs/policy-reference.md shows a complete policy.",
    exit: 2,
  },
  POLICY_VALUE_INVALID: {
    meaning: "A value has the wrong type, or is too long, too small or too large.",
    fix: "Write a value of the stated form; docs/policy-reference.md describes every key.",
    exit: 2,
  },
  POLICY_VERSION_INVALID: {
    meaning: "metadata.version is not a positive whole number.",
    fix: "Write a whole number from 1; raise it by one with each change of the policy.",
    exit: 2,
  },
  POLICY_NAME_DUPLICATE: {
    meaning: "Two policies share one name.",
    fix: "Give each policy its own metadata.name.",
    exit: 2,
  },
  POLICY_FILE_DUPLICATE: {
    meaning: "There are two files of a kind that may exist once.",
    fix: "Merge the two files into one.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const matching = {
  POLICY_EVENT_UNKNOWN: {
    meaning: "match.events names an event that does not exist.",
    fix: "Use REGISTER, PROMOTE_TO_SHADOW, PROMOTE_TO_CANARY, PROMOTE_TO_PRODUCTION, ROLLBACK, DISABLE, ENABLE, RETIRE or REVOKE.",
    exit: 2,
  },
  POLICY_ENVIRONMENT_UNKNOWN: {
    meaning: "A policy names an environment that environments.yaml does not define.",
    fix: "Correct the name, or define the environment in policies/environments.yaml.",
    exit: 2,
  },
  POLICY_ENVIRONMENT_MISSING: {
    meaning: "A policy matches an event that happens in an environment, but names no environment.",
    fix: 'Add match.environments, for example [prod], or ["*"] for all.',
    exit: 2,
  },
  POLICY_GLOB_INVALID: {
    meaning: "A model pattern is empty, too long or not a simple glob.",
    fix: 'Use letters, digits, ".", "_", "-" and "*", for example "flight-*".',
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const objectives = {
  POLICY_OBJECTIVES_EMPTY: {
    meaning: "A policy evaluates nothing: it has no objective.",
    fix: "Add at least one objective; only DISABLE, RETIRE and REVOKE may ask for a reason alone (requires.reason: true).",
    exit: 2,
  },
  POLICY_OBJECTIVE_DUPLICATE: {
    meaning: "Two objectives of one policy share an id.",
    fix: "Give each objective its own id, so that waivers and reports can name it.",
    exit: 2,
  },
  POLICY_METRIC_UNKNOWN: {
    meaning: "An objective names a metric that is not in the catalogue.",
    fix: "Correct the name; `modelgate explain metrics` lists every metric.",
    exit: 2,
  },
  POLICY_LIMIT_MISSING: {
    meaning: "An objective has neither a hard nor a soft limit.",
    fix: 'Add hard: "<= …", soft: "<= …", or both.',
    exit: 2,
  },
  POLICY_LIMIT_INVALID: {
    meaning: "A limit does not follow the grammar.",
    fix: 'Write "<= 60 ms", ">= 0.95", "<= live + 2 ms", ">= live - 0.01" or "<= live * 1.2".',
    exit: 2,
  },
  POLICY_LIMIT_NOT_FINITE: {
    meaning: "A limit is not a finite number.",
    fix: "Write a finite number.",
    exit: 2,
  },
  POLICY_LIMIT_DIRECTION: {
    meaning: "A limit points the wrong way for its metric: it would refuse the better value.",
    fix: "Use <= or < where lower is better, >= or > where higher is better, or ==.",
    exit: 2,
  },
  POLICY_LIMIT_OUT_OF_RANGE: {
    meaning: "A limit lies outside the values that the metric can take, or holds for all of them.",
    fix: "Write a limit inside the metric's range; `modelgate explain metrics` shows it.",
    exit: 2,
  },
  POLICY_LIMIT_NOT_RELATIVE: {
    meaning: "A limit relative to the live model is used where it has no meaning.",
    fix: "Use a plain number: the metric already compares with the live model, or it can be negative.",
    exit: 2,
  },
  POLICY_LIMITS_INVERTED: {
    meaning: "The soft limit is looser than the hard limit, so that it can never be seen.",
    fix: "Make the soft limit the stricter of the two.",
    exit: 2,
  },
  POLICY_UNIT_WRONG: {
    meaning: "A limit has a unit that does not fit its metric.",
    fix: "Use the metric's own unit, or none.",
    exit: 2,
  },
  POLICY_NO_INCUMBENT_MISSING: {
    meaning: "An objective compares with the live model, but the policy does not say what happens when there is none.",
    fix: "Add no_incumbent: pass, fail or inconclusive.",
    exit: 2,
  },
  POLICY_DATE_INVALID: {
    meaning: "A date does not exist or has another form.",
    fix: "Write 2026-11-30 (midnight UTC) or 2026-11-30T12:00:00Z.",
    exit: 2,
  },
  POLICY_DURATION_INVALID: {
    meaning: "A duration is not a whole number of minutes, hours or days.",
    fix: 'Write "30m", "24h" or "7d".',
    exit: 2,
  },
  POLICY_WAIVER_DUPLICATE: {
    meaning: "Two waivers share an id.",
    fix: "Give each waiver its own id.",
    exit: 2,
  },
  POLICY_WAIVER_TOO_LONG: {
    meaning: "A waiver ends before it starts, or lasts longer than 90 days.",
    fix: "Set expires at most 90 days after granted; ask again when it has run out.",
    exit: 2,
  },
  POLICY_WAIVER_UNKNOWN_TARGET: {
    meaning: "A waiver names a policy or an objective that does not exist.",
    fix: "Correct the name, or remove the waiver.",
    exit: 2,
  },
  POLICY_PHASE_INVALID: {
    meaning: "Canary phases are not rising traffic shares below 100 %.",
    fix: 'Write rising shares, for example ["5%", "50%"].',
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const verdicts = {
  POLICY_NONE_MATCHES: {
    meaning: "No policy covers the event in this environment for this model, so nothing can allow it.",
    fix: "Add a GatePolicy whose match covers the event, the environment and the model.",
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
  GATE_APPROVALS_UNKNOWN: {
    meaning: "The policy requires approvals, and nothing here can see them.",
    fix: "Run the required check on GitHub, which reads approvals, or remove requires.approvals.",
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

export const policyReasons = {
  ...files,
  ...matching,
  ...objectives,
  ...verdicts,
  ...evidence,
  ...environments,
} as const satisfies Record<string, Reason>;
