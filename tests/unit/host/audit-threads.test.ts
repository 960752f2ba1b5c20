import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { longHistory } from "../../../bench/contests/signed-histories.ts";
import type { SignedRepository } from "../../support/synthetic-repository.ts";
import { openGit } from "../../../src/adapters/git/open.ts";
import { auditThreads } from "../../../src/host/audit-threads/threads.ts";
import type { Git } from "../../../src/ports/git.ts";
import type { GitObjects } from "../../../src/ports/git-objects.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import type { SideJudges } from "../../../src/usecases/audit/side-by-side.ts";
import { judgeStretch } from "../../../src/usecases/audit/stretch.ts";
import { GIT_ENV } from "../../support/git-repo.ts";
import { recordedProgress } from "../../support/parity-run.ts";

const folder = mkdtempSync(join(tmpdir(), "modelgate-test-threads-"));
let repository: SignedRepository;
let git: Git & GitObjects;

beforeAll(async () => {
  repository = longHistory(join(folder, "repository"), 60);
  git = await openGit(repository.folder, GIT_ENV);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whatever this machine has: one thread at least, and lines that are worth dividing. */
function judges(): SideJudges {
  const threads = auditThreads(repository.folder, 2);
  if (!threads) throw new Error("No thread was offered.");
  return { ...threads, shortest: 10 };
}

const line = () => ({ line: repository.commits, approvals: null });
const onStep = (): void => undefined;

describe("threads that help to audit", () => {
  it("are none on a machine with one core, and three at most", () => {
    expect(auditThreads(repository.folder, 1)).toBeNull();
    expect(auditThreads(repository.folder, 2)?.count).toBe(1);
    expect(auditThreads(repository.folder, 64)?.count).toBe(3);
  });

  it("judge a stretch as this thread does, and tell each step", async () => {
    const stretch = { first: 20, end: 40 };
    const bench = judges().open(line());
    let steps = 0;
    const judged = await bench.judge(stretch, () => (steps += 1)).finally(() => bench.close());
    expect(judged).toEqual(await judgeStretch(git, line(), stretch, { onStep }));
    expect(judged.plain).toBe(true);
    expect(judged.verdicts.map(({ outcome }) => outcome)).toEqual(Array(20).fill("PASS"));
    expect(steps).toBe(20);
  });

  it("come to the report of an audit in order", async () => {
    const ports = { git, progress: recordedProgress() };
    const [inOrder, aside] = [await audit(ports), await audit({ ...ports, judges: judges() })];
    expect(aside.report).toEqual(inOrder.report);
    expect(aside.report.outcome).toBe("PASS");
  });

  it("say that a stretch cannot be judged on its own", async () => {
    const bench = judges().open({ line: ["0".repeat(40)], approvals: null });
    await expect(bench.judge({ first: 1, end: 2 }, onStep)).rejects.toThrow("is not in this clone");
    bench.close();
  });

  it("that were closed leave nobody waiting", async () => {
    const bench = judges().open(line());
    const judged = bench.judge({ first: 1, end: 60 }, onStep);
    bench.close();
    await expect(judged).rejects.toThrow("The thread ended.");
  });

  it("that ended between two stretches leave nobody waiting either", async () => {
    const bench = judges().open(line());
    await bench.judge({ first: 20, end: 22 }, onStep);
    bench.close();
    // No wait is too short: who asks before the end hears of it as well.
    await setTimeout(500);
    await expect(bench.judge({ first: 22, end: 24 }, onStep)).rejects.toThrow("The thread ended.");
  });
});
