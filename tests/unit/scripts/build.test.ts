import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleAll, writeOutput } from "../../../scripts/build.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const CLI = "src/cli/main.ts";
const CHILD = "src/adapters/onnx/child/main.ts";
const ARTIFACTS = "src/adapters/artifact/child/main.ts";
const THREAD = "src/host/audit-threads/main.ts";
const ACTION = "actions/greet/index.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "modelgate-build-"));
  await symlink(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
  await put(CLI, 'void import("./lazy.ts").then(({ hello }) => hello());\n');
  await put("src/cli/lazy.ts", 'export const hello = () => console.log("hello");\n');
  await put(CHILD, 'void import("onnxruntime-node").then((ort) => console.log(ort));\n');
  await put(ARTIFACTS, 'console.log("stored");\n');
  await put(THREAD, 'console.log("judged");\n');
  await put("actions/greet/action.yml", "name: greet\n");
  await put(ACTION, 'import semver from "semver";\nconsole.log(semver.valid("1.0.0"));\n');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

describe("bundleAll", () => {
  it("makes the CLI with its lazy parts apart, the children, the thread, and one file for each action", async () => {
    const names = [...(await bundleAll(root)).keys()].map((name) =>
      name.replace(/-[\w-]{8}\.cjs$/, "-HASH.cjs"),
    );
    expect(names.sort()).toEqual([
      "actions/dist/actions.licences.txt",
      "actions/dist/artifact-child.js",
      "actions/dist/audit-thread.js",
      "actions/dist/greet.js",
      "actions/dist/onnx-child.js",
      "actions/dist/package.json",
      "dist/audit-thread.cjs",
      "dist/modelgate-lazy-HASH.cjs",
      "dist/modelgate.cjs",
      "dist/onnx-child.cjs",
    ]);
  });

  it("leaves what actions share in one file, and what one seldom needs in another", async () => {
    await put("actions/part/action.yml", "name: part\n");
    await put("src/shared.ts", 'export const shared = (name: string) => console.log("shared", name);\n');
    await put("src/heavy.ts", 'export const heavy = () => console.log("heavy");\n');
    const lazily = 'if (process.argv.length > 9) (await import("../../src/heavy.ts")).heavy();\n';
    for (const name of ["greet", "part"])
      await put(
        `actions/${name}/index.ts`,
        `import { shared } from "../../src/shared.ts";\nshared("${name}");\n${lazily}`,
      );
    const output = [...(await bundleAll(root))].filter(([path]) => path.startsWith("actions/dist/"));
    const holding = (text: string): string[] =>
      output.filter(([, code]) => code.includes(text)).map(([path]) => path.replace(/-[\w-]{8}\.js$/, ".js"));
    expect(holding('log("shared"')).toEqual(["actions/dist/actions-shared.js"]);
    expect(holding('log("heavy")')).toEqual(["actions/dist/actions-heavy.js"]);
    expect(holding('from "./actions-shared').sort()).toEqual([
      "actions/dist/greet.js",
      "actions/dist/part.js",
    ]);
    expect(holding('import("./actions-heavy').sort()).toEqual([
      "actions/dist/greet.js",
      "actions/dist/part.js",
    ]);
  });

  it("gives the same bytes twice", async () => {
    expect([...(await bundleAll(root))]).toEqual([...(await bundleAll(root))]);
  });

  it("carries the licence of every package whose code it carries", async () => {
    const output = await bundleAll(root);
    expect(output.get("actions/dist/actions.licences.txt")).toMatch(
      /^semver \d+\.\d+\.\d+ \(ISC\)\n\n.*ISC License/s,
    );
    expect(output.has("dist/modelgate.licences.txt")).toBe(false);
  });

  it("leaves readable code", async () => {
    expect((await bundleAll(root)).get("dist/modelgate.cjs")).toContain("\n");
  });

  it.each([
    [
      "the engine named outside the child",
      CLI,
      'import "onnxruntime-node";\n',
      /modelgate\.cjs needs "onnxruntime-node"/,
    ],
    [
      "the engine named lazily outside the child",
      ACTION,
      'console.log(await import("onnxruntime-node"));\n',
      /greet\.js needs "onnxruntime-node"/,
    ],
    [
      "the engine swallowed through a relative path",
      ACTION,
      'import x from "../../node_modules/onnxruntime-node/dist/index.js";\nconsole.log(x);\n',
      /greet\.js swallowed onnxruntime-node/,
    ],
    ["a package that is not installed", ACTION, 'import "no-such-package";\n', /no-such-package/],
    [
      "a require that only a node_modules could satisfy",
      ACTION,
      'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\nconsole.log(require("semver/x"));\n',
      /greet\.js needs "semver\/x"/,
    ],
  ])("refuses %s", async (_what, path, text, message) => {
    await put(path, text);
    await expect(bundleAll(root)).rejects.toThrow(message);
  });

  it("takes no example in a comment for a require", async () => {
    await put(ACTION, '/**\n * const x = require("no-such-package");\n */\nexport const x = 1;\n');
    await expect(bundleAll(root)).resolves.toBeInstanceOf(Map);
  });

  it("refuses a bundle that holds a path of the machine that built it", async () => {
    await put(ACTION, `console.log(${JSON.stringify(root)});\n`);
    await expect(bundleAll(root)).rejects.toThrow("greet.js holds a path of this machine");
  });

  it("names every bundle that is wrong, not only the first", async () => {
    await put(CLI, 'import "onnxruntime-node";\n');
    await put(ACTION, 'import "onnxruntime-node";\n');
    await expect(bundleAll(root)).rejects.toThrow(/modelgate\.cjs needs[^]*greet\.js needs/);
  });

  it("says which entry is missing", async () => {
    await rm(join(root, CHILD));
    await expect(bundleAll(root)).rejects.toThrow(`Cannot build onnx-child: ${CHILD} does not exist.`);
  });
});

describe("writeOutput", () => {
  const first = new Map([
    ["dist/a.js", "a"],
    ["actions/dist/b.js", "b"],
  ]);

  it("writes what changed, leaves what did not, and removes what a former build left", async () => {
    await writeOutput(root, new Map([...first, ["dist/old.js", "old"]]));
    const before = await stat(join(root, "dist/a.js"));
    await writeOutput(root, new Map([...first, ["actions/dist/b.js", "B"]]));
    expect(await readdir(join(root, "dist"))).toEqual(["a.js"]);
    expect((await stat(join(root, "dist/a.js"))).ino).toBe(before.ino);
    expect(await readFile(join(root, "actions/dist/b.js"), "utf8")).toBe("B");
  });
});
