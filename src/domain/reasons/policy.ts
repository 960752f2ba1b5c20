import type { Reason } from "./reason.ts";

const files = {
  POLICY_EMPTY: {
    meaning: "There is no gate policy to judge by.",
    fix: "Add a GatePolicy under policies/gates/; `modelgate init` writes one for every event.",
    exit: 2,
  },
  POLICY_TOO_MUCH: {
    meaning: "The policies exceed a limit: too many files, too many bytes, or too many objectives.",
    fix: "Merge policies that have the same objectives, and remove those that match nothing. docs/limits.md has the limits.",
    exit: 2,
  },
  POLICY_KIND_UNKNOWN: {
    meaning: "A policy file states no known kind.",
    fix: "Write kind: GatePolicy, Environments, Waivers or RetentionPolicy, and apiVersion: modelgate/v1.",
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
  POLICY_RETENTION_INVERTED: {
    meaning: "The retention policy keeps what was only measured for longer than what decided.",
    fix: "Raise the days of `critical`, or lower those of `daily`.",
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
  POLICY_ENVIRONMENT_RESERVED: {
    meaning: "An environment has a name that stands for all of them.",
    fix: "Give the environment another name.",
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
  POLICY_SIGNER_MISSING: {
    meaning: "A policy wants the model signed and does not say by whom.",
    fix: "Name principal, a principal of trust.yaml; or identity (or identity_pattern) together with issuer.",
    exit: 2,
  },
  POLICY_OBJECTIVE_DUPLICATE: {
    meaning: "Two objectives of one policy share an id.",
    fix: "Give each objective its own id, so that waivers and reports can name it.",
    exit: 2,
  },
  POLICY_METRIC_UNKNOWN: {
    meaning: "An objective names a metric that is not in the catalogue.",
    fix: "All metrics: modelgate explain metrics.",
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
  POLICY_TOLERANCE_DTYPE: {
    meaning:
      "A policy sets a tolerance for a dtype that cannot have one: the dtype is unknown, or its values are compared exactly.",
    fix: "Set tolerances only for float16, bfloat16, float32 or float64. Integers, booleans and strings are always compared exactly.",
    exit: 2,
  },
  POLICY_NO_INCUMBENT_MISSING: {
    meaning:
      "An objective compares with the live model, but the policy does not say what happens when there is none.",
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

/** What can be wrong with policy files. */
export const policyReasons = { ...files, ...matching, ...objectives } as const satisfies Record<
  string,
  Reason
>;
