import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CaseVerdict } from "./judge-case.ts";

const PATIENCE_MS = 120_000;

/**
 * The verdict of each case, in order. Cases share a process until one kills it (MODEL_CRASHED) or takes over two minutes
 * (MODEL_TIMEOUT).
 * @param names folders of the cases below `root`
 */
export async function judgeAll(root: string, names: readonly string[]): Promise<CaseVerdict[]> {
  const verdicts: CaseVerdict[] = [];
  let child = start();
  for (const name of names) {
    const verdict = await judged(child, join(root, name));
    if (verdict.codes.some((code) => code === "MODEL_CRASHED" || code === "MODEL_TIMEOUT")) child = start();
    verdicts.push(verdict);
    if (process.stderr.isTTY) process.stderr.write(`\r${verdicts.length} of ${names.length}`);
  }
  child.disconnect();
  return verdicts;
}

function start(): ChildProcess {
  const answers = join(mkdtempSync(join(tmpdir(), "modelgate-suite-")), "answers");
  return fork(join(import.meta.dirname, "worker.ts"), {
    // The engine writes its answers to fd 3, and complaints about models to stderr.
    stdio: ["ignore", "ignore", "ignore", openSync(answers, "a+"), "ipc"],
  });
}

async function judged(child: ChildProcess, folder: string): Promise<CaseVerdict> {
  const { promise, resolve } = Promise.withResolvers<CaseVerdict>();
  const died = (code: number | null, signal: string | null) => resolve(death(String(signal ?? code)));
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  child.once("message", resolve as (verdict: unknown) => void);
  child.once("exit", died);
  child.send(folder);
  const verdict = await promise;
  clearTimeout(timer);
  child.off("exit", died);
  return verdict;
}

function death(how: string): CaseVerdict {
  const code = how === "SIGKILL" ? "MODEL_TIMEOUT" : "MODEL_CRASHED";
  return { verdict: "engine", codes: [code], says: `The process died (${how}).` };
}
