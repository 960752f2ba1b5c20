import { type Finding, finding } from "./finding.ts";
import { mapping, text, type WorkflowFile } from "./workflow-file.ts";

/** `permissions: {}` (or reading alone) at the top, and writing only where a job names what it writes. */
export function permissionFindings(workflow: WorkflowFile): Finding[] {
  return [...missing(workflow), ...broad(workflow)];
}

function missing({ top, jobs, document, file }: WorkflowFile): Finding[] {
  if (top["permissions"] !== undefined) return [];
  const bare = jobs.filter((job) => job.value["permissions"] === undefined);
  if (jobs.length > 0 && bare.length === 0) return [];
  const [first] = bare;
  const where = first ? document.keyPlace(first.pointer) : { file };
  const message = first
    ? `Neither the workflow nor the job ${first.id} says what it may do.`
    : "It says nowhere what it may do.";
  return [finding("DOCTOR_PERMISSIONS_MISSING", message, where)];
}

function broad({ top, jobs, document }: WorkflowFile): Finding[] {
  const findings = jobs
    .filter((job) => text(job.value["permissions"]) === "write-all")
    .map((job) => {
      const where = document.keyPlace(`${job.pointer}/permissions`);
      return finding("DOCTOR_PERMISSIONS_BROAD", `The job ${job.id} may write everything.`, where);
    });
  const written = Object.entries(mapping(top["permissions"])).filter(([, level]) => level === "write");
  const all = text(top["permissions"]) === "write-all" ? ["everything"] : written.map(([name]) => name);
  if (all.length === 0) return findings;
  const message = `Every job may write: ${all.join(", ")}.`;
  return [finding("DOCTOR_PERMISSIONS_BROAD", message, document.keyPlace("/permissions")), ...findings];
}
