import type { ForgeSettings } from "../../ports/forge.ts";
import { type Finding, finding } from "./finding.ts";
import { GATE_CHECK } from "./gate-rules.ts";
import { mapping, type Mapping, strings } from "./workflow-file.ts";

/** The app id of GitHub Actions on github.com. */
const GITHUB_ACTIONS = 15_368;

type Rules = NonNullable<ForgeSettings["rules"]>;

/** What the forge itself enforces on the default branch. Settings that the token may not see are told as unseen. */
export function settingsFindings(settings: ForgeSettings): { findings: Finding[]; unseen: string[] } {
  const { rules, workflowsMayOpenPullRequests: mayOpen } = settings;
  const where = { file: `branch ${settings.defaultBranch}` };
  const findings = rules === null ? [] : ruleFindings(rules, settings).map((make) => make(where));
  if (mayOpen === false)
    findings.push(finding("DOCTOR_PULL_REQUESTS_OFF", "The setting is off.", { file: "Settings > Actions" }));
  return {
    findings,
    unseen: [
      ...(rules === null ? ["the rules of the default branch"] : []),
      ...(mayOpen === null ? ["whether workflows may open pull requests (needs administration: read)"] : []),
    ],
  };
}

type Make = (where: { file: string }) => Finding;

function ruleFindings(rules: Rules, { mergeMethods }: ForgeSettings): Make[] {
  const has = (type: string) => rules.some((rule) => rule.type === type);
  const [pulls, queues] = [parametersOf(rules, "pull_request"), parametersOf(rules, "merge_queue")];
  const found: Make[] = [...checkFindings(rules)];
  if (allowsRebase(pulls, mergeMethods) || queues.some((one) => one["merge_method"] === "REBASE"))
    found.push(make("DOCTOR_REBASE_ALLOWED", "Rebase merges are allowed."));
  if (!has("required_signatures"))
    found.push(make("DOCTOR_UNSIGNED_ALLOWED", "Signatures are not required."));
  if (!has("non_fast_forward") || !has("deletion"))
    found.push(make("DOCTOR_FORCE_PUSH_ALLOWED", "Force pushes or deletion are allowed."));
  const isReviewed = (one: Mapping) =>
    one["require_code_owner_review"] === true && one["require_last_push_approval"] === true;
  if (!pulls.some(isReviewed))
    found.push(make("DOCTOR_OWNER_REVIEW_OFF", "Review by owners is not required."));
  return [...found, ...queueFindings(queues)];
}

function make(code: Finding["code"], message: string): Make {
  return (where) => finding(code, message, where);
}

function checkFindings(rules: Rules): Make[] {
  const checks = parametersOf(rules, "required_status_checks")
    .flatMap((parameters) => {
      const list = parameters["required_status_checks"];
      return Array.isArray(list) ? list.map(mapping) : [];
    })
    .filter((check) => check["context"] === GATE_CHECK);
  if (checks.length === 0) return [make("DOCTOR_CHECK_NOT_REQUIRED", `${GATE_CHECK} is not required.`)];
  if (checks.some((check) => check["integration_id"] === GITHUB_ACTIONS)) return [];
  const source = checks[0]?.["integration_id"];
  const message = typeof source === "number" ? `Its source is the app ${source}.` : "It names no source app.";
  return [make("DOCTOR_CHECK_SOURCE_OPEN", message)];
}

/** What a queue merges must have passed by itself; what the rule does not say is not taken for healthy. */
function queueFindings(queues: readonly Mapping[]): Make[] {
  const open = queues.filter((one) => one["grouping_strategy"] !== "ALLGREEN");
  if (open.length === 0) return [];
  const isNamed = open.some((one) => one["grouping_strategy"] === "HEADGREEN");
  const message = isNamed ? "The merge queue groups by HEADGREEN." : "The merge queue does not say ALLGREEN.";
  return [make("DOCTOR_QUEUE_HEADGREEN", message)];
}

/** Every rule that speaks of merge methods narrows them; without one the repository's own methods hold. */
function allowsRebase(pulls: readonly Mapping[], methods: ForgeSettings["mergeMethods"]): boolean {
  const stated = pulls.map((one) => strings(one["allowed_merge_methods"])).filter((list) => list.length > 0);
  if (stated.some((list) => !list.includes("rebase"))) return false;
  return methods === null ? stated.length > 0 : methods.includes("rebase");
}

function parametersOf(rules: Rules, type: string): Mapping[] {
  return rules.filter((rule) => rule.type === type).map((rule) => rule.parameters);
}
