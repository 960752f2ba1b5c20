import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Finding, Measurement } from "../../domain/evidence.ts";
import { type Absence, absent, measured } from "../../domain/measurement.ts";
import { batchAxes, type Sidecar } from "../../domain/registry/sidecar.ts";
import type { Tensor } from "../../domain/tensor.ts";
import { GateError, tried } from "../../errors.ts";
import { SIDECAR_V1 } from "../../generated/sidecar-v1.js";
import type { OutputPair, OutputReport } from "../../measure/parity/report.ts";
import { type RowCalls, rowCalls, rowOf } from "../../measure/parity/rows.ts";
import type { Feeds } from "../../measure/latency/samples.ts";
import type { Engine, EngineModel, RunLimits } from "../../ports/engine.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { VersionFiles } from "./version-files.ts";

/** Whether a batch agrees with its rows: one metric, and a finding where the sidecar's word is broken. */
export interface RowsAgreement {
  readonly measurement: Measurement;
  readonly findings: readonly Finding[];
}

export interface RowsTask {
  readonly version: ModelVersion;
  readonly files: VersionFiles;
  readonly model: EngineModel;
  readonly cases: readonly Feeds[];
  readonly limits: RunLimits;
  /** Compares by the tolerances that parity is judged by. */
  readonly compare: (pairs: readonly OutputPair[]) => readonly OutputReport[];
}

const METRIC = "parity.rows_disagreeing";

/**
 * `parity.rows_disagreeing`: runs a batch of four stored rows and each of them alone, in a process of their own, so that what
 * happens there breaks no other number. Not applicable unless sidecar.json says that rows are independent.
 */
export async function measureRows(engine: Engine, task: RowsTask): Promise<RowsAgreement> {
  const sidecar = await readSidecar(task);
  if (sidecar?.rows !== "independent") return without(UNDECLARED);
  const calls = rowCalls(task.cases, batchAxes(sidecar.inputs));
  if (!calls) return without(NO_ROWS);
  const answers = await answersOf(engine, task, calls);
  if (answers instanceof GateError) return refused(task, answers);
  return agreement(task, batchAxes(sidecar.outputs), answers);
}

const UNDECLARED: Absence = {
  state: "not_applicable",
  reason: "PARITY_ROWS_UNDECLARED",
  note: 'sidecar.json does not say "rows": "independent", so a batch was not compared with its rows.',
};
const NO_ROWS: Absence = {
  state: "undefined",
  reason: "PARITY_NOTHING_COMPARED",
  note: 'sidecar.json says that rows are independent, but no stored case has a row along an axis "N".',
};

export function without(absence: Absence): RowsAgreement {
  return { measurement: absent(METRIC, absence), findings: [] };
}

/** One that cannot be read is for integrity to say. */
async function readSidecar({ version, files }: RowsTask): Promise<Sidecar | undefined> {
  const bytes = await files.readIfListed("sidecar.json");
  if (!bytes) return undefined;
  const file = `${version.folder}/sidecar.json`;
  const read = tried(() => checkSchema<Sidecar>(parseJson(bytes, file), SIDECAR_V1));
  return read instanceof GateError ? undefined : read;
}

type Answers = readonly (readonly Tensor[])[];

async function answersOf(
  engine: Engine,
  { model, limits }: RowsTask,
  { batch, rows }: RowCalls,
): Promise<Answers | GateError> {
  await using child = engine.start(limits);
  const answer = await tried(() => child.replay({ model, cases: [batch, ...rows] }));
  if (!(answer instanceof GateError)) return answer.cases;
  if (!answer.code.startsWith("MODEL_")) throw answer;
  return answer;
}

/** A model that takes no batch breaks the word of its sidecar; one that needs more time or memory does not. */
function refused(task: RowsTask, { code, problems: [{ message: note }] }: GateError): RowsAgreement {
  const { measurement } = without({ state: "undefined", reason: code, note });
  return {
    measurement,
    findings: code === "MODEL_RUN_FAILED" ? [finding(task, `It does not run: ${note}`)] : [],
  };
}

function agreement(
  task: RowsTask,
  axes: ReadonlyMap<string, number | null>,
  [batch = [], ...rows]: Answers,
): RowsAgreement {
  const unlike = rows.map((row, at) => firstUnlike(task.compare(pairsOf(row, { batch, axes, at }))));
  const compared = rows.filter((row) => row.some(({ name }) => typeof axes.get(name) === "number")).length;
  if (compared === 0) return without(NO_ROWS);
  const disagreeing = unlike.filter((output) => output !== undefined);
  const measurement = measured(METRIC, { value: disagreeing.length, samples: compared });
  const [first] = disagreeing;
  if (!first) return { measurement, findings: [] };
  const how = `${disagreeing.length} of ${rows.length} rows got another answer than alone, first in output ${first.name}`;
  return { measurement, findings: [finding(task, `${how}${sizeOf(first)}.`)] };
}

interface Row {
  readonly batch: readonly Tensor[];
  readonly axes: ReadonlyMap<string, number | null>;
  readonly at: number;
}

function pairsOf(row: readonly Tensor[], { batch, axes, at }: Row): OutputPair[] {
  return row.flatMap((expected) => {
    const axis = axes.get(expected.name) ?? null;
    const whole = batch.find(({ name }) => name === expected.name);
    if (axis === null) return [];
    const actual = whole && rowOf(whole, axis, at);
    return [{ case: `row ${at}`, name: expected.name, expected, actual }];
  });
}

function firstUnlike(outputs: readonly OutputReport[]): OutputReport | undefined {
  return outputs.find(({ over_tolerance: over, mismatches }) => over > 0 || mismatches.length > 0);
}

function sizeOf({ mismatches: [mismatch], max_abs_diff: diff }: OutputReport): string {
  return mismatch ? ` (${mismatch.message})` : ` (by up to ${diff})`;
}

function finding({ version }: RowsTask, message: string): Finding {
  const file = `${version.folder}/sidecar.json`;
  return {
    code: "PARITY_ROWS_DISAGREE",
    message: `A batch of rows that should be independent: ${message}`,
    file,
  };
}
