import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatPlace, type Problem } from "../../src/errors.ts";
import { GIT_ENV, temporaryFolder } from "../support/git-repo.ts";
import { identity } from "../support/onnx-models.ts";
import { model, node, tensor, tensorProto } from "../support/onnx-writer.ts";
import {
  copyOf,
  editJson,
  editManifest,
  FOLDER,
  registryRepo,
  type RegistryRepo,
} from "../support/registry.ts";

const CLI = join(process.cwd(), "src/cli/main.ts");
const NEXT = "models/flight-delay/1.0.1";
const MANIFEST = `${FOLDER}/manifest.json`;
const SHADOW = ["promote", "flight-delay@1.0.0", "--to", "SHADOW", "--env", "prod"];

let template: RegistryRepo;
let registry: RegistryRepo;
beforeAll(async () => {
  template = await registryRepo();
  cpSync("policies", template.at("policies"), { recursive: true });
  cpSync("deployed.json", template.at("deployed.json"));
  template.repo.commit({}, "policies and an empty ledger");
});
afterAll(() => template[Symbol.dispose]());
beforeEach(async () => {
  registry = await copyOf(template);
});
afterEach(() => registry[Symbol.dispose]());

function modelgate(
  args: readonly string[],
  cwd = registry.repo.root,
): { exit: number | null; problems: Problem[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, "--json", ...args], {
    cwd,
    env: { ...GIT_ENV, HOME: cwd },
    encoding: "utf8",
  });
  const answer = JSON.parse(stdout || "{}") as { problems?: Problem[] };
  return { exit: status, problems: answer.problems ?? [{ code: "HOST_CRASHED", message: stderr, fix: "" }] };
}

/** The problem with a code: exit code, place and the start of its remedy. Everything else is shown when it is missing. */
function told(args: readonly string[], code: string, cwd?: string) {
  const { exit, problems } = modelgate(args, cwd);
  const found = problems.find((each) => each.code === code);
  if (!found) return { exit, problems };
  return { exit, place: found.where ? formatPlace(found.where) : null, fix: found.fix };
}

const fixed = (exit: number, place: string | null, fix: RegExp) => ({
  exit,
  place,
  fix: expect.stringMatching(fix),
});

/** A new version beside the registered one, with something wrong in it. */
function addVersion(files: Readonly<Record<string, Uint8Array | null>> = {}): void {
  cpSync(registry.at(FOLDER), registry.at(NEXT), { recursive: true });
  rmSync(registry.at(`${NEXT}/manifest.json`));
  for (const [path, bytes] of Object.entries(files)) {
    if (bytes) writeFileSync(registry.at(`${NEXT}/${path}`), bytes);
    else rmSync(registry.at(`${NEXT}/${path}`), { recursive: true });
  }
}

const lineOf = (path: string, text: string): number =>
  registry
    .read(path)
    .toString()
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

describe("a model that cannot be registered says so, with its file and what to do", () => {
  const real = readFileSync(`${FOLDER}/model.onnx`);
  const foreign = model({ nodes: [node({ op: "Shell", inputs: [], outputs: ["y"], domain: "com.evil" })] });
  it.each<[string, Uint8Array, string, RegExp]>([
    ["truncated", real.subarray(0, real.length - 100), "MODEL_TRUNCATED", /^The upload broke off/],
    ["empty", new Uint8Array(), "MODEL_EMPTY", /^Export the model again/],
    ["malformed", Buffer.from("this is no model"), "MODEL_MALFORMED", /^Export the model again/],
    [
      "with operators of a foreign domain",
      foreign,
      "MODEL_DOMAIN_UNKNOWN",
      /^Export with operators of ai.onnx/,
    ],
    ["of bfloat16", identity("bfloat16"), "MODEL_DTYPE_UNSUPPORTED", /float32/],
  ])("%s", (_, bytes, code, fix) => {
    addVersion({ "model.onnx": bytes });
    expect(told(["register", NEXT], code)).toEqual(fixed(2, `${NEXT}/model.onnx`, fix));
  });
});

describe("test data that does not fit says so, with its file and what to do", () => {
  const x = tensor("X", "float32", [1, 2], [1, 2]);
  const INPUT = "test_data_set_0/input_0.pb";
  const wrong = /^Write the test inputs with the names, dtypes and shapes/;
  type Files = Readonly<Record<string, Uint8Array | null>>;
  it.each<[string, Files, readonly [code: string, place: string, fix: RegExp]]>([
    ["a wrong name", { [INPUT]: tensorProto(x) }, ["PARITY_INPUT_WRONG", INPUT, wrong]],
    [
      "a wrong shape",
      { [INPUT]: tensorProto({ ...x, name: "features" }) },
      ["PARITY_INPUT_WRONG", INPUT, wrong],
    ],
    [
      "a wrong dtype",
      { [INPUT]: tensorProto(tensor("features", "int64", [1, 16], Array(16).fill(1n) as bigint[])) },
      ["PARITY_INPUT_WRONG", INPUT, wrong],
    ],
    ["no tensor", { [INPUT]: Buffer.from([255]) }, ["TENSOR_MALFORMED", INPUT, /./]],
    [
      "no expected output",
      { "test_data_set_0/output_0.pb": null },
      ["PARITY_REFERENCE_MISSING", "test_data_set_0", /^Write output_<k>\.pb for every output/],
    ],
    [
      "no test data at all",
      { test_data_set_0: null, test_data_set_1: null },
      ["PARITY_NO_TEST_DATA", "", /^Add test_data_set_0/],
    ],
  ])("%s", (_, files, [code, place, fix]) => {
    addVersion(files);
    const where = place === "" ? NEXT : `${NEXT}/${place}`;
    expect(told(["register", NEXT], code)).toEqual(fixed(2, where, fix));
  });
});

describe("a manifest that is wrong says so, at the line", () => {
  const check = ["validate", FOLDER];

  it("with a field of the wrong type", () => {
    editManifest(registry, (manifest) => (manifest["features"] = 7));
    const line = lineOf(MANIFEST, '"features"');
    expect(told(check, "DOCUMENT_TYPE_WRONG")).toEqual(fixed(1, `${MANIFEST}:${line}:15`, /./));
  });

  it("with a field that names other bytes", () => {
    editManifest(registry, (manifest) => (manifest["dataset_hash"] = manifest["artifact_hash"]));
    const line = lineOf(MANIFEST, '"dataset_hash"');
    expect(told(check, "MANIFEST_DATASET_HASH_MISMATCH")).toEqual(
      fixed(1, `${MANIFEST}:${line}:19`, /modelgate register/),
    );
  });

  it("without a field", () => {
    editManifest(registry, (manifest) => delete manifest["licence"]);
    expect(told(check, "DOCUMENT_KEY_MISSING")).toEqual(fixed(1, `${MANIFEST}:1:1`, /^Add the key/));
  });

  it("with a field too many, and the name that was meant", () => {
    editManifest(registry, (manifest) => (manifest["licences"] = "MIT"));
    const line = lineOf(MANIFEST, '"licences"');
    expect(told(check, "DOCUMENT_KEY_UNKNOWN")).toEqual(
      fixed(1, `${MANIFEST}:${line}:3`, /^Did you mean licence\?/),
    );
  });

  it("with a field twice", () => {
    const text = registry.read(MANIFEST).toString();
    writeFileSync(registry.at(MANIFEST), text.replace("{\n", '{\n  "version": "1.0.0",\n'));
    const line = registry.read(MANIFEST).toString().split("\n").lastIndexOf('  "version": "1.0.0"') + 1;
    expect(told(check, "DOCUMENT_DUPLICATE_KEY")).toEqual(fixed(1, `${MANIFEST}:${line}:3`, /./));
  });
});

describe("a registry that contradicts itself says so", () => {
  it("two folders of one version number", () => {
    addVersion();
    renameSync(registry.at(NEXT), registry.at("models/flight-delay/v1.0.0"));
    expect(told(["validate", "--all"], "MANIFEST_VERSION_DUPLICATE")).toEqual(
      fixed(1, "models/flight-delay/v1.0.0", /./),
    );
  });

  it("a version that was merged and is edited", () => {
    registry.repo.git("checkout", "-q", "-b", "topic");
    registry.repo.commit({ [`${FOLDER}/CHANGES.md`]: "other words\n" });
    expect(told(["validate"], "MANIFEST_VERSION_IMMUTABLE")).toEqual(
      fixed(1, `${FOLDER}/CHANGES.md`, /new version/),
    );
  });
});

describe("a policy that cannot be judged by says so, before anything is measured", () => {
  it("with a typo, at its line, with the name that was meant", () => {
    const path = "policies/gates/shadow.yaml";
    const text = registry.read(path).toString();
    registry.repo.commit({ [path]: text.replace("parity.scaled_diff", "parity.scaled_dif") });
    const line = lineOf(path, "parity.scaled_dif");
    expect(told(SHADOW, "POLICY_METRIC_UNKNOWN")).toEqual(
      fixed(2, `${path}:${line}:13`, /^Did you mean parity\.scaled_diff\?/),
    );
  });

  it("in an empty folder", () => {
    rmSync(registry.at("policies/gates"), { recursive: true });
    registry.repo.commit({});
    expect(told(SHADOW, "POLICY_EMPTY")).toEqual(fixed(2, null, /^Add a GatePolicy under policies\/gates/));
  });
});

describe("a repository that carries no transition says so, and nothing is written", () => {
  const refs = (): string => registry.repo.git("for-each-ref", "--format=%(refname)");

  it("outside of any", () => {
    const folder = temporaryFolder();
    expect(told(["status"], "GIT_NOT_A_REPOSITORY", folder)).toEqual(fixed(2, null, /git init/));
    rmSync(folder, { recursive: true });
  });

  it("without a commit", () => {
    const folder = temporaryFolder();
    spawnSync("git", ["init", "-q", folder], { env: GIT_ENV });
    expect(told(["status"], "GIT_NO_COMMITS", folder)).toEqual(fixed(2, null, /./));
    rmSync(folder, { recursive: true });
  });

  it("with a dirty tree, by the first path", () => {
    editJson(registry, "deployed.json", (ledger) => (ledger["revision"] = 1));
    expect(told(SHADOW, "GIT_DIRTY")).toEqual(fixed(2, "deployed.json", /commit/i));
    expect(refs()).toBe("refs/heads/main");
  });

  it("with a detached head", () => {
    registry.repo.git("checkout", "-q", "--detach");
    expect(told(SHADOW, "GIT_DETACHED")).toEqual(fixed(2, null, /git (?:switch|checkout)/));
    expect(refs()).toBe("refs/heads/main");
  });

  it("in a shallow clone", () => {
    const folder = temporaryFolder();
    registry.repo.git("clone", "-q", "--depth", "1", `file://${registry.repo.root}`, folder);
    expect(told(SHADOW, "GIT_SHALLOW", folder)).toEqual(fixed(2, null, /fetch/));
    rmSync(folder, { recursive: true });
  });
});
