import type { Tensor } from "../../domain/tensor.ts";
import { gateError, GateError, problem, type Problem, refuse, tried } from "../../errors.ts";
import type { ModelFacts } from "../../measure/onnx/inspect-model.ts";
import { readTensor, TENSOR_LIMITS } from "../../measure/onnx/read-tensor.ts";
import { type Binding, bindInputs, bindReferences, type StoredTensor } from "../../measure/parity/bind.ts";
import { findTestData, type TestDataSet } from "../../measure/parity/test-data.ts";
import type { ModelVersion } from "../registry/load-version.ts";
import type { VersionFiles } from "./version-files.ts";

/** One stored case: named inputs, and the expected outputs by name. */
export interface TestCase {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly expected: ReadonlyMap<string, Tensor>;
}

/** Bytes of all test data of a version together. */
const MAX_TOTAL = 2 ** 30;

/**
 * Every `test_data_set_<n>` that the manifest lists, in natural order, each file verified before it is used. All
 * problems at once: PARITY_NO_TEST_DATA, PARITY_INPUT_WRONG, PARITY_INPUT_MISSING, PARITY_REFERENCE_MISSING,
 * PARITY_TEST_DATA_AMBIGUOUS, TENSOR_*, MODEL_DTYPE_UNSUPPORTED, MODEL_FILE_CHANGED.
 */
export async function loadTestCases(
  version: ModelVersion,
  files: VersionFiles,
  facts: ModelFacts,
): Promise<TestCase[]> {
  const sets = findTestData(version.manifest.files.map(({ path }) => path));
  const where = { file: version.folder };
  if (sets.length === 0)
    throw gateError("PARITY_NO_TEST_DATA", "There is no test_data_set_<n> folder.", { where });
  checkTotal(version);
  const problems: Problem[] = [];
  const cases: TestCase[] = [];
  for (const set of sets) cases.push(await loadCase(set, { version, files, facts, problems }));
  refuse(problems);
  return cases;
}

function checkTotal(version: ModelVersion): void {
  const data = version.manifest.files.filter(({ path }) => path.startsWith("test_data_set_"));
  const total = data.reduce((sum, { size }) => sum + size, 0);
  if (total <= MAX_TOTAL) return;
  const where = { file: version.folder };
  throw gateError("TENSOR_TOO_LARGE", `The test data has ${total} bytes, over ${MAX_TOTAL}.`, { where });
}

interface Source {
  readonly version: ModelVersion;
  readonly files: VersionFiles;
  readonly facts: ModelFacts;
  readonly problems: Problem[];
}

async function loadCase(set: TestDataSet, source: Source): Promise<TestCase> {
  const { facts, version, problems } = source;
  const folder = `${version.folder}/${set.name}`;
  const inputs = await loadSide(set.inputs, source, (stored) => bindInputs(stored, facts.inputs, folder));
  const comparable = new Map(
    [...set.outputs].filter(([position]) => facts.outputs[position]?.isTensor !== false),
  );
  const expected = await loadSide(comparable, source, (stored) =>
    bindReferences(stored, facts.outputs, folder),
  );
  problems.push(...inputs.problems, ...expected.problems, ...twinProblems(set, version.folder));
  return { name: set.name, inputs: [...inputs.tensors.values()], expected: expected.tensors };
}

/** Which of two files for one position counts would be for the order of a list to say. */
function twinProblems({ twins }: TestDataSet, folder: string): Problem[] {
  return twins.map((path) =>
    problem("PARITY_TEST_DATA_AMBIGUOUS", "Another file has the same number.", {
      where: { file: `${folder}/${path}` },
    }),
  );
}

const NOTHING: Binding = { tensors: new Map(), problems: [] };

/** Reads all files of one side and binds them; a file that cannot be read is a problem, and nothing is bound. */
async function loadSide(
  paths: ReadonlyMap<number, string>,
  { files, version, problems }: Source,
  bind: (stored: StoredTensor[]) => Binding,
): Promise<Binding> {
  const stored: StoredTensor[] = [];
  const found = problems.length;
  for (const [position, path] of [...paths].sort(([a], [b]) => a - b)) {
    const file = `${version.folder}/${path}`;
    const tensor = await tried(async () => readTensor(await files.read(path), file, TENSOR_LIMITS));
    if (tensor instanceof GateError) problems.push(...tensor.problems);
    else stored.push({ file, position, tensor });
  }
  return problems.length > found ? NOTHING : bind(stored);
}
