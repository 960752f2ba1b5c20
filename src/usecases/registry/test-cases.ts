import type { Tensor } from "../../domain/tensor.ts";
import { gateError, GateError, type Problem, refuse, tried } from "../../errors.ts";
import { readReference } from "../../measure/onnx/read-reference.ts";
import { readTensor } from "../../measure/onnx/read-tensor.ts";
import { bindCase, type BoundCase, type Signature, type StoredTensor } from "../../measure/parity/bind.ts";
import { findTestData, testDataNames, type TestDataSet } from "../../measure/parity/test-data.ts";

/** One stored case: named inputs, and the expected outputs by name. */
export interface TestCase {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly expected: ReadonlyMap<string, Tensor>;
}

/** Where the test data of a version is. */
export interface TestDataSource {
  /** The version's, relative to the repository. */
  readonly folder: string;
  /** Files that the manifest lists, relative to the folder. */
  readonly listed: readonly { readonly path: string; readonly size: number }[];
  /** The bytes of a listed file, verified. */
  readonly read: (path: string) => Promise<Uint8Array>;
  /** Names of test data sets that are known to differ from what is listed, and are not looked into. */
  readonly broken?: ReadonlySet<string>;
}

/** Bytes of all test data of a version together. */
const MAX_TOTAL = 2 ** 30;

/**
 * Every `test_data_set_<n>` that the manifest lists, in natural order, bound to what the model declares. Throws all that
 * keeps them from being replayed at once: PARITY_NO_TEST_DATA, PARITY_TEST_DATA_UNREAD, PARITY_INPUT_WRONG,
 * PARITY_INPUT_MISSING, PARITY_REFERENCE_MISSING, PARITY_CLASS_MISSING, PARITY_TEST_DATA_AMBIGUOUS, TENSOR_*, MODEL_DTYPE_UNSUPPORTED, and the
 * codes of reading.
 */
export async function loadTestCases(source: TestDataSource, signature: Signature): Promise<TestCase[]> {
  const problems = namesAndSize(source);
  const cases: TestCase[] = [];
  for await (const { set, bound } of boundSets(source, signature)) {
    problems.push(...bound.problems);
    cases.push({ name: set.name, inputs: [...bound.inputs.values()], expected: bound.expected });
  }
  refuse(problems);
  return cases;
}

/**
 * Everything about the test data of a version that can never work, found without an engine: what `loadTestCases` throws, and
 * PARITY_REFERENCE_WRONG. One case is in memory at a time. `signature` is null when the model could not be read: then only
 * names and sizes are checked.
 */
export async function testDataProblems(
  source: TestDataSource,
  signature: Signature | null,
): Promise<Problem[]> {
  const found = tried(() => namesAndSize(source));
  if (found instanceof GateError) return [...found.problems];
  if (!signature) return found;
  for await (const { bound } of boundSets(source, signature)) found.push(...bound.problems, ...bound.unequal);
  return found;
}

/** TENSOR_TOO_LARGE is thrown: nothing of it is to be read. */
function namesAndSize({ listed, folder }: TestDataSource): Problem[] {
  const data = listed.filter(({ path }) => path.startsWith("test_data_set_"));
  const total = data.reduce((sum, { size }) => sum + size, 0);
  const where = { file: folder };
  if (total > MAX_TOTAL)
    throw gateError("TENSOR_TOO_LARGE", `The test data has ${total} bytes, over ${MAX_TOTAL}.`, { where });
  return testDataNames(
    listed.map(({ path }) => path),
    folder,
  );
}

async function* boundSets(
  source: TestDataSource,
  signature: Signature,
): AsyncGenerator<{ set: TestDataSet; bound: BoundCase }> {
  const sets = findTestData(source.listed.map(({ path }) => path));
  for (const set of sets.filter(({ name }) => !source.broken?.has(name)))
    yield { set, bound: await bindSet(set, source, signature) };
}

/** Files that cannot be read are problems of their own, and nothing of their side is bound. */
async function bindSet(set: TestDataSet, source: TestDataSource, signature: Signature): Promise<BoundCase> {
  const folder = `${source.folder}/${set.name}`;
  const comparable = [...set.outputs].filter(([position]) => signature.outputs[position]?.isTensor !== false);
  const { outputs: values } = signature;
  const inputs = await readSide(set.inputs, source, ({ bytes, file }) => readTensor(bytes, file));
  const outputs = await readSide(new Map(comparable), source, ({ bytes, ...at }) =>
    readReference(bytes, { ...at, outputs: values }),
  );
  const readable: Signature = {
    inputs: inputs.problems.length > 0 ? [] : signature.inputs,
    outputs: outputs.problems.length > 0 ? [] : signature.outputs,
  };
  const bound = bindCase({ inputs: inputs.stored, outputs: outputs.stored }, readable, folder);
  return { ...bound, problems: [...inputs.problems, ...outputs.problems, ...bound.problems] };
}

interface ReadSide {
  readonly stored: readonly StoredTensor[];
  readonly problems: readonly Problem[];
}

/** A file of one side, with its path in the repository and its position. */
interface SideFile {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly position: number;
}

async function readSide(
  paths: ReadonlyMap<number, string>,
  source: TestDataSource,
  decode: (of: SideFile) => Tensor,
): Promise<ReadSide> {
  const stored: StoredTensor[] = [];
  const problems: Problem[] = [];
  for (const [position, path] of [...paths].sort(([a], [b]) => a - b)) {
    const file = `${source.folder}/${path}`;
    const tensor = await tried(async () => decode({ bytes: await source.read(path), file, position }));
    if (tensor instanceof GateError) problems.push(...tensor.problems);
    else stored.push({ file, position, tensor });
  }
  return problems.length > 0 ? { stored: [], problems } : { stored, problems };
}
