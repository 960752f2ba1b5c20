import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Sidecar } from "../../src/domain/registry/sidecar.ts";
import type { Expectation, Walk } from "./expectation.ts";
import { humanParts, TRAINING_CODE } from "./human-parts.ts";
import type { Repository, Verb } from "./repository.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const REF = "m@1.0.0";
const FOLDER = "models/m/1.0.0";
const DRAFT = "models/m/draft-1.0.0";

type Step = readonly [ended: Walk["ended"], run: () => Verb];

/** Goes with a model as far as it gets, as the tutorial says: init, register, validate, and the gates. */
export function walkModel(repository: Repository, folder: string, expected: Expectation): Walk {
  const { modelgate } = repository;
  const gate = (event: string, ...words: string[]) => modelgate("gate", REF, "--event", event, ...words);
  const steps: readonly Step[] = [
    [
      "init",
      () =>
        modelgate(
          "init",
          "--ref",
          COMMIT,
          "--owner",
          "@you",
          "--model",
          join(folder, expected.file),
          "--as",
          REF,
        ),
    ],
    ["register", () => registered(repository, folder, expected)],
    ["validate", () => modelgate("validate", FOLDER)],
    ["REGISTER", () => committed(repository, () => gate("REGISTER"))],
    ["SHADOW", () => gate("PROMOTE_TO_SHADOW", "--env", "staging")],
    ...(expected.until === "CANARY" ? [canary(repository, gate)] : []),
  ];
  let last: Walk = { ended: "init", result: "broke", codes: [], missed: [], widest: 0 };
  for (const [ended, run] of steps) {
    const { exit, codes, missed, isUndecided } = run();
    last = {
      ended,
      result: isUndecided ? "inconclusive" : (RESULTS[exit] ?? "broke"),
      ...(exit === 0 ? NOTHING : { codes, missed }),
      widest: repository.widest(),
    };
    if (exit !== 0) break;
  }
  return last;
}

const NOTHING = { codes: [], missed: [] } as const;

const RESULTS: Readonly<Record<number, Walk["result"]>> = { 0: "pass", 1: "fail", 2: "refused" };

/** Fills the draft with what only a person has, and registers it. */
function registered(
  { git, modelgate, read, write, root }: Repository,
  folder: string,
  { columns }: Expectation,
): Verb {
  git("add", "--all");
  git("commit", "--quiet", "--message", "modelgate init");
  git("mv", DRAFT, FOLDER);
  git("rm", "--quiet", "--force", `${FOLDER}/TODO.md`);
  const data = readdirSync(folder).filter((name) => name.startsWith("test_data_set_"));
  for (const name of data) cpSync(join(folder, name), join(root, FOLDER, name), { recursive: true });
  for (const [name, bytes] of besides(folder)) write(`${FOLDER}/${name}`, bytes);
  const sidecar = JSON.parse(read(`${FOLDER}/sidecar.json`)) as Sidecar;
  const outputs = sidecar.outputs.map(({ name }) => name);
  for (const [name, text] of Object.entries(humanParts(outputs, data.length, columns)))
    write(`${FOLDER}/${name}`, text);
  if (columns.length > 0) write(`${FOLDER}/sidecar.json`, withColumns(sidecar, columns));
  write(TRAINING_CODE.path, TRAINING_CODE.text);
  return modelgate("register", FOLDER);
}

/** Weights in files of their own. */
function besides(folder: string): [string, Uint8Array][] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".bin") && statSync(join(folder, name)).isFile())
    .map((name) => [name, readFileSync(join(folder, name))]);
}

function withColumns(sidecar: Sidecar, names: readonly string[]): string {
  const [first, ...rest] = sidecar.inputs;
  const columns = names.map((name) => ({ name, dtype: first?.dtype, kind: "numeric", description: name }));
  // register computes the checksum again where there is none.
  return JSON.stringify({
    ...sidecar,
    crc32: undefined,
    columns,
    inputs: [{ ...first, columns: names }, ...rest],
  });
}

function committed({ git }: Repository, run: () => Verb): Verb {
  const verb = run();
  git("add", "--all");
  git("commit", "--quiet", "--message", "models: m 1.0.0");
  return verb;
}

function canary({ git, modelgate }: Repository, gate: (event: string, ...words: string[]) => Verb): Step {
  return [
    "CANARY",
    () => {
      modelgate("promote", REF, "--to", "SHADOW", "--env", "staging");
      git("merge", "--quiet", "--no-ff", "--no-edit", "promote/staging/m");
      return gate("PROMOTE_TO_CANARY", "--env", "staging", "--phase", "5%");
    },
  ];
}
