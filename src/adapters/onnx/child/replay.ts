import { tensorBytes, type Tensor } from "../../../domain/tensor.ts";
import { rerunBudgetMs, type RerunKind, rerunOrder } from "../../../measure/parity/repeat.ts";
import type { NativeBinding } from "./binding.ts";
import { Failure } from "./failure.ts";
import type { Handler } from "./handler.ts";
import { answer } from "./pipe.ts";
import { decodeTensor, encodeTensor, type Frame, type FrameHeader, type ReplayHeader } from "./protocol.ts";
import { openSession, type Session } from "./session.ts";

/**
 * Runs every case once, in order, in one session, and answers each with a `case` frame; then some of them again, in that
 * session and in a new one, each with an `again` frame.
 */
export const replay: Handler = (binding, request) => {
  const replaying = new Replaying(binding, request);
  const session = replaying.open();
  const started = performance.now();
  replaying.runAll(session);
  const budgetMs = rerunBudgetMs(performance.now() - started);
  replaying.rerun("order", () => session, budgetMs);
  replaying.rerun("session", () => replaying.reopen(session), budgetMs);
};

class Replaying {
  readonly #binding: NativeBinding;
  readonly #header: ReplayHeader;
  readonly #blobs: readonly Uint8Array[];
  #left = 0;

  constructor(binding: NativeBinding, { header, blobs }: Frame) {
    this.#binding = binding;
    this.#header = header as ReplayHeader;
    this.#blobs = blobs;
  }

  open(): Session {
    return openSession(this.#binding, this.#header.model, this.#blobs);
  }

  /** Two sessions at a time would hold the weights twice. */
  reopen(before: Session): Session {
    before.native.dispose();
    return this.open();
  }

  runAll(session: Session): void {
    this.#left = this.#header.maxOutputBytes;
    for (const index of this.#header.cases.keys()) this.#run(session, index, { kind: "case" });
  }

  /** At least one case, and no further one once the time is up. */
  rerun(rerun: RerunKind, open: () => Session, budgetMs: number): void {
    answer({ kind: "rerun", rerun });
    this.#left = this.#header.maxOutputBytes;
    try {
      this.#runAgain(open(), rerunOrder(rerun, this.#header.cases.length), budgetMs);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw new Failure(error.code, `It ran once, but not again (${rerun}): ${error.message}`);
    }
  }

  #runAgain(session: Session, indexes: readonly number[], budgetMs: number): void {
    const started = performance.now();
    for (const index of indexes) {
      this.#run(session, index, { kind: "again", case: index });
      if (performance.now() - started > budgetMs) return;
    }
  }

  #run(session: Session, index: number, header: FrameHeader): void {
    const inputs = this.#header.cases[index] ?? [];
    const outputs = session.run(inputs.map((input) => decodeTensor(input, this.#blobs)));
    this.#left -= outputs.reduce((sum, output) => sum + weight(output), 0);
    if (this.#left < 0)
      throw new Failure(
        "MODEL_OUTPUT_TOO_LARGE",
        `The outputs are over ${this.#header.maxOutputBytes} bytes.`,
      );
    const blobs: Uint8Array[] = [];
    answer({ ...header, outputs: outputs.map((output) => encodeTensor(output, blobs)) }, blobs);
  }
}

function weight(tensor: Tensor): number {
  if (tensor.dtype !== "string") return tensorBytes(tensor).byteLength;
  return tensor.data.reduce((sum, text) => sum + text.length, 0);
}
