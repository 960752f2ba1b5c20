import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engineSources, onnxEngine } from "../../../../src/adapters/onnx/engine.ts";
import { readNativeLibraries } from "../../../../src/adapters/onnx/native-libraries.ts";
import { resolveEngine } from "../../../../src/adapters/onnx/resolve-engine.ts";
import { ADD } from "../../../support/onnx-models.ts";
import { tensor } from "../../../support/onnx-writer.ts";
import { refusalOf } from "../../../support/parity-run.ts";

const BINDING = "onnxruntime_binding.node";
const NATIVE = join("bin", "napi-v6", process.platform, process.arch);
const PACKAGE = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
const LIMITS = { timeoutMs: 60_000, memoryMiB: 2048, outputMiB: 16 };
const NOWHERE = { directory: undefined, repository: undefined, toolCache: undefined };

let root = "";
beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), "modelgate-engine-")))));
afterEach(() => rmSync(root, { recursive: true }));

/** Puts a file that looks like the binding into a folder below the root. */
function binding(...folder: string[]): string {
  mkdirSync(join(root, ...folder), { recursive: true });
  writeFileSync(join(root, ...folder, BINDING), "");
  return join(root, ...folder, BINDING);
}

/** The engine in a flat folder: the binding and its library, no JavaScript. */
function flatEngine(...folder: string[]): string {
  const flat = join(root, ...folder);
  cpSync(join(PACKAGE, NATIVE), flat, { recursive: true });
  return flat;
}

async function add(sources: Parameters<typeof resolveEngine>[0]): Promise<unknown> {
  const engine = onnxEngine({ ...sources, optimizationLevel: "basic", signal: undefined });
  await using process = engine.start(LIMITS);
  const inputs = ["a", "b"].map((name) => tensor(name, "float32", [1, 3], [1, 2, 3]));
  const answer = await process.replay({ model: { bytes: ADD, externalData: [] }, cases: [inputs] });
  return answer.cases[0]?.[0]?.data;
}

describe("where ONNX Runtime comes from", () => {
  it.each([
    ["a flat folder", []],
    ["the package", [NATIVE]],
    ["a node_modules", ["onnxruntime-node", NATIVE]],
    ["a project", ["node_modules", "onnxruntime-node", NATIVE]],
  ])("a named folder may be %s", (_, folder) => {
    const path = binding("named", ...folder);
    expect(resolveEngine({ ...NOWHERE, directory: join(root, "named") })).toEqual({
      binding: path,
      isGoverned: false,
    });
  });

  it("a named folder without it is an error, even where another engine is installed", () => {
    expect(() => resolveEngine({ ...NOWHERE, directory: root })).toThrow(
      expect.objectContaining({ code: "ENGINE_MISSING" }),
    );
  });

  it("modelgate's own installation goes before the repository and the tool cache", () => {
    binding("repo", "node_modules", "onnxruntime-node", NATIVE);
    binding("cache", "ort", "1.30.0", process.arch);
    const found = resolveEngine({
      directory: undefined,
      repository: join(root, "repo"),
      toolCache: join(root, "cache"),
    });
    expect(found).toEqual({ binding: join(PACKAGE, NATIVE, BINDING), isGoverned: false });
  });

  it("comes from the environment unless it was given by hand", () => {
    const env = { MODELGATE_ORT_DIR: "/env", RUNNER_TOOL_CACHE: "/cache" };
    expect(engineSources(env, { repository: "/repo" })).toEqual({
      directory: "/env",
      repository: "/repo",
      toolCache: "/cache",
    });
    expect(engineSources(env, { directory: "/given" }).directory).toBe("/given");
    expect(engineSources({ MODELGATE_ORT_DIR: "" }, {}).directory).toBeUndefined();
  });
});

describe("an engine in a flat folder", () => {
  it("runs models, and is the same engine", async () => {
    const directory = flatEngine("flat");
    expect(await add({ ...NOWHERE, directory })).toEqual(Float32Array.of(2, 4, 6));
    const flat = await readNativeLibraries(join(directory, BINDING));
    expect(flat).toEqual({
      ...(await readNativeLibraries(join(PACKAGE, NATIVE, BINDING))),
      isPublished: true,
      version: "1.30.0",
    });
  });

  it("with another byte in it is another engine, whose version is still told", async () => {
    const directory = flatEngine("flat");
    const published = await readNativeLibraries(join(directory, BINDING));
    writeFileSync(join(directory, BINDING), "x", { flag: "a" });
    const changed = await readNativeLibraries(join(directory, BINDING));
    expect(changed).toMatchObject({ version: "1.30.0", isPublished: false });
    expect(changed.digest).not.toBe(published.digest);
  });

  it("without its library is broken, by name", async () => {
    const directory = join(root, "half");
    mkdirSync(directory);
    copyFileSync(join(PACKAGE, NATIVE, BINDING), join(directory, BINDING));
    expect(await refusalOf(add({ ...NOWHERE, directory }))).toMatchObject([{ code: "ENGINE_BROKEN" }]);
    expect(await refusalOf(readNativeLibraries(join(directory, BINDING)))).toMatchObject([
      { code: "ENGINE_BROKEN" },
    ]);
  });

  it("that is missing is told when it is asked, with the way out", async () => {
    const [problem] = await refusalOf(add({ ...NOWHERE, directory: join(root, "nothing") }));
    expect(problem).toMatchObject({
      code: "ENGINE_MISSING",
      fix: expect.stringContaining("MODELGATE_ORT_DIR"),
    });
  });
});

describe("an engine of the repository under judgement", () => {
  const sources = () => ({ ...NOWHERE, repository: join(root, "repo"), own: join(root, "elsewhere") });
  const folder = () => flatEngine("repo", "node_modules", "onnxruntime-node", NATIVE);

  it("runs when it is a published build", async () => {
    folder();
    expect(resolveEngine(sources()).isGoverned).toBe(true);
    expect(await add(sources())).toEqual(Float32Array.of(2, 4, 6));
  });

  it("is not even loaded when it is any other", async () => {
    writeFileSync(join(folder(), BINDING), "x", { flag: "a" });
    expect(await refusalOf(add(sources()))).toMatchObject([{ code: "ENGINE_UNTRUSTED" }]);
  });

  it("gives way to the tool cache when there is none", () => {
    binding("cache", "ort", "1.29.0", process.arch);
    const path = binding("cache", "ort", "1.30.0-abc", process.arch);
    expect(resolveEngine({ ...sources(), toolCache: join(root, "cache") })).toEqual({
      binding: path,
      isGoverned: false,
    });
    expect(() => resolveEngine({ ...sources(), toolCache: join(root, "empty") })).toThrow(
      expect.objectContaining({ code: "ENGINE_MISSING" }),
    );
  });
});
