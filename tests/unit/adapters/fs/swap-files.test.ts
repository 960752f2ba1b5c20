import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFiles } from "../../../../src/adapters/fs/files.ts";
import { withLock } from "../../../../src/adapters/fs/lock.ts";
import type { Files } from "../../../../src/ports/files.ts";
import { codes, problemsOf, utf8 } from "../../../support/problems.ts";

const CHILD = resolve(import.meta.dirname, "../../../support/children/count-up-child.ts");
let root = "";
let scratch = "";
let files: Files;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "modelgate-swap-")));
  scratch = join(root, ".git", "modelgate");
  files = createFiles(root, scratch);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const lock = () => join(scratch, "swap.lock");
const leave = (text: string) => {
  mkdirSync(scratch, { recursive: true });
  writeFileSync(lock(), text);
};
const swap = (from: string | null, to: string) =>
  files.swap({
    expected: new Map([["a", from === null ? null : utf8(from)]]),
    wanted: new Map([["a", to]]),
  });
/** The pid of a process that has ended. */
const deadPid = (): number =>
  Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
const mine = async (): Promise<Record<string, unknown>> => {
  let text = "";
  await withLock(lock(), () => (text = readFileSync(lock(), "utf8")));
  return JSON.parse(text) as Record<string, unknown>;
};

describe("processes that edit one file", () => {
  it("lose no edit: four of them count to forty", { timeout: 60_000 }, async () => {
    writeFileSync(join(root, "count"), "0");
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [CHILD, root, scratch, "10"], { stdio: "inherit" }),
    );
    const exits = await Promise.all(children.map((child) => once(child, "exit")));
    expect(exits.map(([code]) => code as number)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(join(root, "count"), "utf8")).toBe("40");
    expect([readdirSync(scratch), readdirSync(join(scratch, "writing"))]).toEqual([["writing"], []]);
  });
});

describe("a lock that was left behind", () => {
  it("by a process of this machine that is gone is removed", async () => {
    leave(JSON.stringify({ ...(await mine()), pid: deadPid() }));
    expect(await swap(null, "new")).toBe(true);
    expect(existsSync(lock())).toBe(false);
  });

  it("before its maker could sign it is removed after a minute", async () => {
    leave("");
    utimesSync(lock(), new Date(), new Date(Date.now() - 61_000));
    expect(await swap(null, "new")).toBe(true);
  });

  it.each([
    ["whose owner runs", (own: Record<string, unknown>) => own, `process ${process.pid} on `],
    [
      "of another machine",
      (own: Record<string, unknown>) => ({ ...own, pid: deadPid(), host: "elsewhere" }),
      "on elsewhere since ",
    ],
    ["that was made this moment", () => null, "by a process without a name"],
  ])("%s is waited for, and then named; no work is done", async (_what, owner, says) => {
    const left = owner(await mine());
    leave(left === null ? "" : JSON.stringify(left));
    const work = vi.fn<() => void>();
    const [found] = await problemsOf(() => withLock(lock(), work, 100));
    expect(found).toMatchObject({ code: "FILE_LOCKED", where: { file: lock() } });
    expect(found?.message).toContain(says);
    expect(found?.fix).toContain(`rm '${lock()}'`);
    expect(work).not.toHaveBeenCalled();
  });

  it("that names terminal commands prints none of them", async () => {
    leave(JSON.stringify({ pid: 1, host: "\u001b[2J", since: "now" }));
    const [found] = await problemsOf(() => withLock(lock(), () => null, 100));
    expect(found?.message).toMatch(/by a process without a name\.$/);
  });
});

describe("a lock that another process took away", () => {
  it("ends the swap before the next file", async () => {
    await withLock(lock(), (isHeld) => {
      expect(isHeld()).toBe(true);
      leave("somebody else's");
      expect(isHeld()).toBe(false);
    });
    expect(readFileSync(lock(), "utf8")).toBe("somebody else's");
  });
});

describe("what a kill leaves behind", () => {
  it("lies where neither Git nor the gate reads, and is removed an hour later", async () => {
    await files.write("models/a", "old");
    const left = join(scratch, "writing", ".a.0123456789ab.tmp");
    writeFileSync(left, "half of it");
    await files.write("models/a", "new");
    expect([readdirSync(join(root, "models")), existsSync(left)]).toEqual([["a"], true]);
    utimesSync(left, new Date(), new Date(Date.now() - 3_601_000));
    await files.write("models/a", "newer");
    expect(existsSync(left)).toBe(false);
  });

  it("is beside the file where Git's folder cannot be written", async () => {
    writeFileSync(join(root, ".git"), "gitdir: elsewhere");
    await files.write("models/a", "new");
    expect(await files.read("models/a")).toEqual(utf8("new"));
    expect(codes(await problemsOf(() => swap(null, "new")))).toEqual(["FILE_NOT_WRITTEN"]);
  });
});
