import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openArtifacts } from "../../src/adapters/artifact/artifacts.ts";
import { hasArtifacts } from "../../src/adapters/artifact/service.ts";
import type { Artifacts } from "../../src/ports/artifacts.ts";
import { GateError } from "../../src/errors.ts";
import { type LoopbackGithub, startGithub } from "../support/github/index.ts";
import { memoryArtifacts } from "../support/memory-artifacts.ts";

/** What the repository's settings allow. */
const MOST_DAYS = 60;
const LIMITS = { bytes: 100_000, files: 10 };

let github: LoopbackGithub;
let runs = 0;

beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

function onGithub(run = `run-${(runs += 1)}`, signal = new AbortController().signal): Artifacts {
  const env = {
    ...process.env,
    ACTIONS_RUNTIME_TOKEN: github.runtimeToken(run),
    ACTIONS_RESULTS_URL: github.resultsUrl,
    GITHUB_SERVER_URL: "http://github.localhost",
    GITHUB_RETENTION_DAYS: String(MOST_DAYS),
  };
  return openArtifacts({ env, signal });
}

const text = (files: Record<string, string>): Map<string, Buffer> =>
  new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => "no error",
    (thrown: unknown) => thrown,
  );
  return error instanceof GateError ? error.code : String(error);
}

describe.each([
  ["in memory", () => memoryArtifacts(MOST_DAYS)],
  ["on GitHub", () => onGithub()],
])("artifacts %s", (_where, open) => {
  let artifacts: Artifacts;
  beforeEach(() => {
    artifacts = open();
  });

  it("come back as they were uploaded, and are kept as long as the repository allows", async () => {
    const files = text({
      "report.md": "# PASS\n",
      "flight-delay_1.1.0/samples.json": "[1, 2]\n",
      "empty.json": "",
    });
    const uploaded = await artifacts.upload({ name: "modelgate-gate-1", files, retentionDays: 90 });
    expect(uploaded).toMatchObject({ name: "modelgate-gate-1", retentionDays: MOST_DAYS });
    expect(uploaded.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { retentionDays: _days, ...stored } = uploaded;
    expect(await artifacts.list()).toEqual([stored]);
    const back = await artifacts.download(stored, LIMITS);
    const plain = [...back].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(plain)).toEqual({
      "report.md": "# PASS\n",
      "flight-delay_1.1.0/samples.json": "[1, 2]\n",
      "empty.json": "",
    });
  });

  it("never change: a second one of the name is refused", async () => {
    await artifacts.upload({ name: "once", files: text({ a: "1" }), retentionDays: 1 });
    const again = artifacts.upload({ name: "once", files: text({ a: "2" }), retentionDays: 1 });
    expect(await codeOf(again)).toBe("ARTIFACT_UPLOAD_FAILED");
  });

  it("have names, and files, of an allow-list of characters", async () => {
    const wrong = [
      ["..", "a"],
      ["a/b", "a"],
      ["a\nb", "a"],
      ["a", "../a"],
      ["a", "/a"],
      ["a", "a/b/c"],
      ["a", "::error::a"],
      ["a", ".hidden"],
    ] as const;
    const codes = wrong.map(([name, path]) =>
      codeOf(artifacts.upload({ name, files: text({ [path]: "1" }), retentionDays: 1 })),
    );
    expect(new Set(await Promise.all(codes))).toEqual(new Set(["ARTIFACT_NAME_INVALID"]));
    expect(await artifacts.list()).toEqual([]);
  });

  it("are not read when they are too large", async () => {
    const large = await artifacts.upload({
      name: "large",
      files: text({ a: "0".repeat(5000), b: "1" }),
      retentionDays: 1,
    });
    expect(await codeOf(artifacts.download(large, { bytes: 4000, files: 10 }))).toBe("ARTIFACT_TOO_LARGE");
    expect(await codeOf(artifacts.download(large, { bytes: 9000, files: 1 }))).toBe("ARTIFACT_TOO_LARGE");
  });

  it("are missed when they are not there", async () => {
    const missing = { id: 4711, name: "missing", size: 1, digest: null };
    expect(await codeOf(artifacts.download(missing, LIMITS))).toBe("ARTIFACT_DOWNLOAD_FAILED");
  });
});

describe("the client's process", () => {
  it("ends when the run is stopped", async () => {
    const stopped = onGithub("run-stopped", AbortSignal.abort());
    const upload = stopped.upload({ name: "late", files: text({ a: "1" }), retentionDays: 1 });
    expect(await codeOf(upload)).toBe("ARTIFACT_UPLOAD_FAILED");
  });

  it("is not started for a server whose service it does not speak to", () => {
    const env = { ACTIONS_RUNTIME_TOKEN: "token", ACTIONS_RESULTS_URL: github.resultsUrl };
    const offered = (server: string | undefined): boolean =>
      hasArtifacts({ ...env, GITHUB_SERVER_URL: server });
    for (const server of [
      undefined,
      "https://github.com",
      "https://acme.ghe.com",
      "http://github.localhost:1",
    ])
      expect([server, offered(server)]).toEqual([server, true]);
    for (const server of ["https://git.acme.example", "https://github.com.evil.example", "github.com", ""])
      expect([server, offered(server)]).toEqual([server, false]);
    expect(hasArtifacts({ ACTIONS_RUNTIME_TOKEN: "token" })).toBe(false);
    expect(hasArtifacts({ ACTIONS_RESULTS_URL: github.resultsUrl })).toBe(false);
  });
});
