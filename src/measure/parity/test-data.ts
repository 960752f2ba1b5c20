import { problem, type Problem } from "../../errors.ts";
import { quote } from "../../domain/quote.ts";

/** One stored case: the files of its inputs and expected outputs, by position. */
export interface TestDataSet {
  readonly name: string;
  readonly inputs: ReadonlyMap<number, string>;
  readonly outputs: ReadonlyMap<number, string>;
  /** Files for a position that another file has already: `output_00.pb` beside `output_0.pb`. */
  readonly twins: readonly string[];
}

// ONNX's own layout of backend tests; seven digits are enough for any registry.
const FILE = /^(test_data_set_(\d{1,7}))\/(input|output)_(\d{1,5})\.pb$/;

interface Draft {
  readonly number: number;
  readonly inputs: Map<number, string>;
  readonly outputs: Map<number, string>;
  readonly twins: string[];
}

/** The test data sets among the files of a version, in natural order (2 before 10). Other files are left out. */
export function findTestData(paths: readonly string[]): TestDataSet[] {
  const sets = new Map<string, Draft>();
  for (const path of paths) {
    const [, name, number, side, position] = FILE.exec(path) ?? [];
    if (name === undefined) continue;
    const set: Draft = sets.get(name) ?? {
      number: Number(number),
      inputs: new Map(),
      outputs: new Map(),
      twins: [],
    };
    const files = side === "input" ? set.inputs : set.outputs;
    if (files.has(Number(position))) set.twins.push(path);
    else files.set(Number(position), path);
    sets.set(name, set);
  }
  const ordered = [...sets].sort(([a, x], [b, y]) => x.number - y.number || (a < b ? -1 : 1));
  return ordered.map(([name, { inputs, outputs, twins }]) => ({ name, inputs, outputs, twins }));
}

/** `Test-Data-Set_a/input_0.npy`: a folder, at any depth, whose name says test data. */
const MEANT = /(?:^|\/)test[_-]?data[^/]*\//i;
/** What people lay beside data for other people to read. */
const PROSE = /(?:\.(?:md|txt|rst)|\/(?:README|LICEN[CS]E|NOTICE))$/i;

/**
 * What is wrong with the names of test data, without a look into the files: PARITY_TEST_DATA_UNREAD for each file that is
 * meant as test data and that no replay reads, PARITY_TEST_DATA_AMBIGUOUS for twins, PARITY_NO_TEST_DATA where there is
 * nothing at all.
 * @param paths files of a version, relative to its folder
 */
export function testDataNames(paths: readonly string[], folder: string): Problem[] {
  const sets = findTestData(paths);
  const unread = paths.filter((path) => MEANT.test(path) && !FILE.test(path) && !PROSE.test(path));
  if (sets.length + unread.length === 0)
    return [
      problem("PARITY_NO_TEST_DATA", "There is no test_data_set_<n> folder.", { where: { file: folder } }),
    ];
  return [
    ...unread.map((path) => unreadProblem(path, folder)),
    ...sets.flatMap(({ twins }) => twins.map((path) => twinProblem(path, folder))),
  ];
}

/** Which of two files for one position counts would be for the order of a list to say. */
function twinProblem(path: string, folder: string): Problem {
  const where = { file: `${folder}/${path}` };
  return problem("PARITY_TEST_DATA_AMBIGUOUS", "Another file has the same number.", { where });
}

const FROM_NUMPY =
  'Convert it in Python: open("input_0.pb", "wb").write(onnx.numpy_helper.from_array(numpy.load("input_0.npy")).SerializeToString())';

function unreadProblem(path: string, folder: string): Problem {
  const where = { file: `${folder}/${path}` };
  const [, set = "", name = ""] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
  if (/\.np[yz]$/i.test(name)) {
    const message =
      "NumPy files are not read as test data; a replay reads ONNX tensors (TensorProto, .pb) alone.";
    const fix = FROM_NUMPY.replaceAll("input_0", /^\w{1,40}/.exec(name)?.[0] ?? "input_0");
    return problem("PARITY_TEST_DATA_UNREAD", message, { where, fix });
  }
  const message = /^test_data_set_\d{1,7}$/.test(set)
    ? `A replay does not read ${quote(name)}: files of a test data set are input_<k>.pb and output_<k>.pb.`
    : `A replay does not read the folder ${quote(set)}: test data is in test_data_set_<n> beside the manifest.`;
  return problem("PARITY_TEST_DATA_UNREAD", message, { where });
}
