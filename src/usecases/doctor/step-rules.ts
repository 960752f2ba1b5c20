import { type Finding, finding } from "./finding.ts";
import { type Job, mapping, type Node, placeOfText, text, type WorkflowFile } from "./workflow-file.ts";

const PINNED = /@(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const PINNED_IMAGE = /^docker:\/\/.+@sha256:[0-9a-f]{64}$/;
/** An action of the same repository: `./x`, and `$/x` at the running commit. */
const OWN = /^(?:\.\/|\$\/)/;
const CHECKOUT = /^actions\/checkout@/i;
const HEAD =
  /github\.event\.pull_request\.(?:head|merge_commit_sha)|github\.head_ref|github\.event\.workflow_run\.(?:head|pull_requests)|refs\/pull\//;
const HEAD_COMMAND = /\bgh pr checkout\b|\bpull\/[^\s/]+\/(?:head|merge)\b/;
const PRIVILEGED = ["pull_request_target", "workflow_run"];

/** Values that whoever opens a pull request or starts a run can choose, and the whole context that holds them. */
const FOREIGN = /\b(?:github\.event(?![_\w])|github\.head_ref|github\.ref_name|github(?![\w.])|inputs|env)\b/;

/** What is wrong with the steps of a workflow, one by one. */
export function stepFindings(workflow: WorkflowFile): Finding[] {
  return workflow.jobs.flatMap((job) => [
    ...unpinned(workflow, job),
    ...job.steps.flatMap((step) => [
      ...unpinned(workflow, step),
      ...keptCredentials(workflow, step),
      ...injections(workflow, step),
      ...checkedOutHead(workflow, step),
    ]),
  ]);
}

function unpinned(workflow: WorkflowFile, node: Node | Job): Finding[] {
  const uses = text(node.value["uses"]);
  if (uses === "" || OWN.test(uses) || PINNED.test(uses) || PINNED_IMAGE.test(uses)) return [];
  const where = workflow.document.place(`${node.pointer}/uses`);
  return [finding("DOCTOR_USES_UNPINNED", `${JSON.stringify(uses)} is not pinned to a commit.`, where)];
}

function keptCredentials(workflow: WorkflowFile, step: Node): Finding[] {
  if (!CHECKOUT.test(text(step.value["uses"]))) return [];
  if (text(mapping(step.value["with"])["persist-credentials"]) === "false") return [];
  const where = workflow.document.place(`${step.pointer}/uses`);
  return [finding("DOCTOR_CREDENTIALS_KEPT", "This checkout keeps the token.", where)];
}

function injections(workflow: WorkflowFile, step: Node): Finding[] {
  const scripts = [
    { pointer: `${step.pointer}/run`, script: text(step.value["run"]) },
    { pointer: `${step.pointer}/with/script`, script: text(mapping(step.value["with"])["script"]) },
  ];
  return scripts.flatMap(({ pointer, script }) =>
    [...new Set(expressionsIn(script))]
      .filter((expression) => FOREIGN.test(withoutStrings(plainNames(expression))))
      .map((expression) => {
        const where = placeOfText(workflow, pointer, expression.split("\n")[0] ?? expression);
        return finding("DOCTOR_SCRIPT_INJECTION", `${expression} is pasted into a script.`, where);
      }),
  );
}

/** Every `${{ … }}` of a text, in one pass. */
function expressionsIn(script: string): string[] {
  return script.split("${{").flatMap((part, index) => {
    const end = part.indexOf("}}");
    return index === 0 || end === -1 ? [] : [`\${{${part.slice(0, end)}}}`];
  });
}

/** GitHub compares names without case, and `github['event']` is `github.event`. */
function plainNames(expression: string): string {
  return expression.toLowerCase().replaceAll(/\[\s*'([\w-]+)'\s*\]/g, ".$1");
}

/** `'inputs are fine'` names no input. */
function withoutStrings(expression: string): string {
  return expression.replaceAll(/'(?:[^']|'')*'/g, "''");
}

function checkedOutHead(workflow: WorkflowFile, step: Node): Finding[] {
  const trigger = PRIVILEGED.find((event) => workflow.triggers.has(event));
  if (trigger === undefined || !readsHead(step)) return [];
  const key = step.value["run"] === undefined ? "uses" : "run";
  const where = workflow.document.keyPlace(`${step.pointer}/${key}`);
  return [
    finding(
      "DOCTOR_HEAD_CHECKED_OUT",
      `On ${trigger}, this step checks out the head of a pull request.`,
      where,
    ),
  ];
}

function readsHead(step: Node): boolean {
  const { ref, repository } = mapping(step.value["with"]);
  const isCheckout = CHECKOUT.test(text(step.value["uses"]));
  if (isCheckout && [ref, repository].some((value) => HEAD.test(plainNames(text(value))))) return true;
  const script = text(step.value["run"]);
  const values = [script, ...Object.values(mapping(step.value["env"])).map(text)].join("\n");
  const fetches = /\bgit (?:checkout|fetch|switch)\b/.test(script);
  return HEAD_COMMAND.test(script) || (fetches && HEAD.test(plainNames(values)));
}
