import { CLOCK_SKEW_MS } from "../../domain/time.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { GateError, type Problem, problem, refuse, tried } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { Change } from "../proof/change.ts";
import type { CheckPorts, Legs } from "./scene.ts";
import { type Leg, legsOf } from "./plan.ts";
import { EVIDENCE_V1 } from "../../generated/evidence-v1.js";

/** Evidence that was measured longer ago was not measured for this run. */
const OLDEST_MS = 24 * 3_600_000;
/** Evidence of one kind, with room for many cases. */
const EVIDENCE_BYTES = 16 * 1024 * 1024;

/**
 * Fans in what other jobs measured. The plan is made again from Git, so a skipped job is believed only when there was
 * nothing to measure; anything missing, unexpected, failed or cancelled is a problem.
 * CHECK_NEED_FAILED, CHECK_NEEDS_INVALID, CHECK_LEG_MISSING, CHECK_LEG_UNEXPECTED, CHECK_LEG_OLD, EVIDENCE_*, FILE_*.
 */
export async function gatherLegs(
  ports: CheckPorts,
  change: Change,
  of: { given: Legs; now: Date },
): Promise<Gathered> {
  const planned = await legsOf(ports, change);
  const { needs, folder } = of.given;
  const before = needs === null ? [] : needProblems(needs, planned.length > 0);
  if (folder === null) return { evidence: null, problems: before };
  const files = of.given.files ?? ports.files;
  const problems: Problem[] = [...before, ...(await unexpected(files, folder, planned))];
  const evidence: Evidence[] = [];
  for (const leg of planned) {
    const read = await tried(() => readLeg(files, leg, { folder, now: of.now }));
    if (read instanceof GateError) problems.push(...read.problems);
    else evidence.push(read);
  }
  return { evidence, problems };
}

type LegFiles = Pick<Files, "list" | "readIfExists">;

/** `evidence` is null when none was handed in, so that the check measures by itself. */
export interface Gathered {
  readonly evidence: readonly Evidence[] | null;
  readonly problems: readonly Problem[];
}

const SUCCESS = "success";
const SKIPPED = "skipped";

/** Problems of GitHub's `needs` context: every job must have succeeded; skipped counts only when nothing was to do. */
export function needProblems(needs: string, measures: boolean): Problem[] {
  const results = readNeeds(needs);
  if (results.length === 0)
    return [problem("CHECK_NEED_FAILED", "No job came before, so nothing was proven.")];
  return results
    .filter(([, result]) => result !== SUCCESS && !(result === SKIPPED && !measures))
    .map(([job, result]) => {
      const why =
        result === SKIPPED ? "was skipped, and there was something to measure" : `came to "${result}"`;
      return problem("CHECK_NEED_FAILED", `The job ${JSON.stringify(job)} ${why}.`);
    });
}

function readNeeds(needs: string): [job: string, result: string][] {
  const { value } = parseJson(Buffer.from(needs), "needs");
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new GateError([problem("CHECK_NEEDS_INVALID", "It is no JSON object of jobs.")]);
  return Object.entries(value).map(([job, one]) => {
    const result = (one as { result?: unknown } | null)?.result;
    return [job, typeof result === "string" ? result.slice(0, 40) : "no result"];
  });
}

/** An allow-list: what nobody asked for may be there to be mistaken for something. */
async function unexpected(files: LegFiles, folder: string, planned: readonly Leg[]): Promise<Problem[]> {
  const wanted = new Set(planned.map((leg) => pathOf(folder, leg)));
  const found = await files.list(folder);
  return found
    .filter(({ path, kind }) => kind !== "file" || !wanted.has(path))
    .map(({ path }) =>
      problem("CHECK_LEG_UNEXPECTED", "The plan does not ask for it.", { where: { file: path } }),
    );
}

function pathOf(folder: string, { evidence, kind }: Leg): string {
  return `${folder}/${evidence}/${kind}.json`;
}

async function readLeg(files: LegFiles, leg: Leg, of: { folder: string; now: Date }): Promise<Evidence> {
  const file = pathOf(of.folder, leg);
  const bytes = await files.readIfExists(file, EVIDENCE_BYTES);
  const name = `${leg.kind} of ${leg.model}@${leg.version}`;
  if (!bytes) {
    throw new GateError([problem("CHECK_LEG_MISSING", `There is no ${name}.`, { where: { file } })]);
  }
  const evidence = checkSchema<Evidence>(parseJson(bytes, file), EVIDENCE_V1);
  refuse(legProblems(evidence, leg, { file, now: of.now }));
  return evidence;
}

function legProblems(evidence: Evidence, leg: Leg, of: { file: string; now: Date }): Problem[] {
  const { subject, kind, timestamp } = evidence;
  const where = { file: of.file };
  const age = of.now.getTime() - Date.parse(timestamp);
  const problems: Problem[] = [];
  if (kind !== leg.kind)
    problems.push(problem("EVIDENCE_KIND_MISMATCH", `The file holds ${kind} evidence.`, { where }));
  if (subject.model_id !== leg.model || subject.version !== leg.version) {
    const message = `This evidence is about ${subject.model_id} ${subject.version}.`;
    problems.push(problem("EVIDENCE_SUBJECT_MISMATCH", message, { where }));
  }
  if (!(age >= -CLOCK_SKEW_MS && age <= OLDEST_MS))
    problems.push(problem("CHECK_LEG_OLD", `It was measured at ${timestamp}.`, { where }));
  return problems;
}
