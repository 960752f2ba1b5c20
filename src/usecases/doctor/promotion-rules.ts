import { type Finding, finding } from "./finding.ts";
import { mapping, type Mapping, text, type WorkflowFile } from "./workflow-file.ts";

const PROMOTES = /(?:^|\/)actions\/(?:promote|record)(?:@|$)/;

/** Workflows that move the ledger wait for each other, and none of their runs is dropped. */
export function promotionFindings(workflow: WorkflowFile): Finding[] {
  return workflow.jobs
    .filter((job) => job.steps.some((step) => PROMOTES.test(text(step.value["uses"]))))
    .flatMap((job) => {
      const own = job.value["concurrency"] !== undefined;
      const pointer = own ? `${job.pointer}/concurrency` : "/concurrency";
      return concurrencyFindings(
        workflow,
        pointer,
        own ? job.value["concurrency"] : workflow.top["concurrency"],
      );
    });
}

function concurrencyFindings(workflow: WorkflowFile, pointer: string, value: unknown): Finding[] {
  const { document, file } = workflow;
  const settings: Mapping = mapping(value);
  const where = value === undefined ? { file } : document.keyPlace(pointer);
  const findings: Finding[] = [];
  if (!["", "false"].includes(text(settings["cancel-in-progress"]))) {
    const place = document.keyPlace(`${pointer}/cancel-in-progress`);
    findings.push(finding("DOCTOR_PROMOTION_CANCELLED", "A newer run cancels this one.", place));
  }
  if (text(settings["queue"]) !== "max") {
    const message =
      value === undefined
        ? "It has no concurrency group."
        : "Its group keeps one pending run and drops the rest.";
    findings.push(finding("DOCTOR_PROMOTION_UNQUEUED", message, where));
  }
  return findings;
}
