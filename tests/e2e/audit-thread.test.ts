import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { longHistory } from "../../bench/contests/signed-histories.ts";
import type { ThreadAnswer } from "../../src/host/audit-threads/protocol.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "modelgate-test-thread-"));
const { folder: root, commits } = longHistory(join(folder, "repository"), 12);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a thread answers to one stretch, up to the last word. */
async function answers(entry: string): Promise<readonly ThreadAnswer[]> {
  const worker = new Worker(join(ROOT, entry), { workerData: { root, line: commits, approvals: null } });
  const heard: ThreadAnswer[] = [];
  const { promise, resolve: over, reject } = Promise.withResolvers<void>();
  worker.on("error", reject).on("message", (answer: ThreadAnswer) => {
    heard.push(answer);
    if (answer.kind !== "step") over();
  });
  worker.postMessage({ first: 4, end: 9 });
  await promise.finally(() => void worker.terminate());
  return heard;
}

describe.each(["dist/audit-thread.cjs", "actions/dist/audit-thread.js"])("the bundle %s", (entry) => {
  it("judges a stretch of a history in a thread", async () => {
    const heard = await answers(entry);
    expect(heard.map(({ kind }) => kind)).toEqual([...Array<string>(5).fill("step"), "judged"]);
    const last = heard.at(-1);
    const verdicts = last?.kind === "judged" ? last.judged.verdicts : [];
    expect(verdicts.map(({ position, outcome }) => [position, outcome])).toEqual([
      [4, "PASS"],
      [5, "PASS"],
      [6, "PASS"],
      [7, "PASS"],
      [8, "PASS"],
    ]);
  });
});
