import type { EngineFingerprint } from "../../domain/evidence.ts";
import type { Tensor } from "../../domain/tensor.ts";
import { gateError } from "../../errors.ts";
import { type Rerun, RERUNS, RerunTally } from "../../measure/parity/repeat.ts";
import type { EngineModel, ReplayAnswer, ReplayRequest } from "../../ports/engine.ts";
import {
  decodeTensor,
  encodeTensor,
  type Frame,
  type ModelHeader,
  type ReplayHeader,
  type TensorHeader,
} from "./child/protocol.ts";
import type { ModelProcess } from "./run-child.ts";

export interface ReplaySettings {
  readonly maxOutputBytes: number;
  readonly level: EngineFingerprint["optimization_level"];
}

/** Puts a replay request into a frame, and the case frames that come back into tensors. */
export async function askReplay(
  child: ModelProcess,
  request: ReplayRequest,
  settings: ReplaySettings,
  onCase: (done: number) => void = () => undefined,
): Promise<ReplayAnswer> {
  const heard = new Answers(request, () => child.renew());
  const done = await child.ask(replayFrame(request, settings), (frame) => {
    heard.take(frame);
    if (frame.header.kind === "case") onCase(heard.cases.length);
  });
  return { cases: heard.cases, reruns: heard.reruns(), peakMiB: Number(done.header["peakKiB"]) / 1024 };
}

/** What the child answers, in the only order that the protocol has. */
class Answers {
  readonly cases: Tensor[][] = [];
  readonly #wanted: number;
  readonly #model: EngineModel;
  readonly #onRun: () => void;
  readonly #tallies: RerunTally[] = [];
  readonly #seen = new Set<number>();

  constructor({ cases, model }: ReplayRequest, onRun: () => void) {
    this.#wanted = cases.length;
    this.#model = model;
    this.#onRun = onRun;
  }

  take(frame: Frame): void {
    const { kind } = frame.header;
    if (kind === "case") this.#first(frame);
    else if (kind === "rerun") this.#begin(frame);
    else if (kind === "again") this.#again(frame);
    else throw gateError("MODEL_CRASHED", "The process gave an answer that is none.");
  }

  #first(frame: Frame): void {
    if (this.cases.length === this.#wanted)
      throw gateError("MODEL_CRASHED", "The process answered more cases than it was asked.");
    this.cases.push(renamed(decodeOutputs(frame), this.#model));
  }

  #begin({ header }: Frame): void {
    this.#requireAll();
    const kind = RERUNS[this.#tallies.length];
    if (kind === undefined || header["rerun"] !== kind)
      throw gateError("MODEL_CRASHED", "The process ran cases again that it was not asked.");
    this.#tallies.push(new RerunTally(kind));
    this.#seen.clear();
    this.#onRun();
  }

  #again(frame: Frame): void {
    const index = Number(frame.header["case"]);
    const [first, tally] = [this.cases[index], this.#tallies.at(-1)];
    if (!first || !tally || this.#seen.has(index))
      throw gateError("MODEL_CRASHED", "The process ran a case again that it was not asked.");
    this.#seen.add(index);
    tally.add(index, first, renamed(decodeOutputs(frame), this.#model));
  }

  /** All that was asked for: each case, and each way of running again for at least one. */
  reruns(): Rerun[] {
    this.#requireAll();
    const reruns = this.#tallies.map(({ rerun }) => rerun);
    if (reruns.length === RERUNS.length && reruns.every(({ cases }) => cases > 0 || this.#wanted === 0))
      return reruns;
    throw gateError("MODEL_CRASHED", "The process did not run the cases again.");
  }

  #requireAll(): void {
    const [answered, wanted] = [this.cases.length, this.#wanted];
    if (answered === wanted) return;
    throw gateError("MODEL_CRASHED", `The process answered ${answered} of ${wanted} cases.`);
  }
}

function replayFrame(request: ReplayRequest, settings: ReplaySettings): Frame {
  const blobs: Uint8Array[] = [];
  const model = encodeModel(request.model, settings.level, blobs);
  const cases = request.cases.map((inputs) => inputs.map((input) => encodeTensor(input, blobs)));
  const header: ReplayHeader = { kind: "replay", model, cases, maxOutputBytes: settings.maxOutputBytes };
  return { header, blobs };
}

/** Describes a model for a header, and appends its bytes to the blobs. */
export function encodeModel(
  model: EngineModel,
  level: EngineFingerprint["optimization_level"],
  blobs: Uint8Array[],
): ModelHeader {
  const add = (bytes: Uint8Array) => blobs.push(bytes) - 1;
  const blob = add(model.bytes);
  const externalData = model.externalData.map(({ path, bytes }) => ({ path, blob: add(bytes) }));
  return { blob, externalData, optimizationLevel: level };
}

/** The child ran foreign code: what it answers is read with the same doubt as a file. */
function decodeOutputs(frame: Frame): Tensor[] {
  const outputs = frame.header["outputs"];
  if (!Array.isArray(outputs)) throw gateError("MODEL_CRASHED", "The process gave an answer that is none.");
  try {
    return outputs.map((output) => decodeTensor(output as TensorHeader, frame.blobs));
  } catch (error) {
    throw gateError("MODEL_CRASHED", "The process gave an output that is no tensor.", { cause: error });
  }
}

/** Outputs under the names that the caller knows them by; those that were asked for only as another are left out. */
function renamed(outputs: readonly Tensor[], { aliases, hidden }: EngineModel): Tensor[] {
  const byName = new Map(outputs.map((output) => [output.name, output]));
  const known = outputs.filter(({ name }) => !hidden?.has(name));
  const others = [...(aliases ?? [])].flatMap(([name, engineName]) => {
    const output = byName.get(engineName);
    return output ? [{ ...output, name }] : [];
  });
  return [...known, ...others];
}
