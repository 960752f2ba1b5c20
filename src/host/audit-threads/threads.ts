import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { SideBench, SideJudges } from "../../usecases/audit/side-by-side.ts";
import type { JudgedStretch, Stretch } from "../../usecases/audit/stretch.ts";
import { threadEntry } from "./entry.ts";
import type { ThreadAnswer, ThreadGround } from "./protocol.ts";

/** The one that asks included. Each takes 20 MB, and an audit of 10,000 transitions is to fit into 300. */
const MOST_THREADS = 4;

/** A thread starts in the time in which so many commits are judged. */
const SHORTEST = 256;

/** Threads of this process that help to audit a long line, beside the one that asks; null where there is one core. */
export function auditThreads(root: string, cores = availableParallelism()): SideJudges | null {
  const count = Math.min(MOST_THREADS, cores) - 1;
  if (count < 1) return null;
  return { count, shortest: SHORTEST, open: (line) => openThreads({ root, ...plain(line) }, count) };
}

function plain({ line, approvals }: Parameters<SideJudges["open"]>[0]) {
  return { line, approvals };
}

function openThreads(ground: ThreadGround, count: number): SideBench {
  const idle = Array.from({ length: count }, () => new AuditThread(ground));
  const all = [...idle];
  return {
    async judge(stretch, onStep) {
      const thread = idle.pop();
      if (!thread) throw new Error("Every thread is busy.");
      const judged = await thread.judge(stretch, onStep);
      idle.push(thread);
      return judged;
    },
    close: () => all.forEach((thread) => thread.close()),
  };
}

class AuditThread {
  readonly #worker: Worker;
  #over = false;

  constructor(ground: ThreadGround) {
    this.#worker = new Worker(threadEntry(), { workerData: ground });
    this.#worker.on("error", () => undefined).once("exit", () => (this.#over = true));
  }

  judge(stretch: Stretch, onStep: () => void): Promise<JudgedStretch> {
    const { promise, resolve, reject } = Promise.withResolvers<JudgedStretch>();
    const worker = this.#worker;
    const over = (): void => reject(new Error("The thread ended."));
    const take = (answer: ThreadAnswer): void => {
      if (answer.kind === "step") onStep();
      if (answer.kind === "judged") resolve(answer.judged);
      if (answer.kind === "failed") reject(new Error(answer.message));
    };
    worker.on("message", take).once("exit", over);
    // It would not say so again.
    if (this.#over) over();
    worker.postMessage(stretch);
    return promise.finally(() => worker.off("message", take).off("exit", over));
  }

  close(): void {
    void this.#worker.terminate();
  }
}
