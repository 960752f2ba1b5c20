import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { bundleAll } from "../../scripts/build.ts";
import { compareBundles } from "../../scripts/check-bundles.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BIN = join(ROOT, "bin/modelgate.js");
const run = promisify(execFile);

/** Makes a process believe that it is an older Node. */
const NODE_20 =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";

describe("the bundles", () => {
  it("are the same bytes from two processes", async () => {
    expect(await compareBundles(ROOT, await bundleAll(ROOT))).toEqual([]);
  });

  it("reach no network, but for the clients of GitHub and of its artifacts, and the loader of the engine's release asset", async () => {
    const output = await bundleAll(ROOT);
    const modules =
      /(?:from |require\()"(?:node:)?(?:https?|http2|net|tls|dns|dgram|inspector)(?:\/promises)?"/;
    const reaching = [...output].filter(([, code]) => modules.test(code)).map(([path]) => path);
    expect(reaching).toEqual(["actions/dist/artifact-child.js"]);
    const sources = globSync("src/**/*.ts", { cwd: ROOT });
    const asking = sources.filter((path) => /\bfetch\(/.test(readFileSync(join(ROOT, path), "utf8")));
    expect(asking.sort()).toEqual(["src/adapters/github/client.ts", "src/adapters/onnx/fetch-engine.ts"]);
  });
});

describe("bin/modelgate.js", () => {
  it("runs from any folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "modelgate-bin-"));
    const { stdout } = await run(process.execPath, [BIN, "--version"], { cwd: folder });
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(stdout.trim()).toBe(version);
    await rm(folder, { recursive: true });
  });

  it("tells an older Node what is missing, before it loads anything that it could not parse", async () => {
    const failure = run(process.execPath, ["--import", NODE_20, BIN, "--help"]);
    await expect(failure).rejects.toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/^modelgate needs Node 24 or newer; this is Node 20\.20\.2/),
    });
  });
});
