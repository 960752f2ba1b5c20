import { beforeEach, describe, expect, it } from "vitest";
import type { Artifacts } from "../../../../src/ports/artifacts.ts";
import { artifactName, packRun, type ToolRun } from "../../../../src/domain/run-artifact.ts";
import { GateError } from "../../../../src/errors.ts";
import { fetchLegs } from "../../../../src/usecases/check/fetch-legs.ts";
import { memoryArtifacts } from "../../../support/memory-artifacts.ts";

const COMMIT = "4be1d2c0".padEnd(40, "0");
const WORKFLOW = { repository: "acme/forecasts", id: "4711", attempt: 2 };
const PATH = "artifacts/flight-delay_1.0.0_parity/parity.json";

let artifacts: Artifacts;
beforeEach(() => {
  artifacts = memoryArtifacts();
});

interface Leg extends Partial<ToolRun> {
  readonly attempt?: number;
  readonly repository?: string;
  readonly id?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Changes what was packed. */
  readonly forge?: (files: Map<string, Uint8Array>) => void;
}

let runs = 0;

async function store({ files = { "parity.json": "{}" }, forge, attempt, repository, id, ...more }: Leg = {}) {
  runs += 1;
  const about: ToolRun = {
    kind: "parity",
    subject: "flight-delay@1.0.0",
    commit: COMMIT,
    runId: `r${runs}`,
    ...more,
  };
  const workflow = {
    repository: repository ?? WORKFLOW.repository,
    id: id ?? WORKFLOW.id,
    attempt: attempt ?? 1,
  };
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const packed = new Map(packRun(about, workflow, bytes));
  forge?.(packed);
  await artifacts.upload({
    name: artifactName({ kind: about.kind, runId: `r${runs}` }),
    files: packed,
    retentionDays: 1,
  });
}

async function fetched(): Promise<Readonly<Record<string, string>>> {
  const { files, folder } = await fetchLegs(artifacts, { commit: COMMIT, workflow: WORKFLOW });
  const entries = await files.list(folder);
  const read = async (path: string) => [path, Buffer.from((await files.readIfExists(path))!).toString()];
  return Object.fromEntries(await Promise.all(entries.map(({ path }) => read(path)))) as Record<
    string,
    string
  >;
}

async function codesOf(): Promise<readonly string[]> {
  try {
    await fetched();
    return [];
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return error.problems.map(({ code }) => code);
  }
}

describe("measurements in artifacts", () => {
  it("are put where the plan looks for them, and nothing else is", async () => {
    await store({ files: { "parity.json": "1", "report.md": "# PASS" } });
    await store({ kind: "benchmark", files: { "benchmark.json": "2", "samples.json": "[]" } });
    await store({ kind: "check", files: { "check.json": "{}" }, subject: null });
    await artifacts.upload({ name: "coverage", files: new Map([["a", Buffer.from("a")]]), retentionDays: 1 });
    expect(await fetched()).toEqual({
      "artifacts/flight-delay_1.0.0_benchmark/benchmark.json": "2",
      [PATH]: "1",
    });
  });

  it("of an attempt take the place of earlier ones, in whatever order they come", async () => {
    await store({ attempt: 2, files: { "parity.json": "second" } });
    await store({ attempt: 1, files: { "parity.json": "first" } });
    expect(await fetched()).toEqual({ [PATH]: "second" });
  });

  it("are refused when one attempt made two of them", async () => {
    await store();
    await store();
    expect(await codesOf()).toEqual(["CHECK_LEG_UNEXPECTED"]);
  });

  it.each<[string, Leg, string]>([
    ["for another commit", { commit: "f".repeat(40) }, "ARTIFACT_RUN_MISMATCH"],
    ["in another repository", { repository: "eve/forecasts" }, "ARTIFACT_RUN_MISMATCH"],
    ["in another workflow run", { id: "4710" }, "ARTIFACT_RUN_MISMATCH"],
    ["under another run's name", { runId: "other" }, "ARTIFACT_RUN_MISMATCH"],
    ["without evidence", { files: { "report.md": "# PASS" } }, "ARTIFACT_INVALID"],
    ["about nothing", { subject: null }, "ARTIFACT_INVALID"],
    ["without run.json", { forge: (files) => void files.delete("run.json") }, "ARTIFACT_INVALID"],
    [
      "and changed afterwards",
      { forge: (files) => void files.set("parity.json", Buffer.from("[]")) },
      "ARTIFACT_INVALID",
    ],
    [
      "with a file too many",
      { forge: (files) => void files.set("more.json", Buffer.from("")) },
      "ARTIFACT_INVALID",
    ],
    [
      "with a file too few",
      {
        files: { "parity.json": "{}", "report.md": "# PASS" },
        forge: (files) => void files.delete("report.md"),
      },
      "ARTIFACT_INVALID",
    ],
    [
      "with another run.json",
      { forge: (files) => void files.set("run.json", Buffer.from("[]")) },
      "DOCUMENT_TYPE_WRONG",
    ],
  ])("are refused when they were made %s", async (_how, leg, code) => {
    await store(leg);
    expect(await codesOf()).toEqual([code]);
  });
});
