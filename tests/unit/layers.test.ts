import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const REPOSITORY = resolve(import.meta.dirname, "../..");

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  readonly filename: string;
}

/** A file that breaks a rule of the layers, and the words that tell its author what to do. */
interface Violation {
  readonly file: string;
  readonly line: string;
  readonly rule: string;
  readonly says: string;
}

const IMPORT = "eslint(no-restricted-imports)";
const GLOBAL = "eslint(no-restricted-globals)";
const PROPERTY = "eslint(no-restricted-properties)";

const imports = (folder: string, targets: readonly string[], says: string): readonly Violation[] =>
  targets.map((target) => ({
    file: `src/${folder}/${target.replaceAll(/[^a-z]/g, "-")}.ts`,
    line: `export { x } from "${target}";`,
    rule: IMPORT,
    says,
  }));

const PURE = ["domain", "policy", "measure", "ledger", "trust", "report"];

const VIOLATIONS: readonly Violation[] = [
  ...imports(
    "domain",
    ["node:fs", "node:fs/promises", "node:child_process", "node:os", "fs", "fs/promises"],
    "src/domain is pure",
  ),
  ...imports("domain", ["@actions/core", "onnxruntime-node"], "knows no host and no engine"),
  ...imports(
    "domain",
    [
      "../policy/x.ts",
      "../measure/x.ts",
      "../ledger/x.ts",
      "../trust/x.ts",
      "../report/x.ts",
      "../usecases/x.ts",
      "../ports/x.ts",
    ],
    "imports nothing above it",
  ),
  ...["policy", "measure", "ledger", "trust"].flatMap((layer) => [
    ...imports(layer, ["node:fs", "node:fs/promises", "node:child_process"], "This layer is pure"),
    ...imports(layer, ["@actions/core", "onnxruntime-node"], "knows no host and no engine"),
    ...imports(
      layer,
      [
        "../report/x.ts",
        "../usecases/x.ts",
        "../adapters/fs/x.ts",
        "../host/x.ts",
        "../cli/x.ts",
        "../ports/x.ts",
      ],
      "imports src/domain only",
    ),
  ]),
  ...imports("policy", ["../measure/x.ts", "../ledger/x.ts", "../trust/x.ts"], "know nothing of one another"),
  ...imports("measure", ["../policy/x.ts", "../ledger/x.ts", "../trust/x.ts"], "know nothing of one another"),
  ...imports("ledger", ["../policy/x.ts", "../measure/x.ts", "../trust/x.ts"], "know nothing of one another"),
  ...imports("trust", ["../policy/x.ts", "../measure/x.ts", "../ledger/x.ts"], "know nothing of one another"),
  ...imports("report", ["node:fs", "node:fs/promises", "os"], "verdict in, text out"),
  ...imports("report", ["@actions/core", "onnxruntime-node"], "no host and no engine"),
  ...imports(
    "report",
    ["../usecases/x.ts", "../adapters/fs/x.ts", "../host/x.ts", "../cli/x.ts", "../ports/x.ts"],
    "pure layers below",
  ),
  ...imports(
    "usecases",
    ["node:fs", "node:fs/promises", "node:child_process", "@actions/core", "onnxruntime-node"],
    "through src/ports",
  ),
  ...imports("usecases", ["../adapters/fs/x.ts", "../host/x.ts", "../cli/x.ts"], "not adapters or hosts"),
  ...["adapters/fs", "adapters/git", "adapters/onnx", "adapters/machine", "adapters/artifact"].flatMap(
    (layer) => [
      ...imports(layer, ["@actions/core"], "@actions"),
      ...imports(
        layer,
        ["../../policy/x.ts", "../../report/x.ts", "../../usecases/x.ts", "../../host/x.ts"],
        "Adapters import",
      ),
    ],
  ),
  ...imports("adapters/fs", ["onnxruntime-node", "../../measure/x.ts"], "src/"),
  ...imports("adapters/git", ["onnxruntime-node", "../../measure/x.ts"], "src/"),
  ...imports("adapters/signing", ["@actions/core"], "@actions"),
  ...imports(
    "adapters/signing",
    ["../../policy/x.ts", "../../usecases/x.ts"],
    "src/trust and src/ports only",
  ),
  ...imports("adapters/artifact", ["@actions/artifact"], "@actions"),
  ...imports("adapters/artifact/child", ["@actions/core", "../../../usecases/x.ts"], ""),
  ...imports("cli", ["@actions/core", "onnxruntime-node"], "neither the runner nor the engine"),
  ...PURE.flatMap((layer) => [
    {
      file: `src/${layer}/clock.ts`,
      line: "export const t = Date.now();",
      rule: PROPERTY,
      says: "clock is read once",
    },
    {
      file: `src/${layer}/dice.ts`,
      line: "export const r = Math.random();",
      rule: PROPERTY,
      says: "Randomness is seeded",
    },
    {
      file: `src/${layer}/environment.ts`,
      line: "export const e = process.env;",
      rule: GLOBAL,
      says: "Pure layers take values",
    },
    {
      file: `src/${layer}/network.ts`,
      line: 'export const f = () => fetch("x");',
      rule: GLOBAL,
      says: "no IO",
    },
  ]),
];

const ALLOWED: readonly Omit<Violation, "rule" | "says">[] = [
  { file: "src/domain/allowed.ts", line: 'export { createHash } from "node:crypto";' },
  { file: "src/measure/allowed.ts", line: 'export { x } from "../domain/x.ts";' },
  { file: "src/report/allowed.ts", line: 'export { x } from "../policy/x.ts";' },
  { file: "src/usecases/allowed.ts", line: 'export { x } from "../ports/x.ts";' },
  { file: "src/adapters/fs/allowed.ts", line: 'export { open } from "node:fs/promises";' },
  {
    file: "src/adapters/artifact/child/allowed.ts",
    line: 'export { DefaultArtifactClient } from "@actions/artifact";',
  },
  { file: "src/adapters/onnx/allowed.ts", line: 'export { x } from "../../measure/x.ts";' },
  { file: "src/adapters/signing/allowed.ts", line: 'export { x } from "../../trust/x.ts";' },
  { file: "src/host/allowed.ts", line: 'export { info } from "@actions/core";' },
];

let root: string;
let found: readonly Diagnostic[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "modelgate-layers-"));
  await cp(join(REPOSITORY, ".oxlintrc.json"), join(root, ".oxlintrc.json"));
  await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  for (const { file, line } of [...VIOLATIONS, ...ALLOWED]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), `${line}\n`);
  }
  found = await lint();
});

afterAll(() => rm(root, { recursive: true, force: true }));

function lint(): Promise<readonly Diagnostic[]> {
  const oxlint = join(REPOSITORY, "node_modules/.bin/oxlint");
  return new Promise((done, fail) => {
    execFile(oxlint, ["--format=json", "src"], { cwd: root, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (stdout.trim() === "") return fail(new Error(`oxlint said nothing: ${stderr}`, { cause: error }));
      done((JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] }).diagnostics);
    });
  });
}

describe("the rule of the layers bites", () => {
  it.each(VIOLATIONS)("$file: $line", ({ file, rule, says }) => {
    const here = found.filter((diagnostic) => diagnostic.filename === file && diagnostic.code === rule);
    expect(here.map((diagnostic) => `${diagnostic.message} ${diagnostic.help ?? ""}`)).toEqual([
      expect.stringContaining(says),
    ]);
  });
});

describe("the rule of the layers lets through", () => {
  it.each(ALLOWED)("$file: $line", ({ file }) => {
    const restricted = found.filter(
      (diagnostic) => diagnostic.filename === file && diagnostic.code.includes("restricted"),
    );
    expect(restricted).toEqual([]);
  });
});

describe("what no lint rule can see, in the pure layers of this repository", () => {
  it.each([
    ["reads the clock", /\bnew Date\(\s*\)/],
    ["imports lazily, past the rule", /\bimport\(/],
    ["switches the rule off", /lint-disable(?:-next-line|-line)?(?:\s*$|\s.*no-restricted)/m],
  ])("nothing %s", async (_what, pattern) => {
    const guilty: string[] = [];
    for await (const file of glob(`src/{${PURE.join(",")}}/**/*.ts`, { cwd: REPOSITORY })) {
      if (pattern.test(await readFile(join(REPOSITORY, file), "utf8"))) guilty.push(file);
    }
    expect(guilty).toEqual([]);
  });
});
