import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFiles } from "../../../src/adapters/fs/files.ts";
import { openGit } from "../../../src/adapters/git/open.ts";
import { digestOf } from "../../../src/domain/digest.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import type { Evidence, EvidencePack } from "../../../src/domain/evidence.ts";
import { GateError } from "../../../src/errors.ts";
import { gate } from "../../../src/usecases/gate/gate.ts";
import type { Decision } from "../../../src/usecases/gate/decision.ts";
import { forecasts, type Forecasts } from "../../support/forecasts.ts";
import { GIT_ENV, temporaryFolder } from "../../support/git-repo.ts";
import { MACHINE, realEngine, recordedProgress } from "../../support/parity-run.ts";

const START = { now: new Date("2026-11-01T12:00:00Z"), nonce: "0badcafe", seed: 1 };
const OTHER = digestOf("another");

let team: Forecasts;

interface Asked {
  readonly version: string;
  readonly event: "PROMOTE_TO_SHADOW";
  readonly environment: string;
}

const ASKED: Asked = { version: "1.0.0", event: "PROMOTE_TO_SHADOW", environment: "prod" };

async function judge(evidence?: string, asked: Partial<Asked> = {}): Promise<Decision> {
  const git = await openGit(team.repo.root, GIT_ENV);
  const ports = {
    git,
    files: createFiles(git.root),
    engine: realEngine(),
    machine: MACHINE,
    progress: recordedProgress(),
  };
  const request = { ...ASKED, ...asked, model: "flight-delay", phase: null, reason: "", requestedBy: "x" };
  return gate(ports, request, { start: START, ...(evidence === undefined ? {} : { evidence }) });
}

/** The codes that stored evidence is refused with, or the outcome when it is judged. */
async function fateOf(evidence: string, asked: Partial<Asked> = {}): Promise<readonly string[]> {
  try {
    return [(await judge(evidence, asked)).verdict.outcome];
  } catch (error) {
    if (error instanceof GateError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

const path = (name: string): string => join(team.repo.root, "stored", name);

function edit<T extends object>(name: string, change: Partial<T>): void {
  const document = JSON.parse(readFileSync(path(name), "utf8")) as T;
  writeFileSync(path(name), formatJson({ ...document, ...change }));
}

/** Makes the pack agree with the files again, as a careful forger would. */
function reseal(): void {
  const names = readdirSync(path("")).filter((name) => name !== "pack.json");
  const files = names.toSorted().map((name) => {
    const bytes = readFileSync(path(name));
    return { path: name, sha256: digestOf(bytes), size: bytes.length };
  });
  edit<EvidencePack>("pack.json", { files });
}

let honest: Decision;

beforeAll(async () => {
  team = forecasts(["flight-delay@1.0.0", "flight-delay@1.2.0"]);
  honest = await judge();
});

afterAll(() => team[Symbol.dispose]());

function store({ pack }: Decision): void {
  rmSync(path(""), { recursive: true, force: true });
  mkdirSync(path(""));
  for (const [name, bytes] of pack) writeFileSync(path(name), bytes);
}

describe("stored evidence", () => {
  it("of the run that measured it is judged as it was then", async () => {
    store(honest);
    expect(await fateOf("stored")).toEqual([honest.verdict.outcome]);
  });

  it("that somebody wrote by hand, without a pack, is bound to nothing", async () => {
    store(honest);
    rmSync(path("pack.json"));
    expect(await fateOf("stored")).toEqual(["EVIDENCE_PACK_MISSING"]);
  });

  it.each<[string, Partial<EvidencePack>, string]>([
    ["another base commit", { base_commit: "1".repeat(40) }, "EVIDENCE_BASE_MISMATCH"],
    ["other policies", { policy_digest: OTHER }, "EVIDENCE_POLICY_MISMATCH"],
    ["another revision of the ledger", { ledger_digest: OTHER }, "EVIDENCE_LEDGER_MISMATCH"],
    ["another engine", { engine_digest: OTHER }, "EVIDENCE_ENGINE_MISMATCH"],
    ["no engine", { engine_digest: null }, "EVIDENCE_ENGINE_MISMATCH"],
    ["another environment", { environment: "staging" }, "EVIDENCE_REQUEST_MISMATCH"],
    ["another event", { event: "REGISTER" }, "EVIDENCE_REQUEST_MISMATCH"],
    ["another phase", { canary_phase: "5%" }, "EVIDENCE_REQUEST_MISMATCH"],
    ["no files", { files: [] }, "EVIDENCE_UNLISTED"],
  ])("made for %s is refused by name", async (_, change, code) => {
    store(honest);
    edit<EvidencePack>("pack.json", change);
    expect([...new Set(await fateOf("stored"))]).toEqual([code]);
  });

  it("for one environment is no evidence for the next", async () => {
    store(honest);
    expect(await fateOf("stored", { environment: "staging" })).toEqual(["EVIDENCE_REQUEST_MISMATCH"]);
  });

  it("about a sound version says nothing about a broken one", async () => {
    store(honest);
    const codes = await fateOf("stored", { version: "1.2.0" });
    expect([...new Set(codes)]).toEqual(["EVIDENCE_SUBJECT_MISMATCH"]);
  });

  it("about another artifact of the same manifest is no evidence, though the pack was made to agree", async () => {
    store(honest);
    const { subject } = JSON.parse(readFileSync(path("parity.json"), "utf8")) as Evidence;
    edit<Evidence>("parity.json", { subject: { ...subject, artifact_digest: OTHER } });
    reseal();
    expect(await fateOf("stored")).toEqual(["FAIL"]);
  });

  it("with an edited number does not have the digest that the pack names", async () => {
    const broken = await judge(undefined, { version: "1.2.0" });
    expect(broken.verdict.outcome).toBe("FAIL");
    store(broken);
    const { measurements } = JSON.parse(readFileSync(path("parity.json"), "utf8")) as Evidence;
    edit<Evidence>("parity.json", { measurements: measurements.map((one) => ({ ...one, value: 0 })) });
    expect(await fateOf("stored", { version: "1.2.0" })).toEqual(["EVIDENCE_DIGEST_MISMATCH"]);
  });

  it("that lacks a kind is not better than evidence that has it", async () => {
    store(honest);
    rmSync(path("parity.json"));
    edit<EvidencePack>("pack.json", { engine_digest: null });
    expect(await fateOf("stored")).toEqual(["FAIL"]);
  });

  it("of another kind than its name says is refused", async () => {
    store(honest);
    writeFileSync(path("parity.json"), readFileSync(path("integrity.json")));
    reseal();
    expect(await fateOf("stored")).toEqual(["EVIDENCE_KIND_MISMATCH"]);
  });

  it("outside of the repository, or behind a link, is not read", async () => {
    store(honest);
    const outside = temporaryFolder();
    execFileSync("cp", ["-r", path(""), join(outside, "stored")]);
    rmSync(path(""), { recursive: true });
    symlinkSync(join(outside, "stored"), path("").replace(/\/$/, ""));
    expect(await fateOf("stored")).toEqual(["FILE_OUTSIDE"]);
    rmSync(path("").replace(/\/$/, ""));
    expect(await fateOf(join(outside, "stored"))).toEqual(["FILE_OUTSIDE"]);
    expect(await fateOf("../stored")).toEqual(["FILE_OUTSIDE"]);
    mkdirSync(path(""));
    for (const name of readdirSync(join(outside, "stored")))
      symlinkSync(join(outside, "stored", name), path(name));
    expect(await fateOf("stored")).toEqual(["FILE_SYMLINK"]);
    rmSync(path(""), { recursive: true });
    rmSync(outside, { recursive: true });
  });

  it("that is not there is no pass", async () => {
    mkdirSync(path(""), { recursive: true });
    expect(await fateOf("stored")).toEqual(["EVIDENCE_MISSING"]);
    expect(await fateOf("nowhere")).toEqual(["EVIDENCE_MISSING"]);
  });
});
