import { type Finding, finding } from "./finding.ts";
import { type Job, mapping, type Node, text, type WorkflowFile } from "./workflow-file.ts";

const RECORDS = /(?:^|\/)actions\/record(?:@|$)/;
/** The job's own token; what another one may do, no workflow says. */
const OWN_TOKEN = /^$|\bgithub\s*\.\s*token\b|\bsecrets\s*\.\s*github_token\b/i;

/** What the README of the action says that its token needs, and is refused without a word where the job lacks it. */
const NEEDS = [
  ["contents", "write"],
  ["deployments", "write"],
  ["pull-requests", "write"],
] as const;

/** The action record may write whatever it keeps. Where nobody says what a job may do is another rule's business. */
export function recordFindings(workflow: WorkflowFile): Finding[] {
  return workflow.jobs
    .filter(({ steps }) => steps.some(recordsByOwnToken))
    .flatMap((job) => lacking(workflow, job));
}

function recordsByOwnToken({ value }: Node): boolean {
  return RECORDS.test(text(value["uses"])) && OWN_TOKEN.test(text(mapping(value["with"])["token"]));
}

function lacking({ top, document }: WorkflowFile, job: Job): Finding[] {
  const own = job.value["permissions"] !== undefined;
  const given = own ? job.value["permissions"] : top["permissions"];
  if (given === undefined || text(given) === "write-all") return [];
  const lacks = NEEDS.filter(([name, level]) => text(mapping(given)[name]) !== level);
  if (lacks.length === 0) return [];
  const names = lacks.map(([name, level]) => `${name}: ${level}`).join(", ");
  const where = document.keyPlace(own ? `${job.pointer}/permissions` : job.pointer);
  return [finding("DOCTOR_RECORD_POWERLESS", `The job ${job.id} records without ${names}.`, where)];
}
