import type { JsonObject } from "./http/json.ts";

export interface MainRules {
  /** Required checks by name; pinned to GitHub Actions (15368) unless `anySource`. */
  readonly checks?: readonly string[];
  readonly anySource?: boolean;
  /** The head must contain the base. */
  readonly strict?: boolean;
  /** Approving reviews; 0 still demands a pull request. */
  readonly reviews?: number;
  readonly dismissStale?: boolean;
  readonly lastPushApproval?: boolean;
  readonly codeOwners?: boolean;
  readonly mergeMethods?: readonly ("merge" | "squash" | "rebase")[];
  readonly signatures?: boolean;
  readonly queue?: boolean;
  readonly bypass?: readonly JsonObject[];
}

/** The ruleset that a team would import for its default branch, in GitHub's own JSON. */
export function protectMain(rules: MainRules): JsonObject {
  return {
    name: "main",
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    bypass_actors: [...(rules.bypass ?? [])],
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      ...(rules.signatures === true ? [{ type: "required_signatures" }] : []),
      ...(rules.reviews === undefined ? [] : [pullRequestRule(rules)]),
      ...(rules.checks === undefined ? [] : [checksRule(rules)]),
      ...(rules.queue === true ? [QUEUE] : []),
    ],
  };
}

function pullRequestRule(rules: MainRules): JsonObject {
  return {
    type: "pull_request",
    parameters: {
      required_approving_review_count: rules.reviews ?? 0,
      dismiss_stale_reviews_on_push: rules.dismissStale ?? false,
      require_code_owner_review: rules.codeOwners ?? false,
      require_last_push_approval: rules.lastPushApproval ?? false,
      required_review_thread_resolution: false,
      allowed_merge_methods: [...(rules.mergeMethods ?? ["merge", "squash", "rebase"])],
    },
  };
}

function checksRule(rules: MainRules): JsonObject {
  const source = rules.anySource === true ? {} : { integration_id: 15_368 };
  return {
    type: "required_status_checks",
    parameters: {
      strict_required_status_checks_policy: rules.strict ?? false,
      do_not_enforce_on_create: false,
      required_status_checks: (rules.checks ?? []).map((context) => ({ context, ...source })),
    },
  };
}

const QUEUE: JsonObject = {
  type: "merge_queue",
  parameters: {
    check_response_timeout_minutes: 60,
    grouping_strategy: "ALLGREEN",
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: "MERGE",
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 5,
  },
};
