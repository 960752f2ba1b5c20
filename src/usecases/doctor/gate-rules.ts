import { type Finding, finding } from "./finding.ts";
import { type Job, strings, text, type WorkflowFile } from "./workflow-file.ts";

/** Name of the required check. */
export const GATE_CHECK = "model-gate";

const FILTERS = ["paths", "paths-ignore", "branches", "branches-ignore"];

interface Gate {
  readonly workflow: WorkflowFile;
  readonly job: Job;
}

/** Whether the check model-gate exists once, always runs, and cannot be green without having looked. */
export function gateFindings(workflows: readonly WorkflowFile[]): Finding[] {
  const gates = workflows.flatMap((workflow) =>
    workflow.jobs.filter((job) => job.name === GATE_CHECK).map((job) => ({ workflow, job })),
  );
  if (gates.length === 0) {
    const message = `No workflow has a job named ${GATE_CHECK}.`;
    return [finding("DOCTOR_GATE_MISSING", message, { file: ".github/workflows" })];
  }
  return [...twice(gates), ...gates.flatMap(oneGate)];
}

function twice(gates: readonly Gate[]): Finding[] {
  return gates.slice(1).map(({ workflow, job }) => {
    const message = `The job ${job.id} reports the check ${GATE_CHECK} too, beside ${gates[0]?.workflow.file}.`;
    return finding("DOCTOR_GATE_TWICE", message, workflow.document.keyPlace(job.pointer));
  });
}

function oneGate(gate: Gate): Finding[] {
  return [
    ...triggers(gate.workflow),
    ...filters(gate.workflow),
    ...condition(gate),
    ...soft(gate),
    ...empty(gate),
    ...unseen(gate),
  ];
}

function triggers({ triggers: events, document }: WorkflowFile): Finding[] {
  const where = document.keyPlace("/on");
  const findings: Finding[] = [];
  const pull = events.get("pull_request");
  if (!pull) findings.push(finding("DOCTOR_GATE_TRIGGER_MISSING", "It does not run on pull_request.", where));
  else if (!strings(pull["types"]).includes("edited")) {
    const message = "It does not run again when a pull request gets another base branch.";
    const place = document.keyPlace(
      pull["types"] === undefined ? "/on/pull_request" : "/on/pull_request/types",
    );
    findings.push(finding("DOCTOR_GATE_RETARGET_UNSEEN", message, place));
  }
  if (!events.has("merge_group"))
    findings.push(finding("DOCTOR_GATE_MERGE_GROUP_MISSING", "It does not run on merge_group.", where));
  return findings;
}

function filters({ triggers: events, document }: WorkflowFile): Finding[] {
  return ["pull_request", "merge_group"].flatMap((event) =>
    FILTERS.filter((filter) => events.get(event)?.[filter] !== undefined).map((filter) =>
      finding(
        "DOCTOR_GATE_FILTERED",
        `${event} has the filter ${filter}.`,
        document.keyPlace(`/on/${event}/${filter}`),
      ),
    ),
  );
}

function condition({ workflow, job }: Gate): Finding[] {
  const condition = text(job.value["if"])
    .replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1")
    .trim();
  if (condition === "always()") return [];
  const message =
    condition === "" ? "The job has no condition." : `The condition is ${JSON.stringify(condition)}.`;
  const pointer = condition === "" ? job.pointer : `${job.pointer}/if`;
  return [finding("DOCTOR_GATE_SKIPPABLE", message, workflow.document.keyPlace(pointer))];
}

function soft({ workflow, job }: Gate): Finding[] {
  return [job, ...job.steps]
    .filter((node) => !["", "false"].includes(text(node.value["continue-on-error"])))
    .map((node) => {
      const where = workflow.document.keyPlace(`${node.pointer}/continue-on-error`);
      return finding("DOCTOR_GATE_SOFT", "Its failure is not the job's failure.", where);
    });
}

/** The action of a release or a fork of it, an action of the same repository, or the command. */
const RUNS = /^(?:\.\/|\$\/|[\w.-]+\/modelgate(?:\/[\w./-]+)?@)/i;
const COMMAND = /\bmodelgate\s+check\b/;

function empty({ workflow, job }: Gate): Finding[] {
  const runs = job.steps.some(
    ({ value }) => RUNS.test(text(value["uses"])) || COMMAND.test(text(value["run"])),
  );
  if (runs) return [];
  const message = `No step of the job ${job.id} runs modelgate.`;
  return [finding("DOCTOR_GATE_EMPTY", message, workflow.document.keyPlace(job.pointer))];
}

/** What the jobs of the required check run, by the name of the action and its version. */
export function gateActions(workflows: readonly WorkflowFile[]): readonly string[] {
  const jobs = workflows.flatMap((workflow) => workflow.jobs.filter((job) => job.name === GATE_CHECK));
  const used = jobs.flatMap(({ steps }) => steps.map(({ value }) => text(value["uses"])));
  return [...new Set(used)].filter((uses) => RUNS.test(uses));
}

/** Jobs that the gate neither needs nor has among what it needs needs. */
function unseen({ workflow, job }: Gate): Finding[] {
  return workflow.jobs
    .filter((other) => other.id !== job.id && !job.needs.includes(other.id))
    .map((other) => {
      const message = `${GATE_CHECK} does not need the job ${other.id}.`;
      return finding("DOCTOR_GATE_LEG_UNSEEN", message, workflow.document.keyPlace(other.pointer));
    });
}
