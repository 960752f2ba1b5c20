import type { Tensor } from "../../domain/tensor.ts";
import type { Feeds } from "../../measure/latency/samples.ts";
import { readTensor } from "../../measure/onnx/read-tensor.ts";
import type { ValueFacts } from "../../measure/onnx/value-info.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { VersionFiles } from "../version-files.ts";

/** More cases make a benchmark no better. */
const MAX_CASES = 32;

const INPUT_FILE = /^test_data_set_(\d{1,6})\/input_(\d{1,6})\.pb$/;

/**
 * Inputs of the first stored cases, each under the name of a model input: its own name where the model has it, else the
 * one at its position (ONNX's layout of test data). Cases that lack an input are left out: parity tells of them.
 */
export async function readStoredInputs(
  version: ModelVersion,
  files: VersionFiles,
  inputs: readonly ValueFacts[],
): Promise<readonly Feeds[]> {
  const cases = groupByCase(version.manifest.files.map(({ path }) => path)).slice(0, MAX_CASES);
  const read = await Promise.all(cases.map(async (paths) => readCase(paths, { version, files, inputs })));
  return read.filter((feeds) => inputs.every(({ name }) => feeds.some((tensor) => tensor.name === name)));
}

/** Paths of each case in the order of its inputs; cases by number. */
function groupByCase(paths: readonly string[]): string[][] {
  const found = paths.flatMap((path) => {
    const [, set, input] = INPUT_FILE.exec(path) ?? [];
    return set === undefined ? [] : [{ path, set: Number(set), input: Number(input) }];
  });
  found.sort((a, b) => a.set - b.set || a.input - b.input);
  const sets = [...new Set(found.map(({ set }) => set))];
  return sets.map((set) => found.filter((file) => file.set === set).map(({ path }) => path));
}

async function readCase(
  paths: readonly string[],
  of: { version: ModelVersion; files: VersionFiles; inputs: readonly ValueFacts[] },
): Promise<Feeds> {
  const tensors = await Promise.all(
    paths.map(async (path) => readTensor(await of.files.read(path), `${of.version.folder}/${path}`)),
  );
  return tensors.flatMap((tensor, position) => named(tensor, of.inputs, position));
}

function named(tensor: Tensor, inputs: readonly ValueFacts[], position: number): Tensor[] {
  if (inputs.some(({ name }) => name === tensor.name)) return [tensor];
  const input = inputs[position];
  return input ? [{ ...tensor, name: input.name }] : [];
}
