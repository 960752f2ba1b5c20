import { engineSources, onnxEngine } from "../../src/adapters/onnx/engine.ts";
import type { EngineFingerprint, Evidence, Measurement } from "../../src/domain/evidence.ts";
import { GateError } from "../../src/errors.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Machine, Progress } from "../../src/ports/machine.ts";
import { measureParity, type ParityDetails, type ParityTask } from "../../src/usecases/measure/parity.ts";
import type { RunContext } from "../../src/usecases/run-context.ts";
import type { VersionFolder } from "./version-folder.ts";

export const RUN: RunContext = {
  runId: "m_1.0.0_none_20261101T120000Z_0badcafe",
  now: new Date("2026-11-01T12:00:00Z"),
  phase: null,
  seed: 1,
};

export const MACHINE: Machine = {
  fingerprint: (engine: EngineFingerprint | null) => ({
    cpu_model: "cpu",
    cores: 1,
    os: "os",
    arch: "x64",
    node: "24",
    engine,
  }),
  cpuTicks: () => null,
};

export const realEngine = (): Engine =>
  onnxEngine({ ...engineSources({}, {}), optimizationLevel: "basic", signal: undefined });

/** Steps that a measurement told its host. */
export function recordedProgress(): Progress & { readonly steps: [string, number, number][] } {
  const steps: [string, number, number][] = [];
  return { steps, step: (...step) => void steps.push(step), end: () => undefined };
}

export async function parityOf(
  folder: VersionFolder,
  more: Partial<ParityTask> & { engine?: Engine; progress?: Progress } = {},
): Promise<Evidence<ParityDetails>> {
  const { engine = realEngine(), progress = recordedProgress(), ...task } = more;
  return measureParity(
    { files: folder.files, engine, machine: MACHINE, progress },
    { version: folder.version, run: RUN, ...task },
  );
}

/** The problems that a measurement is refused with: code, file and message. */
export async function refusalOf(
  measuring: Promise<unknown>,
): Promise<{ code: string; file: string | undefined; message: string; fix: string }[]> {
  try {
    await measuring;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return error.problems.map(({ code, where, message, fix }) => ({ code, file: where?.file, message, fix }));
  }
  throw new Error("It was not refused.");
}

export function measured(evidence: Evidence<ParityDetails>, metric: string): Measurement {
  const found = evidence.measurements.find((one) => one.metric === metric);
  if (!found) throw new Error(`There is no ${metric}.`);
  return found;
}
