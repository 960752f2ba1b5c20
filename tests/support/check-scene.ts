import { madeBy } from "./ledgers.ts";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitFiles } from "../../src/adapters/git/commit-files.ts";
import { createFiles } from "../../src/adapters/fs/files.ts";
import { openGit } from "../../src/adapters/git/open.ts";
import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import type { Ledger } from "../../src/domain/ledger.ts";
import type { Tensor } from "../../src/domain/tensor.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { readTensor } from "../../src/measure/onnx/read-tensor.ts";
import { check } from "../../src/usecases/check/check.ts";
import type { CheckOptions, CheckPorts } from "../../src/usecases/check/scene.ts";
import type { CheckReport } from "../../src/usecases/check/report.ts";
import { gate, type GateOptions } from "../../src/usecases/gate/gate.ts";
import type { AskedTransition } from "../../src/usecases/request.ts";
import type { RunStart } from "../../src/usecases/run-context.ts";
import { SLOT_EVENT } from "../../src/domain/lifecycle.ts";
import { gitProposals } from "../../src/usecases/transition/proposals.ts";
import { transact } from "../../src/usecases/transition/transact.ts";
import { forecasts, type Forecasts } from "./forecasts.ts";
import { GIT_ENV, type GitRepo } from "./git-repo.ts";
import { type Behaviour, memoryEngine } from "./memory-engine.ts";
import { MACHINE, recordedProgress } from "./parity-run.ts";
import { timingEngine } from "./timing-engine.ts";

export const MODEL = "flight-delay";

/** A team's real repository with real models, and an engine that answers what the trained models answered. */
export interface CheckScene extends Disposable {
  readonly team: Forecasts;
  readonly repo: GitRepo;
  readonly ports: CheckPorts;
  /** Cases that models were asked, over all measurements. */
  readonly asked: () => number;
  /** Makes the engine answer otherwise from now on. */
  answer(behaviour: Behaviour): void;
  /** Makes every timed call take so many ms from now on; until then nothing can be timed. */
  take(ms: number): void;
  /** Judges and proposes on the checked-out main; returns the proposal branch. */
  propose(ask: Partial<AskedTransition>, gating?: Partial<GateOptions>): Promise<string>;
  merge(branch: string): void;
  check(base: string, head: string, more?: Partial<CheckOptions>): Promise<CheckReport>;
  /** Commits on a new branch that starts at main, and returns to main. */
  branch(name: string, change: () => void, from?: string): string;
}

let nonce = 0;

/** Another run, now. */
export function startNow(): RunStart {
  nonce += 1;
  return { now: new Date(), nonce: nonce.toString(16).padStart(8, "0"), seed: 1 };
}

export async function checkScene(versions: readonly string[] = [`${MODEL}@1.0.0`]): Promise<CheckScene> {
  const team = forecasts(versions);
  const { repo } = team;
  let behaviour = honest;
  let asked = 0;
  let callMs: number | null = null;
  const git = await openGit(repo.root, GIT_ENV);
  const files = createFiles(repo.root);
  const answering = memoryEngine((...asking) => {
    asked += 1;
    return behaviour(...asking);
  });
  const engine = timed(answering, () => callMs);
  const filesAt = (commit: string) => commitFiles(git, commit, files);
  const ports: CheckPorts = { git, files, filesAt, engine, machine: MACHINE, progress: recordedProgress() };
  return {
    team,
    repo,
    ports,
    asked: () => asked,
    answer: (other) => void (behaviour = other),
    take: (ms) => void (callMs = ms),
    propose: (ask, gating = {}) => propose(ports, ask, gating),
    merge: (branch) => void repo.git("merge", "-q", "--no-ff", "-m", `Merge ${branch}`, branch),
    check: (base, head, more = {}) => check(ports, { base, head }, { start: startNow(), ...more }),
    branch(name, change, from = "main") {
      repo.git("checkout", "-q", "-b", name, from);
      change();
      const commit = repo.commit({}, name);
      repo.git("checkout", "-q", "main");
      return commit;
    },
    [Symbol.dispose]: () => team[Symbol.dispose](),
  };
}

/** The engine, with calls that take as long as they are told to. */
function timed(engine: Engine, callMs: () => number | null): Engine {
  return {
    fingerprint: () => engine.fingerprint(),
    start(limits) {
      const [process, ms] = [engine.start(limits), callMs()];
      if (ms === null) return process;
      const times = timingEngine({ call: () => ms }).start(limits);
      return {
        replay: (...given) => process.replay(...given),
        coldStart: (...given) => times.coldStart(...given),
        timePairs: (...given) => times.timePairs(...given),
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  };
}

async function propose(
  ports: CheckPorts,
  ask: Partial<AskedTransition>,
  gating: Partial<GateOptions>,
): Promise<string> {
  const start = startNow();
  const { git } = ports;
  const result = await transact(
    {
      git,
      proposals: gitProposals(git),
      judge: (request) => gate(ports, request, { start, ...gating }),
      describe: () => "",
    },
    { ...TO_SHADOW, ...ask },
    { now: start.now },
  );
  if (result.kind !== "proposed") throw new Error(`Refused: ${JSON.stringify(result.decision.verdict)}`);
  return result.proposal.branch;
}

export const TO_SHADOW: AskedTransition = {
  event: SLOT_EVENT.SHADOW,
  model: MODEL,
  version: "1.0.0",
  environment: "prod",
  phase: null,
  reason: "first model",
  requestedBy: "Ada <ada@example.org>",
};

/** What the trained flight-delay answered, by test case: 1.1.0 where its bytes are asked, else 1.0.0. */
export const honest: Behaviour = (_inputs, index, model) => {
  const version = Buffer.from(LATER).equals(model.bytes) ? "1.1.0" : "1.0.0";
  const folder = join("models", MODEL, version, `test_data_set_${index}`);
  const outputs = readdirSync(folder).filter((name) => name.startsWith("output_"));
  return outputs.sort().map((name) => readTensor(readFileSync(join(folder, name))));
};

const LATER = readFileSync(join("models", MODEL, "1.1.0", "model.onnx"));

/** A model that was changed: every number is off by a little. */
export const changed: Behaviour = (...asking) =>
  honest(...asking).map((tensor): Tensor => {
    if (!(tensor.data instanceof Float32Array)) return tensor;
    return { ...tensor, data: tensor.data.map((value) => value + 0.01) } as Tensor;
  });

export const codesOf = ({ problems }: CheckReport): readonly string[] => problems.map(({ code }) => code);

/** Edits a JSON file of the work tree, in canonical spelling. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file holds
export function editJson<T>(scene: CheckScene, path: string, edit: (value: T) => void): void {
  const file = join(scene.repo.root, path);
  const value = JSON.parse(readFileSync(file, "utf8")) as T;
  edit(value);
  writeFileSync(file, formatJson(value));
}

/** The evidence pack of the work tree's last transition. */
export function packPath({ repo }: CheckScene): string {
  const { model, version, run_id } = madeBy(
    JSON.parse(readFileSync(join(repo.root, "deployed.json"), "utf8")) as Ledger,
  );
  return `evidence/${model}/${version}/${run_id}`;
}

/** Makes pack.json and deployed.json agree with the pack's files again, as a careful forger would. */
export function reseal(scene: CheckScene): void {
  const folder = packPath(scene);
  editJson<{ files: { path: string; sha256: string; size: number }[] }>(
    scene,
    `${folder}/pack.json`,
    (pack) => {
      for (const entry of pack.files) {
        const bytes = readFileSync(join(scene.repo.root, folder, entry.path));
        Object.assign(entry, { sha256: digestOf(bytes), size: bytes.length });
      }
    },
  );
  const digest = digestOf(readFileSync(join(scene.repo.root, folder, "pack.json")));
  editJson<Ledger>(scene, "deployed.json", (ledger) => {
    Object.assign(madeBy(ledger), { evidence_digest: digest });
  });
}
