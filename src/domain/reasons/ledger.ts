import type { Reason } from "./reason.ts";

const documents = {
  LEDGER_MISSING: {
    meaning: "There is no deployed.json in the commit.",
    fix: "Where there was one, put it back: git checkout COMMIT -- deployed.json. Else add an empty one with: modelgate init --ref COMMIT --owner @you; commit it on the base branch.",
    exit: 2,
  },
  LEDGER_NOT_CANONICAL: {
    meaning: "deployed.json is written in another spelling than the one that its digest is taken of.",
    fix: "Never edit deployed.json by hand: put the file back, and make the change with a modelgate verb.",
    exit: 1,
  },
  LEDGER_INVALID: {
    meaning: "deployed.json contradicts itself.",
    fix: "Put back the last revision from Git history, and make the change with a modelgate verb.",
    exit: 1,
  },
  LEDGER_APPLY_MISMATCH: {
    meaning: "deployed.json is not what its own transition makes of the revision before.",
    fix: "Drop the edit and let modelgate write the transition.",
    exit: 1,
  },
  LEDGER_CHAIN_BROKEN: {
    meaning:
      "deployed.json is not what valid transitions made: it was edited, rewound, deleted or begun anew.",
    fix: "Look at the named commit, and put the last valid deployed.json back: git checkout COMMIT -- deployed.json.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

const requests = {
  LEDGER_EVENT_NOT_RECORDED: {
    meaning: "REGISTER is the merge of a version folder; it is not a transition of deployed.json.",
    fix: "Register with: modelgate register DIR; then merge the folder.",
    exit: 2,
  },
  LEDGER_ENVIRONMENT_NEEDED: {
    meaning: "The event happens in one environment, and none was named.",
    fix: "Name it with --env.",
    exit: 2,
  },
  LEDGER_ENVIRONMENT_NOT_ALLOWED: {
    meaning: "The event holds in every environment, so that none may be named.",
    fix: "Leave out --env.",
    exit: 2,
  },
  LEDGER_ENVIRONMENT_UNKNOWN: {
    meaning: "The environment is not defined in the base commit.",
    fix: "Correct the name, or define the environment in policies/environments.yaml in a change of its own.",
    exit: 2,
  },
  LEDGER_PHASE_UNKNOWN: {
    meaning: "A canary needs one of the phases that its environment defines.",
    fix: "Give --phase with one of the environment's canary_phases.",
    exit: 2,
  },
  LEDGER_PHASE_NOT_ALLOWED: {
    meaning: "Only a canary has a phase.",
    fix: "Leave out --phase.",
    exit: 2,
  },
  LEDGER_REASON_MISSING: {
    meaning: "The event needs a reason, which stays in the history.",
    fix: 'Say why with --reason "…".',
    exit: 2,
  },
  LEDGER_NAME_INVALID: {
    meaning: "The name of a model or the number of a version cannot be one.",
    fix: "Model ids have lower-case letters, digits, dots, dashes and underscores; versions are SemVer such as 1.2.0.",
    exit: 2,
  },
  LEDGER_VERSION_NEEDED: {
    meaning: "It cannot be told which version is meant.",
    fix: "Name the version: ID@VERSION.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;

const moves = {
  LEDGER_MODEL_UNKNOWN: {
    meaning: "The model has never been in a slot, so there is nothing to change.",
    fix: "Check the spelling with: modelgate status; a first version enters with: modelgate promote ID@VERSION --to SHADOW",
    exit: 1,
  },
  LEDGER_STAGE_SKIPPED: {
    meaning: "The version has not been in the state that comes before.",
    fix: "Promote it through SHADOW, CANARY and PRODUCTION in this order.",
    exit: 1,
  },
  LEDGER_STATE_WRONG: {
    meaning: "The version is in a state that the event does not start from.",
    fix: "Look where it is with: modelgate status",
    exit: 1,
  },
  LEDGER_FROM_WRONG: {
    meaning: "The transition says that the version comes from a state in which it is not.",
    fix: "Ask again on the present base: the ledger has moved on since.",
    exit: 1,
  },
  LEDGER_TO_WRONG: {
    meaning: "The transition says that its event leads to a state to which it does not lead.",
    fix: "Let modelgate write the transition.",
    exit: 1,
  },
  LEDGER_SLOT_HELD: {
    meaning: "The version already holds this slot.",
    fix: "Nothing is left to do; modelgate status shows it.",
    exit: 1,
  },
  LEDGER_CANARY_LOCKED: {
    meaning: "Another version holds the canary slot, and it is locked while that canary serves.",
    fix: "Promote that version, or give its canary up: modelgate disable ID@VERSION --env ENV --reason …",
    exit: 1,
  },
  LEDGER_PHASE_ORDER: {
    meaning: "A canary only moves to a later phase.",
    fix: "Choose a phase that comes later in the environment's canary_phases.",
    exit: 1,
  },
  LEDGER_SLOT_DISABLED: {
    meaning: "The kill switch is on for this version, so it cannot be promoted.",
    fix: "Turn it on again first: modelgate enable ID@VERSION --env ENV --reason …",
    exit: 1,
  },
  LEDGER_RETIRED: {
    meaning: "The version is retired, for ever and in every environment.",
    fix: "Choose another version, or register the model under a new version.",
    exit: 1,
  },
  LEDGER_REVOKED: {
    meaning: "The version is revoked, for ever and in every environment.",
    fix: "Choose another version, or register a mended one under a new version.",
    exit: 1,
  },
  LEDGER_NOTHING_LIVE: {
    meaning: "Nothing is in production in the environment.",
    fix: "Promote a version there, or check the environment with: modelgate status",
    exit: 1,
  },
  LEDGER_NO_TARGET: {
    meaning: "No earlier version that passed in production here is left to roll back to.",
    fix: "Turn the live version off with: modelgate disable ID --env ENV --reason …; then promote a mended one.",
    exit: 1,
  },
  LEDGER_NOT_A_TARGET: {
    meaning: "The version never passed in production here, or left the rollback targets since.",
    fix: "Choose one of the rollback targets that modelgate status lists.",
    exit: 1,
  },
  LEDGER_NO_SLOT: {
    meaning: "The version holds no slot in the environment, so it has no kill switch there.",
    fix: "Check version and environment with: modelgate status",
    exit: 1,
  },
  LEDGER_ALREADY_DISABLED: {
    meaning: "The kill switch of this version is already on.",
    fix: "Nothing is left to do.",
    exit: 1,
  },
  LEDGER_ALREADY_SERVING: {
    meaning: "The version already serves.",
    fix: "Nothing is left to do.",
    exit: 1,
  },
  LEDGER_STILL_DEPLOYED: {
    meaning: "A version that holds a slot cannot be retired.",
    fix: "Take it out of its slots first, by promoting another version or by rolling back.",
    exit: 1,
  },
  LEDGER_MANIFEST_CHANGED: {
    meaning: "The ledger knows this version with another manifest: a merged version was edited.",
    fix: "Put the version folder back, and register the change under a new version.",
    exit: 1,
  },
  LEDGER_BRANCH_FOREIGN: {
    meaning:
      "The proposal branch holds commits that are no proposal; replacing them could lose somebody's work.",
    fix: "Look at the branch, move what is worth keeping elsewhere, delete the branch, and ask again.",
    exit: 1,
  },
  LEDGER_RACE_LOST: {
    meaning:
      "Another transition of the same model was merged while this one was judged, so it no longer means what was asked for. Nothing was written.",
    fix: "Pull the base and look at what came first with: modelgate status; if this one is still wanted, ask for it again.",
    exit: 1,
  },
  LEDGER_NOT_REFUSED: {
    meaning: "Only a verdict of FAIL or INCONCLUSIVE is kept as a refusal.",
    fix: "Propose the transition instead.",
    exit: 3,
  },
  LEDGER_VERDICT_REFUSED: {
    meaning: "Only PASS and WARN make a transition.",
    fix: "Read the verdict, mend what it names, and ask again.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;

/** Why a ledger or a transition is refused. */
export const ledgerReasons = { ...documents, ...requests, ...moves } as const satisfies Record<
  string,
  Reason
>;
