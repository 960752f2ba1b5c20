import { GENESIS, formatLedger } from "../../ledger/ledger-text.ts";
import { problem, refuse } from "../../errors.ts";
import { templates } from "../../generated/templates.js";

export interface ScaffoldOptions {
  /** Commit of the modelgate release that the workflows pin, 40 lower-case hex digits. */
  readonly ref: string;
  /** Version of that release, for people: `v0.1.0`. */
  readonly release: string;
  /** Who reviews rules: `@org/team` or `@login`. */
  readonly owner: string;
  /** The default branch, whose merges are recorded. */
  readonly branch: string;
  /** Adds a merge queue to the ruleset. */
  readonly mergeQueue: boolean;
  /** Measures in jobs of their own, for registries that are too much for one. */
  readonly matrix: boolean;
}

const COMMIT = /^[0-9a-f]{40}$/;
const OWNER = /^@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$/;
/** What a workflow may name in quotes; Git forbids the rest of what is dangerous. */
const BRANCH = /^(?![-./])(?!.*(?:\.\.|\/\/))[A-Za-z0-9._/-]{1,100}(?<![./])$/;
const GATE = ".github/workflows/model-gate.yml";
const MATRIX_GATE = ".github/workflows/model-gate.matrix.yml";
const RULESET = ".github/rulesets/main.json";

/** Where editors find the schemas that the policies name, in a repository that has no copy of them. */
const SOURCE = "https://raw.githubusercontent.com/modelgate/modelgate";

/** One rule of a ruleset: groups of up to five, each tested as merged. */
const MERGE_QUEUE = {
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

/**
 * Every file of a new repository, path -> text: workflows, policies, CODEOWNERS, ruleset, attributes and the ledger's
 * revision 0. INIT_REF_INVALID, INIT_OWNER_INVALID, INIT_BRANCH_INVALID, all told at once.
 */
export function scaffold(options: ScaffoldOptions): ReadonlyMap<string, string> {
  refuse([...refProblems(options.ref), ...ownerProblems(options.owner), ...branchProblems(options.branch)]);
  const left = options.matrix ? GATE : MATRIX_GATE;
  const files = Object.entries(templates)
    .filter(([path]) => path !== left)
    .map(([path, text]) => [path === MATRIX_GATE ? GATE : path, fillIn(text, options)] as const);
  const governed = new Map([...files, ["deployed.json", formatLedger(GENESIS)]]);
  return governed.set(RULESET, ruleset(templates[RULESET] ?? "", options));
}

function refProblems(ref: string) {
  if (COMMIT.test(ref)) return [];
  return [problem("INIT_REF_INVALID", `${JSON.stringify(ref.slice(0, 80))} is no full commit id.`)];
}

function ownerProblems(owner: string) {
  if (OWNER.test(owner)) return [];
  return [problem("INIT_OWNER_INVALID", `${JSON.stringify(owner.slice(0, 80))} is no account or team.`)];
}

function branchProblems(branch: string) {
  if (BRANCH.test(branch)) return [];
  return [problem("INIT_BRANCH_INVALID", `${JSON.stringify(branch.slice(0, 80))} is no name of a branch.`)];
}

function fillIn(text: string, { ref, release, owner, branch }: ScaffoldOptions): string {
  return text
    .replaceAll("MODELGATE_REF", ref)
    .replaceAll("MODELGATE_VERSION", release)
    .replaceAll("MODELGATE_OWNER", owner)
    .replaceAll("MODELGATE_BRANCH", branch)
    .replaceAll(/(?<=\$schema=)(?:\.\.\/)+schemas\//g, `${SOURCE}/${ref}/schemas/`);
}

function ruleset(text: string, { mergeQueue }: ScaffoldOptions): string {
  if (!mergeQueue) return text;
  const value = JSON.parse(text) as { rules: unknown[] };
  return `${JSON.stringify({ ...value, rules: [...value.rules, MERGE_QUEUE] }, null, 2)}\n`;
}
