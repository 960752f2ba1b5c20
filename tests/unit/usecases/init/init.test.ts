import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSchema } from "../../../../src/domain/document/check-schema.ts";
import { parseJson } from "../../../../src/domain/document/json.ts";
import { type Sidecar, sidecarCrc32 } from "../../../../src/domain/registry/sidecar.ts";
import { SIDECAR_V1 } from "../../../../src/generated/sidecar-v1.js";
import { GENESIS, parseLedger } from "../../../../src/ledger/ledger-text.ts";
import { parsePolicies } from "../../../../src/policy/parse-policies.ts";
import { editTrust } from "../../../../src/trust/file/edit-trust.ts";
import { parseTrust } from "../../../../src/trust/registry.ts";
import { TRUST_FILE } from "../../../../src/domain/policy-files.ts";
import { type InitOptions, init } from "../../../../src/usecases/init/init.ts";
import { readWorkflow } from "../../../../src/usecases/doctor/workflow-file.ts";
import { GateError } from "../../../../src/errors.ts";
import { gitRepo } from "../../../support/git-repo.ts";
import { identity } from "../../../support/onnx-models.ts";
import { memoryFiles } from "../../../support/memory-files.ts";
import { model, node } from "../../../support/onnx-writer.ts";
import { REF, ROOT } from "../../../support/workflows/all-workflows.ts";

const OPTIONS: InitOptions = {
  ref: REF,
  release: "v0.1.0",
  owner: "@acme/ml-platform",
  branch: "main",
  mergeQueue: false,
  matrix: false,
  model: null,
};

const FLIGHTS = {
  ref: { id: "flight-delay", version: "1.0.0" },
  bytes: readFileSync(join(ROOT, "models/flight-delay/1.0.0/model.onnx")),
};
const RANDOM = join(ROOT, "tests/cases/random-models/refused-RandomNormalLike.onnx");

const textOf = (files: ReturnType<typeof memoryFiles>, path: string): string =>
  Buffer.from((files.entries.get(path) ?? "") as Uint8Array).toString();

const codesOf = async (options: InitOptions): Promise<{ codes: readonly string[]; written: number }> => {
  const files = memoryFiles();
  const error = await init({ files }, options).catch((caught: unknown) => caught);
  if (!(error instanceof GateError)) throw new Error("It was not refused.", { cause: error });
  return { codes: error.problems.map(({ code }) => code), written: files.entries.size };
};

describe("init", () => {
  it("records the merges of the default branch, whatever it is called", async () => {
    const files = memoryFiles();
    await init({ files }, { ...OPTIONS, branch: "release/2.x" });
    const record = readWorkflow(Buffer.from(textOf(files, ".github/workflows/record.yml")), "record.yml");
    expect(record.triggers.get("push")).toEqual({ branches: ["release/2.x"], paths: ["deployed.json"] });
  });

  it("writes workflows, policies, owners, ruleset, attributes and revision 0", async () => {
    const files = memoryFiles();
    const { written, ...rest } = await init({ files }, OPTIONS);
    const policies = globSync("policies/**/*.yaml", { cwd: ROOT });
    const workflows = ["audit", "lifecycle", "model-gate", "nightly", "promote", "record"];
    expect([...written].sort()).toEqual(
      [
        ".gitattributes",
        ".github/CODEOWNERS",
        ".github/rulesets/main.json",
        "deployed.json",
        ...policies,
        ...workflows.map((name) => `.github/workflows/${name}.yml`),
      ].sort(),
    );
    expect(written.length).toBe(files.entries.size);
    expect(rest).toEqual({ unchanged: [], leftAlone: [], lacking: [], draft: null });
    expect(parseLedger(Buffer.from(textOf(files, "deployed.json")))).toEqual(GENESIS);
  });

  it("leaves a file alone that another process writes at this moment", async () => {
    const files = memoryFiles();
    const swap = files.swap.bind(files);
    files.swap = (change) => {
      files.entries.set("deployed.json", "theirs");
      return swap(change);
    };
    const { written, leftAlone } = await init({ files }, OPTIONS);
    expect([written.includes("deployed.json"), leftAlone]).toEqual([false, ["deployed.json"]]);
    expect(files.entries.get("deployed.json")).toBe("theirs");
  });

  it("writes policies that can be parsed, for every event", async () => {
    const files = memoryFiles();
    await init({ files }, OPTIONS);
    const policies = [...files.entries.keys()].filter(
      (path) => path.startsWith("policies/") && path !== TRUST_FILE,
    );
    const parsed = parsePolicies(policies.map((path) => ({ path, bytes: Buffer.from(textOf(files, path)) })));
    expect(parsed.policies.map(({ name }) => name)).toContain("production");
    expect(textOf(files, "policies/gates/production.yaml")).toContain(
      `$schema=https://raw.githubusercontent.com/modelgate/modelgate/${REF}/schemas/policy-v1.schema.json`,
    );
  });

  it("writes a trust.yaml that names nobody of ours, and that modelgate trust can edit with its comments", async () => {
    const files = memoryFiles();
    await init({ files }, OPTIONS);
    const text = textOf(files, TRUST_FILE);
    expect(parseTrust(Buffer.from(text)).principals).toEqual([]);
    const edited = editTrust(Buffer.from(text), (document) => document).text;
    expect(edited).toBe(text.replace("version: 1", "version: 2"));
  });

  it("the same call twice writes nothing", async () => {
    const files = memoryFiles();
    const first = await init({ files }, { ...OPTIONS, model: FLIGHTS });
    const before = new Map(files.entries);
    const second = await init({ files }, { ...OPTIONS, model: FLIGHTS });
    expect(second).toEqual({ ...first, written: [], unchanged: first.written });
    expect(files.entries).toEqual(before);
  });

  it("overwrites nothing, and says what it left alone", async () => {
    const mine = "# mine\n";
    const files = memoryFiles({ ".github/CODEOWNERS": mine, "policies/gates/production.yaml": mine });
    const report = await init({ files }, OPTIONS);
    expect(report.leftAlone).toEqual([".github/CODEOWNERS", "policies/gates/production.yaml"]);
    expect(report.written).not.toContain(".github/CODEOWNERS");
    expect([textOf(files, ".github/CODEOWNERS"), textOf(files, "policies/gates/production.yaml")]).toEqual(
      ["", ""].map(() => mine),
    );
  });

  it("pins the release's commit and names the owner everywhere", async () => {
    const files = memoryFiles();
    await init({ files }, OPTIONS);
    const all = [...files.entries.keys()].map((path) => textOf(files, path)).join("\n");
    expect(all).not.toMatch(/MODELGATE_(?:REF|VERSION|OWNER)/);
    expect(textOf(files, ".github/workflows/model-gate.yml")).toContain(
      `modelgate/modelgate@${REF} # v0.1.0`,
    );
    expect(textOf(files, ".github/CODEOWNERS")).toMatch(/^\/policies\/ +@acme\/ml-platform$/m);
  });

  it("has a ruleset to import; a merge queue only when asked for", async () => {
    const rulesOf = async (mergeQueue: boolean) => {
      const files = memoryFiles();
      await init({ files }, { ...OPTIONS, mergeQueue });
      const { rules, bypass_actors: bypass } = JSON.parse(textOf(files, ".github/rulesets/main.json")) as {
        rules: { type: string }[];
        bypass_actors: unknown[];
      };
      expect(bypass).toEqual([]);
      return rules.map(({ type }) => type);
    };
    const rules = [
      "deletion",
      "non_fast_forward",
      "required_signatures",
      "pull_request",
      "required_status_checks",
    ];
    expect(await rulesOf(false)).toEqual(rules);
    expect(await rulesOf(true)).toEqual([...rules, "merge_queue"]);
  });

  it.each([
    ["a tag", { ref: "v0.1.0" }, ["INIT_REF_INVALID"]],
    ["a short commit", { ref: REF.slice(0, 12) }, ["INIT_REF_INVALID"]],
    ["an owner without @", { owner: "acme" }, ["INIT_OWNER_INVALID"]],
    ["an owner with a line break", { owner: "@acme\n* @evil" }, ["INIT_OWNER_INVALID"]],
    ["a branch that ends the quotes", { branch: 'main", x: ["' }, ["INIT_BRANCH_INVALID"]],
    ["a branch that is an option", { branch: "--force" }, ["INIT_BRANCH_INVALID"]],
    [
      "all three",
      { ref: "main", owner: "", branch: "" },
      ["INIT_REF_INVALID", "INIT_OWNER_INVALID", "INIT_BRANCH_INVALID"],
    ],
    ["no model", { model: { ...FLIGHTS, bytes: Buffer.from("hello") } }, ["MODEL_MALFORMED"]],
    ["an empty model", { model: { ...FLIGHTS, bytes: new Uint8Array() } }, ["MODEL_EMPTY"]],
    ["a random model", { model: { ...FLIGHTS, bytes: readFileSync(RANDOM) } }, ["MODEL_RANDOM"]],
  ])("refuses %s and writes nothing", async (_what, change, codes) => {
    const refused = await codesOf({ ...OPTIONS, ...change });
    expect(refused).toEqual({ codes, written: 0 });
  });
});

describe("the first version", () => {
  it("is a draft with a copy of the model and a feature schema that fits it", async () => {
    const files = memoryFiles();
    const report = await init({ files }, { ...OPTIONS, model: FLIGHTS });
    expect(report.draft).toBe("models/flight-delay/draft-1.0.0");
    expect(report.written.slice(-3)).toEqual(
      ["model.onnx", "sidecar.json", "TODO.md"].map((name) => `${report.draft}/${name}`),
    );
    expect(files.entries.get(`${report.draft}/model.onnx`)).toEqual(FLIGHTS.bytes);
    const path = `${report.draft}/sidecar.json`;
    const sidecar = checkSchema<Sidecar>(parseJson(Buffer.from(textOf(files, path)), path), SIDECAR_V1);
    expect(sidecar.crc32).toBe(sidecarCrc32(sidecar));
    const real = JSON.parse(
      readFileSync(join(ROOT, "models/flight-delay/1.0.0/sidecar.json"), "utf8"),
    ) as Sidecar;
    const shapes = (tensors: Sidecar["outputs"]) =>
      tensors.map(({ name, dtype, shape }) => [name, dtype, shape?.length]);
    expect(shapes(sidecar.inputs)).toEqual(shapes(real.inputs));
    expect(shapes(sidecar.outputs)).toEqual(shapes(real.outputs));
  });

  it("lists everything that modelgate does not make up", async () => {
    const { lacking } = await init({ files: memoryFiles() }, { ...OPTIONS, model: FLIGHTS });
    const names = lacking.map((line) => /^\S+?(?=[:\s])/.exec(line)?.[0].replace(/:$/, ""));
    expect(names).toEqual([
      "sidecar.json",
      "training.json",
      "evaluation.json",
      "parity.json",
      "test_data_set_0/input_<k>.pb",
      "reference.json",
    ]);
  });

  it("takes ids that are no names of feature schemas", async () => {
    const files = memoryFiles();
    const bytes = identity("float32");
    await init({ files }, { ...OPTIONS, model: { ref: { id: "a.b_c", version: "2.0.0-rc.1" }, bytes } });
    const sidecar = JSON.parse(textOf(files, "models/a.b_c/draft-2.0.0-rc.1/sidecar.json")) as Sidecar;
    expect(sidecar.feature_schema_id).toBe("a-b-c");
  });

  it("refuses a model whose tensors have no name that the engine can be given", async () => {
    const value = (name: string) => ({ name, dtype: "float32", shape: ["N"] });
    const bytes = model({
      nodes: [node({ op: "Identity", inputs: ["x\0y"], outputs: ["y"] })],
      inputs: [value("x\0y")],
      outputs: [value("y")],
    });
    const refused = await codesOf({ ...OPTIONS, model: { ...FLIGHTS, bytes } });
    expect(refused).toEqual({ codes: ["MODEL_NAME_UNUSABLE"], written: 0 });
  });

  it.each([true, false])(
    "gives commands in TODO.md that make the draft a version (committed: %s)",
    async (committed) => {
      using repo = gitRepo();
      const files = memoryFiles();
      await init({ files }, { ...OPTIONS, model: FLIGHTS });
      const draft = "models/flight-delay/draft-1.0.0";
      for (const name of ["model.onnx", "sidecar.json", "TODO.md"])
        repo.write(`${draft}/${name}`, (files.entries.get(`${draft}/${name}`) ?? "") as Uint8Array | string);
      if (committed) repo.commit({}, "Draft");
      const commands = [...textOf(files, `${draft}/TODO.md`).matchAll(/^ {4}([a-z].*)$/gm)].map(
        ([, line]) => line,
      );
      const moving = commands.filter((line) => !line?.startsWith("modelgate ")).join("\n");
      const ran = spawnSync("sh", ["-euc", moving], { cwd: repo.root, encoding: "utf8" });
      expect({ stderr: ran.stderr, rest: commands.slice(2) }).toEqual({
        stderr: "",
        rest: [
          "modelgate register models/flight-delay/1.0.0",
          "modelgate validate models/flight-delay/1.0.0",
        ],
      });
      expect(
        globSync("models/**/*.*", { cwd: repo.root })
          .filter((path) => !/draft|1\.0\.0$/.test(path))
          .sort(),
      ).toEqual(["model.onnx", "sidecar.json"].map((name) => `models/flight-delay/1.0.0/${name}`));
    },
  );

  it("says in TODO.md what N is, and which foreign dimensions have another name, as text", async () => {
    const files = memoryFiles();
    const value = (name: string) => ({ name, dtype: "float32", shape: ["batch `size` <b>", "2*s0"] });
    const bytes = model({
      nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
      inputs: [value("x")],
      outputs: [value("y")],
    });
    await init({ files }, { ...OPTIONS, model: { ...FLIGHTS, bytes } });
    const todo = textOf(files, "models/flight-delay/draft-1.0.0/TODO.md");
    expect(todo).toContain("`N` is the batch axis");
    expect(todo).toContain(
      "- ``batch `size` <b>`` of the model is `N`\n- `2*s0` of the model is `dim_2_s0`\n",
    );
  });
});
