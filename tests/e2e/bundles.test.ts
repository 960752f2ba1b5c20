import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundleAll } from "../../scripts/build.ts";
import { compareBundles } from "../../scripts/check-bundles.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const BIN = join(ROOT, "bin/modelgate.js");
const run = promisify(execFile);

/** The global function, neither a method of that name nor its declaration. */
const CALLS_FETCH = /(?<![.\w])fetch\((?!\w+: )/;

let built: ReturnType<typeof bundleAll> | undefined;
/** Bundles of another process than the one that built those on disk. */
const fresh = (): ReturnType<typeof bundleAll> => (built ??= bundleAll(ROOT));

/** Room for what is in the archive beside the bundles: schemas, read-mes and action.yml files, packed. */
const BESIDE_BUNDLES = 100_000;

/** Makes a process believe that it is an older Node. */
const NODE_20 =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";

describe("the bundles", () => {
  it("are the same bytes from two processes", async () => {
    expect(await compareBundles(ROOT, await fresh())).toEqual([]);
  });

  it("reach no network, but for the clients of GitHub, of its artifacts and of Sigstore, and the loader of the engine's release asset", async () => {
    const output = await fresh();
    const modules =
      /(?:from |require\()"(?:node:)?(?:https?|http2|net|tls|dns|dgram|inspector)(?:\/promises)?"/;
    const reaching = [...output].filter(([, code]) => modules.test(code)).map(([path]) => path);
    expect(reaching.map((path) => path.replace(/-[\w-]{8}\.cjs$/, ".cjs")).sort()).toEqual([
      "actions/dist/artifact-child.js",
      "dist/modelgate-sign-keyless.cjs",
    ]);
    const sources = globSync("src/**/*.ts", { cwd: ROOT });
    const asking = sources.filter((path) => CALLS_FETCH.test(readFileSync(join(ROOT, path), "utf8")));
    expect(asking.sort()).toEqual(["src/adapters/github/client.ts", "src/adapters/onnx/fetch-engine.ts"]);
  });
});

describe("what a job downloads", () => {
  const MB = 1_000_000;
  const ENTRY = /^actions\/dist\/[a-z]+\.js$/;
  /** What starts the artifact client. */
  const stores = (code: string): boolean => code.includes("artifact-child");
  /** A class of OpenPGP.js, which is larger than the rest of an action. */
  const OPENPGP = "class PublicKeyEncryptedSessionKeyPacket";

  /** The code of an action: its file and all that it imports, what it imports lazily too or not. */
  function codeOf(output: ReadonlyMap<string, string>, entry: string, lazily: boolean): string {
    const found = new Set([entry]);
    const imports = lazily ? /(?:from |import\(|import )"\.\/([^"]+)"/g : /(?:from |import )"\.\/([^"]+)"/g;
    for (const path of found)
      for (const [, name = ""] of (output.get(path) ?? "").matchAll(imports))
        found.add(`actions/dist/${name}`);
    return [...found].map((path) => output.get(path) ?? "").join("");
  }

  it("is small: 1.5 MB an action that stores nothing, 5 MB all of it, packed", async () => {
    const output = await fresh();
    const entries = [...output.keys()].filter((path) => ENTRY.test(path));
    const whole = entries.map((path) => [path, codeOf(output, path, true)] as const);
    const plain = whole.filter(([, code]) => !stores(code));
    expect(plain.length).toBeGreaterThan(2);
    expect(plain.filter(([, code]) => Buffer.byteLength(code) > 1.5 * MB).map(([path]) => path)).toEqual([]);
    const packed = [...output].reduce((sum, [, code]) => sum + gzipSync(code).length, 0);
    expect(packed).toBeLessThan(5 * MB - BESIDE_BUNDLES);
  });

  it("starts small: no action reads more than 1.3 MB before it does anything, and none of it is OpenPGP.js", async () => {
    const output = await fresh();
    const started = [...output.keys()]
      .filter((path) => ENTRY.test(path))
      .map((path) => [path, codeOf(output, path, false)] as const);
    expect(started.length).toBeGreaterThan(8);
    expect(started.filter(([, code]) => Buffer.byteLength(code) > 1.3 * MB).map(([path]) => path)).toEqual(
      [],
    );
    expect(started.filter(([, code]) => code.includes(OPENPGP)).map(([path]) => path)).toEqual([]);
    const holding = [...output].flatMap(([path, code]) => (code.includes(OPENPGP) ? [path] : []));
    expect(holding.map((path) => path.replace(/-signature-.*$/, "")).sort()).toEqual([
      "actions/dist/actions",
      "dist/audit-thread",
      "dist/modelgate",
    ]);
  });

  it("has one artifact client, in a process of its own", async () => {
    const output = [...(await fresh())];
    const holding = output.filter(([, code]) => code.includes("DefaultArtifactClient = class"));
    expect(holding.map(([path]) => path)).toEqual(["actions/dist/artifact-child.js"]);
  });
});

describe("the command line", () => {
  /** Texts of a chunk and of all that it loads before it runs. */
  function loaded(output: ReadonlyMap<string, string>, source: string): readonly string[] {
    const [first] =
      [...output].find(([path, code]) => path.startsWith("dist/") && code.includes(`// ${source}\n`)) ?? [];
    const found = new Set([first ?? source]);
    for (const path of found)
      for (const [, name = ""] of (output.get(path) ?? "").matchAll(
        /^const \w+ = require\("\.\/([^"]+)"\)/gm,
      ))
        found.add(`dist/${name}`);
    return [...found].map((path) => output.get(path) ?? "");
  }

  it.each([
    ["starts", "src/cli/main.ts", 400_000],
    ["checks a change that is about something else", "src/cli/commands/check.ts", 500_000],
  ])("%s without what parses policies and judges", async (_, source, most) => {
    const texts = loaded(await fresh(), source);
    expect(texts.join("").length).toBeGreaterThan(50_000);
    expect(texts.join("").length).toBeLessThan(most);
    for (const heavy of ["src/policy/evaluate.ts", "node_modules/js-yaml", "src/generated/policy-v1.js"])
      expect(texts.filter((text) => text.includes(`// ${heavy}`))).toEqual([]);
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
