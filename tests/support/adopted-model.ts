import { spawnSync } from "node:child_process";
import { globSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/domain/digest.ts";
import type { Sidecar } from "../../src/domain/registry/sidecar.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "./git-repo.ts";
import { SMALL_EVALUATION, SMALL_TRAINING } from "./small-version.ts";
import { REF, ROOT } from "./workflows/all-workflows.ts";

export interface Said {
  readonly exit: number | null;
  readonly answer: Record<string, unknown>;
  readonly text: string;
}

/** A repository into which a foreign model came as the tutorial says, with nothing edited but what only people know. */
export interface AdoptedModel extends Disposable {
  readonly repo: GitRepo;
  readonly folder: string;
  /** As `init` drafted it. */
  readonly sidecar: Sidecar;
  run(...args: string[]): Said;
}

export type ForeignFiles = Readonly<Record<string, Uint8Array>>;

const DRAFT = "models/foreign/draft-1.0.0";
const FOLDER = "models/foreign/1.0.0";

/** The files of a folder of tests/cases/foreign-models, by their path in it. */
export function foreignFiles(name: string): ForeignFiles {
  const folder = join(ROOT, "tests/cases/foreign-models", name);
  const paths = globSync("**/*.{onnx,pb}", { cwd: folder });
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

/** `init --model`, the draft renamed, test data and documents added; `register` is still to come. */
export function adoptedModel(files: ForeignFiles): AdoptedModel {
  const repo = gitRepo();
  repo.commit({ "README.md": "A team's repository.\n", "given.onnx": files["model.onnx"] ?? "" });
  const run = (...args: string[]) => modelgate(repo, args);
  const made = run(
    "init",
    "--ref",
    REF,
    "--owner",
    "@acme/ml",
    "--model",
    "given.onnx",
    "--as",
    "foreign@1.0.0",
  );
  if (made.exit !== 0) throw new Error(made.text);
  rmSync(join(repo.root, "given.onnx"));
  rmSync(join(repo.root, DRAFT, "TODO.md"));
  renameSync(join(repo.root, DRAFT), join(repo.root, FOLDER));
  repo.commit({}, "Adopt modelgate");
  const sidecar = JSON.parse(readFileSync(join(repo.root, FOLDER, "sidecar.json"), "utf8")) as Sidecar;
  for (const [path, bytes] of Object.entries(files)) repo.write(`${FOLDER}/${path}`, bytes);
  for (const [path, text] of Object.entries(documents(sidecar))) repo.write(path, text);
  return { repo, folder: FOLDER, sidecar, run, [Symbol.dispose]: () => repo[Symbol.dispose]() };
}

function modelgate(repo: GitRepo, args: readonly string[]): Said {
  const bin = join(ROOT, "bin/modelgate.js");
  const format = args.includes("--format") ? [] : ["--json"];
  const run = spawnSync(process.execPath, [bin, ...format, ...args], {
    maxBuffer: 64 * 2 ** 20,
    cwd: repo.root,
    env: GIT_ENV,
    encoding: "utf8",
  });
  const answer = run.stdout.startsWith("{") ? (JSON.parse(run.stdout) as Record<string, unknown>) : {};
  return { exit: run.status, answer, text: run.stdout + run.stderr };
}

const CODE = "training/train.py";
const CODE_TEXT = "print('trained')\n";

/** What only people know, made up for a test. */
function documents({ outputs }: Sidecar): Readonly<Record<string, string>> {
  const source = (path: string, text: string) => ({ path, sha256: digestOf(text), size: text.length });
  const claimed = outputs.filter(({ shape, dtype }) => shape !== null || dtype.startsWith("float"));
  const texts = {
    "training.json": { ...SMALL_TRAINING, code: [source(CODE, CODE_TEXT)] },
    "evaluation.json": SMALL_EVALUATION,
    "parity.json": {
      schema_version: "modelgate/parity-claim/v1",
      runtime: {
        engine: "onnxruntime",
        version: "1.30.0",
        execution_provider: "cpu",
        optimization_level: "basic",
        threads: 1,
      },
      cases: 1,
      outputs: claimed.map(({ name }) => ({ name, max_abs_diff: 1e-5 })),
      max_abs_diff: 1e-5,
    },
  };
  const written = Object.entries(texts).map(([path, value]) => [`${FOLDER}/${path}`, JSON.stringify(value)]);
  return { [CODE]: CODE_TEXT, ...Object.fromEntries(written) };
}
