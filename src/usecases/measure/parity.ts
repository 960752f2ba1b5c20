import type { Evidence, Finding, Measurement, RunnerFingerprint } from "../../domain/evidence.ts";
import { type ComparedOutput, DEFAULT_RULES, type ParityRules } from "../../domain/parity-rules.ts";
import { GateError, gateError } from "../../errors.ts";
import type { ModelFacts } from "../../measure/onnx/inspect-model.ts";
import { quote } from "../../domain/quote.ts";
import type { ParityClaim } from "../../measure/parity/claim.ts";
import { type Cause, failedMeasurements, parityMeasurements } from "../../measure/parity/measurements.ts";
import type { Rerun } from "../../measure/parity/repeat.ts";
import { notRepeated, repeatable, repeatFindings } from "../../measure/parity/repeatable.ts";
import { type OutputPair, type OutputReport, reportOutputs } from "../../measure/parity/report.ts";
import type { Engine, EngineProcess, ReplayAnswer, RunLimits } from "../../ports/engine.ts";
import type { Files } from "../../ports/files.ts";
import type { Machine, Progress } from "../../ports/machine.ts";
import { type LoadedModel, loadModel } from "./load-model.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { RunContext } from "../run-context.ts";
import { timestampOf } from "../../domain/time.ts";
import { measureRows, type RowsAgreement, without } from "./parity-rows.ts";
import { type Claim, claimFindings, readClaim } from "./parity-claim.ts";
import { loadTestCases, type TestCase } from "../registry/test-cases.ts";
import { testDataOf, type VersionFiles, versionFiles } from "./version-files.ts";

export interface ParityPorts {
  readonly files: Files;
  readonly engine: Engine;
  readonly machine: Machine;
  readonly progress: Progress;
}

export interface ParityTask {
  /** A promise lets the engine start while the manifest is still being read. */
  readonly version: ModelVersion | Promise<ModelVersion>;
  readonly run: RunContext;
  /** Of the policies that judge, never the author's; the defaults by dtype when left out. */
  readonly rules?: ParityRules;
  readonly limits?: RunLimits;
  readonly signal?: AbortSignal;
}

/** What stands behind the numbers. */
export interface ParityDetails {
  readonly producer: string;
  readonly opsets: ModelFacts["opsets"];
  readonly cases: readonly string[];
  readonly outputs: readonly OutputReport[];
  readonly not_comparable: readonly { readonly name: string; readonly kind: string }[];
  /** What came out when the cases were run again; empty when the model could not be replayed. */
  readonly repeated: readonly Repeated[];
  /**
   * Outputs that a ZipMap makes: compared as the matrix before it, which the engine's copy of the model gives as a further
   * output. Left out when there is none.
   */
  readonly zip_maps?: readonly {
    readonly output: string;
    readonly matrix: string;
    readonly classes: number;
  }[];
  /** Why the model could not be replayed; null when it was. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** What parity.json says, null when there is none or it cannot be read. */
  readonly claim: ParityClaim | null;
}

/** A way of running cases again, with the outputs that differed: in which case, and where first. */
interface Repeated extends Omit<Rerun, "differences"> {
  readonly differences: readonly {
    readonly case: string;
    readonly output: string;
    readonly message: string;
  }[];
}

const PARITY_LIMITS: RunLimits = { timeoutMs: 120_000, memoryMiB: 4096, outputMiB: 256 };

/**
 * Replays every stored case in one fresh child process, compares the outputs with the references, and with what the same
 * cases give in another order and in another session: a model is a function of its inputs. What the model does wrong (time,
 * memory, crash, refusal, wrong outputs) becomes evidence in state "undefined"; bad input is thrown
 * (MODEL_*, TENSOR_*, PARITY_NO_TEST_DATA, PARITY_INPUT_*, PARITY_REFERENCE_MISSING, PARITY_TEST_DATA_AMBIGUOUS), and so
 * is a tool that does not work (ENGINE_*).
 */
export async function measureParity(ports: ParityPorts, task: ParityTask): Promise<Evidence<ParityDetails>> {
  if (task.signal?.aborted) throw gateError("ENGINE_INTERRUPTED", "The run was stopped.");
  // Started first: the engine loads while the files are read and checked.
  await using child = ports.engine.start(task.limits ?? PARITY_LIMITS);
  // Files are read and hashed synchronously: without this turn the process would be started behind them.
  await new Promise((resolve) => setImmediate(resolve));
  const version = await task.version;
  const files = versionFiles(ports.files, version);
  const loaded = await loadModel(version, files);
  const cases = await loadTestCases(testDataOf(version, files), loaded.facts);
  const claim = await readClaim(version, files);
  const replaying = replay(ports, child, loaded, cases);
  // Hashing the engine's libraries and looking at the machine overlap with the replay.
  const [replayed, runner] = await Promise.all([replaying, fingerprint(ports)]);
  const rows = await rowsOf(ports, replayed, { version, files, loaded, cases, task });
  const result = judgeless(replayed, {
    file: `${version.folder}/${version.manifest.artifact_uri}`,
    facts: loaded.facts,
    cases,
    claim,
    rows,
    task,
  });
  return evidenceOf(version, task.run, { files, runner, ...result });
}

interface Rows {
  readonly version: ModelVersion;
  readonly files: VersionFiles;
  readonly loaded: LoadedModel;
  readonly cases: readonly TestCase[];
  readonly task: ParityTask;
}

/** A model that could not be replayed is not asked for batches. */
async function rowsOf({ engine }: ParityPorts, replayed: Replayed, of: Rows): Promise<RowsAgreement> {
  if ("reason" in replayed) return without({ state: "undefined", ...replayed });
  const { version, files, loaded, cases, task } = of;
  return measureRows(engine, {
    version,
    files,
    model: loaded.model,
    cases: cases.map(({ inputs }) => inputs),
    limits: task.limits ?? PARITY_LIMITS,
    compare: (pairs) => reportOutputs(pairs, (task.rules ?? DEFAULT_RULES).blocks),
  });
}

/** Codes of a model that fails when it runs: facts about the model, not errors of the tool. */
const MODEL_FAILURES: ReadonlySet<string> = new Set([
  "MODEL_TIMEOUT",
  "MODEL_MEMORY",
  "MODEL_OUTPUT_TOO_LARGE",
  "MODEL_CRASHED",
  "MODEL_LOAD_FAILED",
  "MODEL_RUN_FAILED",
]);

type Replayed = ReplayAnswer | Cause;

async function replay(
  { progress }: ParityPorts,
  child: EngineProcess,
  { model }: LoadedModel,
  cases: readonly TestCase[],
): Promise<Replayed> {
  const total = cases.length;
  progress.step("parity", 0, total);
  try {
    const request = { model, cases: cases.map(({ inputs }) => inputs) };
    return await child.replay(request, (done) => progress.step("parity", done, total));
  } catch (error) {
    if (!(error instanceof GateError) || !MODEL_FAILURES.has(error.code)) throw error;
    return { reason: error.code, note: error.problems[0].message };
  }
}

interface Replay {
  /** The model. */
  readonly file: string;
  readonly facts: ModelFacts;
  readonly cases: readonly TestCase[];
  readonly claim: Claim;
  readonly rows: RowsAgreement;
  readonly task: ParityTask;
}

interface Result {
  readonly measurements: readonly Measurement[];
  readonly findings: readonly Finding[];
  readonly compared: readonly ComparedOutput[];
  readonly details: ParityDetails;
}

function judgeless(replayed: Replayed, of: Replay): Result {
  const { file, facts, cases, claim, rows, task } = of;
  const rules = task.rules ?? DEFAULT_RULES;
  const notTensors = facts.outputs.filter((output) => !output.isTensor);
  const details = {
    producer: facts.producer,
    opsets: facts.opsets,
    cases: cases.map(({ name }) => name),
    not_comparable: notTensors.map(({ name, dtype }) => ({ name, kind: dtype })),
    claim: claim.claim,
    ...zipMapsOf(facts),
  };
  if ("reason" in replayed) {
    const failure = { code: replayed.reason, message: replayed.note };
    return {
      measurements: [...failedMeasurements(replayed), notRepeated(replayed), rows.measurement],
      findings: [],
      compared: [],
      details: { ...details, outputs: [], repeated: [], failure },
    };
  }
  const outputs = reportOutputs(pairsOf(cases, replayed.cases), rules.blocks);
  const { reruns } = replayed;
  const unlike = repeatFindings(reruns, { cases: details.cases, file });
  const untrue = claimFindings(claim, { cases: cases.length, outputs });
  const broken = [...untrue, ...rows.findings];
  const counts = { cases: cases.length, notComparable: notTensors.length, claimsBroken: broken.length };
  return {
    measurements: [
      ...parityMeasurements({ outputs, ...counts }),
      repeatable(reruns, cases.length),
      rows.measurement,
    ],
    findings: [...broken, ...unlike],
    compared: outputs.map(comparedOf),
    details: { ...details, outputs, repeated: reruns.map((rerun) => named(rerun, cases)), failure: null },
  };
}

function comparedOf({ name, dtype, elements, rule, extremes }: OutputReport): ComparedOutput {
  return { output: name, dtype, elements, ...rule, extremes };
}

function named(rerun: Rerun, cases: readonly TestCase[]): Repeated {
  const differences = rerun.differences.map((one) => ({ ...one, case: cases[one.case]?.name ?? "" }));
  return { ...rerun, differences };
}

function zipMapsOf({ outputs }: ModelFacts): Pick<ParityDetails, "zip_maps"> {
  const found = outputs.flatMap(({ name, zipMap }) =>
    zipMap ? [{ output: name, matrix: zipMap.source, classes: zipMap.classes.length }] : [],
  );
  return found.length === 0 ? {} : { zip_maps: found };
}

/** Every reference beside what the replay gave under its name. */
function pairsOf(cases: readonly TestCase[], replayed: ReplayAnswer["cases"]): OutputPair[] {
  return cases.flatMap(({ name, expected }, index) => {
    const actual = new Map((replayed[index] ?? []).map((output) => [output.name, output]));
    const pairs = [...expected].map(([output, tensor]) => ({
      case: name,
      name: output,
      expected: tensor,
      actual: actual.get(output),
    }));
    // One that is missing as well is a mismatch of its own, which says more.
    if (pairs.every((pair) => pair.actual)) refuseUnseen(name, [...actual.keys()], expected);
    return pairs;
  });
}

/** What the engine answers and nobody stored would be an output that passes without having been looked at. */
function refuseUnseen(
  testCase: string,
  answered: readonly string[],
  expected: ReadonlyMap<string, unknown>,
): void {
  const unseen = answered.find((output) => !expected.has(output));
  if (unseen === undefined) return;
  const message = `The engine answers ${testCase} with the output ${quote(unseen)}, which has no expected file.`;
  throw gateError("PARITY_REFERENCE_MISSING", message);
}

async function fingerprint({ engine, machine }: ParityPorts): Promise<RunnerFingerprint> {
  return machine.fingerprint(await engine.fingerprint());
}

function evidenceOf(
  version: ModelVersion,
  run: RunContext,
  of: Result & { readonly files: VersionFiles; readonly runner: RunnerFingerprint },
): Evidence<ParityDetails> {
  const { files, runner, measurements, findings, compared, details } = of;
  return {
    schema_version: "modelgate/evidence/v1",
    kind: "parity",
    run_id: run.runId,
    model_version: version.ref.version,
    canary_phase: run.phase,
    timestamp: timestampOf(run.now),
    subject: version.subject,
    baseline: null,
    inputs: files.inputs(),
    runner,
    seed: null,
    measurements,
    findings,
    compared,
    details,
  };
}
