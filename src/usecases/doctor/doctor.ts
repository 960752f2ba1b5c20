import type { Forge } from "../../ports/forge.ts";
import { GateError, tried } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import { fileFindings } from "./file-rules.ts";
import { type Finding, finding } from "./finding.ts";
import { gateFindings } from "./gate-rules.ts";
import { permissionFindings } from "./permission-rules.ts";
import { promotionFindings } from "./promotion-rules.ts";
import { recordFindings } from "./record-rules.ts";
import { settingsFindings } from "./settings-rules.ts";
import { stepFindings } from "./step-rules.ts";
import { readWorkflow, type WorkflowFile } from "./workflow-file.ts";

export interface DoctorPorts {
  readonly files: Files;
  /** Null without a token: then settings are not looked at, and the report says so. */
  readonly forge: Pick<Forge, "settings"> | null;
}

export interface DoctorReport {
  /** By file, line and column. */
  readonly findings: readonly Finding[];
  /** Workflow files that were read. */
  readonly workflows: readonly string[];
  /** What could not be looked at, and why; never silently taken for healthy. */
  readonly unseen: readonly string[];
}

const WORKFLOWS = ".github/workflows";
const WORKFLOW_LIMIT = 256 * 1024;

/**
 * Looks for what would let a change past the gate or make the gate useless: in the workflows, CODEOWNERS and
 * .gitattributes of the work tree, and in the forge's settings when there is a token. Finds everything, changes nothing.
 * Errors: FILE_* for files that cannot be read, FORGE_* for a forge that does not answer.
 */
export async function doctor(ports: DoctorPorts): Promise<DoctorReport> {
  const { workflows, unreadable } = await readWorkflows(ports.files);
  const settings = ports.forge
    ? settingsFindings(await ports.forge.settings())
    : {
        findings: [],
        unseen: ["the repository's settings (set GITHUB_TOKEN and name it: --repository owner/name)"],
      };
  const findings = [
    ...unreadable,
    ...workflowFindings(workflows),
    ...(await fileFindings(ports.files)),
    ...settings.findings,
  ];
  return {
    findings: findings.sort(byPlace),
    workflows: workflows.map(({ file }) => file),
    unseen: settings.unseen,
  };
}

/** The findings in workflows alone; pure. */
export function workflowFindings(workflows: readonly WorkflowFile[]): Finding[] {
  return [
    ...gateFindings(workflows),
    ...workflows.flatMap((workflow) => [
      ...stepFindings(workflow),
      ...permissionFindings(workflow),
      ...promotionFindings(workflow),
      ...recordFindings(workflow),
    ]),
  ];
}

async function readWorkflows(files: Files): Promise<{ workflows: WorkflowFile[]; unreadable: Finding[] }> {
  const entries = await files.list(WORKFLOWS);
  const paths = entries.map(({ path }) => path).filter((path) => /^[^/]+\/[^/]+\/[^/]+\.ya?ml$/.test(path));
  const workflows: WorkflowFile[] = [];
  const unreadable: Finding[] = [];
  for (const path of paths) {
    const read = await tried(async () => readWorkflow(await files.read(path, WORKFLOW_LIMIT), path));
    if (!(read instanceof GateError)) workflows.push(read);
    else
      unreadable.push(
        ...read.problems.map((one) => finding("DOCTOR_WORKFLOW_UNREADABLE", one.message, one.where)),
      );
  }
  return { workflows, unreadable };
}

function byPlace(a: Finding, b: Finding): number {
  const [one, other] = [sortKey(a), sortKey(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function sortKey({ where, code }: Finding): string {
  const numbers = [where?.line ?? 0, where?.column ?? 0].map((number) => String(number).padStart(7, "0"));
  return [where?.file ?? "", ...numbers, code].join("\0");
}
