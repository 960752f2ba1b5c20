import type { Digest } from "../../../domain/digest.ts";
import { checkSchema } from "../../../domain/document/check-schema.ts";
import { parseJson } from "../../../domain/document/json.ts";
import { batchAxes, type Sidecar } from "../../../domain/registry/sidecar.ts";
import type { BatchAxes } from "../../../measure/latency/batch.ts";
import type { Feeds } from "../../../measure/latency/samples.ts";
import type { ModelFacts } from "../../../measure/onnx/inspect-model.ts";
import type { EngineModel } from "../../../ports/engine.ts";
import type { Files } from "../../../ports/files.ts";
import { loadModel } from "../load-model.ts";
import type { ModelVersion } from "../../registry/load-version.ts";
import { loadTestCases } from "../../registry/test-cases.ts";
import { testDataOf, type VersionFiles, versionFiles } from "../version-files.ts";
import { SIDECAR_V1 } from "../../../generated/sidecar-v1.js";

/** A version that takes part in a benchmark, as bytes that its manifest names. */
export interface Contestant {
  readonly version: ModelVersion;
  readonly model: EngineModel;
  readonly facts: ModelFacts;
  readonly inputs: readonly { readonly name: string; readonly digest: Digest }[];
}

/** The version under test, with the calls that both are timed on. */
export interface Candidate extends Contestant {
  readonly cases: readonly Feeds[];
  readonly axes: BatchAxes;
  /** Bytes of bench.json, if the version has one. */
  readonly claim: Uint8Array | undefined;
}

/** Reads the live version. Errors: MODEL_*. */
export async function loadContestant(files: Files, version: ModelVersion): Promise<Contestant> {
  const verified = versionFiles(files, version);
  const { model, facts } = await loadModel(version, verified);
  return { version, model, facts, inputs: verified.inputs() };
}

/** More stored cases make a benchmark no better. */
const MAX_CASES = 32;

/** Reads the candidate with its stored inputs. Errors: MODEL_*, TENSOR_*, PARITY_* of test data, DOCUMENT_* of its sidecar. */
export async function loadCandidate(files: Files, version: ModelVersion): Promise<Candidate> {
  const verified = versionFiles(files, version);
  const { model, facts } = await loadModel(version, verified);
  const axes = await readAxes(version, verified);
  const stored = await loadTestCases(testDataOf(version, verified), facts);
  const cases = stored.slice(0, MAX_CASES).map((one) => one.inputs);
  const claim = await verified.readIfListed("bench.json");
  return { version, model, facts, cases, axes, claim, inputs: verified.inputs() };
}

async function readAxes(version: ModelVersion, verified: VersionFiles): Promise<BatchAxes> {
  const bytes = await verified.read("sidecar.json");
  const sidecar = checkSchema<Sidecar>(parseJson(bytes, `${version.folder}/sidecar.json`), SIDECAR_V1);
  return batchAxes(sidecar.inputs);
}
