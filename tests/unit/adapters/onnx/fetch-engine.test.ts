import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packEngine } from "../../../../scripts/release/pack-engine.ts";
import { BINDING, ENGINE_FILES, engineAsset } from "../../../../src/adapters/onnx/engine-assets.ts";
import { onnxEngine } from "../../../../src/adapters/onnx/engine.ts";
import { fetchEngine } from "../../../../src/adapters/onnx/fetch-engine.ts";
import { resolveEngine } from "../../../../src/adapters/onnx/resolve-engine.ts";
import { GateError } from "../../../../src/errors.ts";

const PLATFORM = `${process.platform}-${process.arch}`;
const PACKAGE = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
const [LIBRARY] = ENGINE_FILES[PLATFORM] ?? ["none"];
const real = (name: string) =>
  readFileSync(join(PACKAGE, "bin/napi-v6", process.platform, process.arch, name));

type Assets = ReadonlyMap<string, Uint8Array>;

let server: Server;
let url: string;
let assets: Assets;
let toolCache: string;

beforeEach(async () => {
  assets = new Map();
  toolCache = mkdtempSync(join(tmpdir(), "modelgate-tools-"));
  server = createServer((request, response) => {
    const found = assets.get(request.url?.slice(1) ?? "");
    response.statusCode = found ? 200 : 404;
    response.end(found ?? "Not Found");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(toolCache, { recursive: true, force: true });
});

const asset = (name: string) => engineAsset("1.30.0", PLATFORM, name);
const packed = (library: Uint8Array, binding: Uint8Array): Assets =>
  new Map([
    [asset(LIBRARY), gzipSync(library, { level: 1 })],
    [asset(BINDING), gzipSync(binding, { level: 1 })],
  ]);

const codeOf = async (): Promise<string> => {
  const error = await fetchEngine({ url, toolCache, signal: undefined }).catch((caught: unknown) => caught);
  if (!(error instanceof GateError)) throw new Error("It was not refused.", { cause: error });
  expect(readdirSync(toolCache)).toEqual([]);
  return error.code;
};

describe("fetching the engine", () => {
  it("installs the published build where the next job finds it, and runs it", async () => {
    assets = packed(real(LIBRARY), real(BINDING));
    const nowhere = { directory: undefined, repository: undefined, own: toolCache };
    const options = { ...nowhere, toolCache, optimizationLevel: "basic", signal: undefined } as const;
    const engine = onnxEngine({ ...options, assetsUrl: url });
    const { version, digest } = await engine.fingerprint();
    expect(version).toBe("1.30.0");
    const [folder = ""] = readdirSync(join(toolCache, "ort"));
    expect(folder).toBe(`1.30.0-${digest.slice(7, 19)}`);
    expect(readdirSync(join(toolCache, "ort", folder, process.arch)).sort()).toEqual(
      [LIBRARY, BINDING].sort(),
    );
    assets = new Map();
    expect(resolveEngine({ ...nowhere, toolCache })).toEqual({
      binding: join(toolCache, "ort", folder, process.arch, BINDING),
      isGoverned: false,
    });
    await expect(fetchEngine({ url, toolCache, signal: undefined })).rejects.toThrow(/answered 404/);
  });

  it.each([
    ["another library", () => packed(Buffer.from("evil"), real(BINDING)), "ENGINE_UNTRUSTED"],
    ["another binding", () => packed(Buffer.from("evil"), Buffer.from("evil")), "ENGINE_UNTRUSTED"],
    ["no assets", () => new Map(), "ENGINE_NOT_FETCHED"],
    ["one of two", () => new Map([[asset(BINDING), gzipSync(real(BINDING))]]), "ENGINE_NOT_FETCHED"],
    [
      "what is no gzip",
      () =>
        new Map([
          [asset(LIBRARY), Buffer.from("x")],
          [asset(BINDING), Buffer.from("y")],
        ]),
      "ENGINE_NOT_FETCHED",
    ],
    ["a bomb", () => packed(Buffer.alloc(129 * 2 ** 20), Buffer.from("x")), "ENGINE_NOT_FETCHED"],
  ])("%s: nothing is written", async (_what, serve, code) => {
    assets = serve();
    expect(await codeOf()).toBe(code);
  });

  it("is asked only on a runner, and never when a folder was named", async () => {
    const nowhere = {
      repository: undefined,
      own: toolCache,
      optimizationLevel: "basic",
      signal: undefined,
    } as const;
    const named = onnxEngine({ ...nowhere, directory: toolCache, toolCache, assetsUrl: url });
    const local = onnxEngine({ ...nowhere, directory: undefined, toolCache: undefined, assetsUrl: url });
    for (const engine of [named, local]) {
      await expect(engine.fingerprint()).rejects.toMatchObject({ code: "ENGINE_MISSING" });
    }
  });
});

describe("packing the engine for a release", () => {
  it("refuses what is not committed to", () => {
    const fake = join(toolCache, "package");
    for (const [platform, names] of Object.entries(ENGINE_FILES)) {
      const folder = join(fake, "bin/napi-v6", platform.replace("-", "/"));
      mkdirSync(folder, { recursive: true });
      for (const name of names) writeFileSync(join(folder, name), "evil");
    }
    writeFileSync(join(fake, "package.json"), `{ "version": "1.30.0" }`);
    expect(() => packEngine(fake, join(toolCache, "out"))).toThrow(/linux-x64: .* does not list/);
    expect(statSync(join(toolCache, "out")).isDirectory()).toBe(true);
    expect(readdirSync(join(toolCache, "out"))).toEqual([]);
  });
});
