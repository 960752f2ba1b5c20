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
