import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ReasonCode } from "../../src/domain/reasons/catalogue.ts";
import { GateError } from "../../src/errors.ts";
import { formatLedger, GENESIS } from "../../src/ledger/ledger-text.ts";
import { inspectModel } from "../../src/measure/onnx/inspect-model.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { gate } from "../../src/usecases/gate/gate.ts";
import { draftVersion } from "../../src/usecases/init/draft-version.ts";
import { register } from "../../src/usecases/registry/register.ts";
import { shippedSources } from "../../tests/support/judging.ts";
import { memoryFiles } from "../../tests/support/memory-files.ts";
import { MemoryGit } from "../../tests/support/memory-git.ts";
import { MACHINE } from "../../tests/support/parity-run.ts";
import { humanParts, TRAINING_CODE } from "../foreign-models/human-parts.ts";

/** What the product says of a case. `engine`: the pinned runtime cannot load or run it. */
export interface CaseVerdict {
  readonly verdict: "passed" | "refused" | "failed" | "engine";
  /** Sorted, each once; empty when it passed. */
  readonly codes: readonly string[];
  /** The first sentence, for people. */
  readonly says: string;
}

const REF = { id: "case", version: "1.0.0" };
const FOLDER = `models/${REF.id}/${REF.version}`;
const NOW = new Date("2026-11-30T12:00:00Z");

/** Walks one case as its author would: draft, registration, and the gate into the shadow under the shipped policies. */
export async function judgeCase(folder: string, engine: Engine): Promise<CaseVerdict> {
  try {
    return await walk(folder, engine);
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const codes = error.problems.map(({ code }) => code);
    return { verdict: "refused", codes: sorted(codes), says: error.problems[0].message };
  }
}

async function walk(folder: string, engine: Engine): Promise<CaseVerdict> {
  const git = new MemoryGit();
  git.seed({ ...shippedFiles(), "deployed.json": formatLedger(GENESIS) });
  const files = memoryFiles(versionFiles(folder));
  const progress = { step: () => undefined, end: () => undefined };
  const ports = { files, git, engine, machine: MACHINE, progress, clock: { now: () => NOW } };
  await register(ports, FOLDER);
  git.seed(Object.fromEntries(files.entries as Map<string, Uint8Array>));
  const asked = {
    event: "PROMOTE_TO_SHADOW",
    model: REF.id,
    version: REF.version,
    environment: "staging",
    phase: null,
    reason: "",
    requestedBy: "suite",
  } as const;
  const { verdict } = await gate(ports, asked, { start: { now: NOW, nonce: "00000000", seed: 1 } });
  const bad = verdict.policies
    .flatMap(({ objectives }) => objectives)
    .filter(({ outcome }) => outcome !== "PASS" && outcome !== "NOT_APPLICABLE");
  if (verdict.outcome === "PASS") return { verdict: "passed", codes: [], says: "" };
  const codes = sorted(
    bad.map(({ reason, metric }) => (reason === "GATE_HARD_LIMIT_MISSED" ? metric : (reason ?? metric))),
  );
  const isEngine = codes.some((code) => ENGINE_CODES.has(code));
  return { verdict: isEngine ? "engine" : "failed", codes, says: bad[0]?.says ?? "" };
}

const ENGINE_CODES: ReadonlySet<string> = new Set<ReasonCode>([
  "MODEL_LOAD_FAILED",
  "MODEL_RUN_FAILED",
  "MODEL_CRASHED",
]);

function sorted(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort();
}

let policies: Record<string, Uint8Array> | undefined;
function shippedFiles(): Record<string, Uint8Array> {
  return (policies ??= Object.fromEntries(shippedSources().map(({ path, bytes }) => [path, bytes])));
}

/** The draft that `init` writes, with what only a person can know. */
function versionFiles(folder: string): Record<string, Uint8Array | string> {
  const model = readFileSync(join(folder, "model.onnx"));
  const draft = draftVersion(REF, model);
  const moved = [...draft.files].filter(([path]) => !path.endsWith("/TODO.md"));
  const data = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".pb"),
  );
  const outputs = inspectModel(model)
    .outputs.filter(({ isTensor }) => isTensor)
    .map(({ name }) => name);
  return {
    ...Object.fromEntries(moved.map(([path, bytes]) => [path.replace(draft.folder, FOLDER), bytes])),
    ...Object.fromEntries(data.map((path) => [`${FOLDER}/${path}`, readFileSync(join(folder, path))])),
    ...inFolder(humanParts(outputs, new Set(data.map((path) => path.split("/")[0])).size)),
    [TRAINING_CODE.path]: TRAINING_CODE.text,
  };
}

function inFolder(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${FOLDER}/${path}`, text]));
}
