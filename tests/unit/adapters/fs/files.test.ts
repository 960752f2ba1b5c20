import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFiles } from "../../../../src/adapters/fs/files.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import { unprivileged } from "../../../support/unprivileged.ts";

const injected = vi.hoisted(() => ({ write: null as string | null, rename: null as string | null }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const failing = <T extends (...args: never[]) => unknown>(call: T, which: "write" | "rename") =>
    ((...args: Parameters<T>) => {
      const code = injected[which];
      if (code !== null) throw Object.assign(new Error(code), { code });
      return call(...args);
    }) as unknown as T;
  return {
    ...real,
    writeFileSync: failing(real.writeFileSync, "write"),
    renameSync: failing(real.renameSync, "rename"),
  };
});

let root = "";
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "modelgate-fs-")));
  chmodSync(root, 0o755);
});
afterEach(() => {
  Object.assign(injected, { write: null, rename: null });
  chmodSync(root, 0o755);
  rmSync(root, { recursive: true, force: true });
});

describe("what the operating system refuses", () => {
  it("an unreadable file", async () => {
    writeFileSync(join(root, "secret"), "x");
    chmodSync(join(root, "secret"), 0o000);
    const problems = await unprivileged(() => problemsOf(() => createFiles(root).read("secret")));
    expect(problems).toMatchObject([
      { code: "FILE_UNREADABLE", message: "The operating system says EACCES.", where: { file: "secret" } },
    ]);
  });

  it("a folder without the right to look into it", async () => {
    mkdirSync(join(root, "closed"));
    writeFileSync(join(root, "closed", "a"), "x");
    chmodSync(join(root, "closed"), 0o000);
    const files = createFiles(root);
    const problems = await unprivileged(() => problemsOf(() => files.list("closed")));
    chmodSync(join(root, "closed"), 0o755);
    expect(codes(problems)).toEqual(["FILE_UNREADABLE"]);
  });

  it("a read-only folder: nothing is written, nothing is left behind", async () => {
    writeFileSync(join(root, "a"), "old");
    chmodSync(root, 0o555);
    const problems = await unprivileged(() => problemsOf(() => createFiles(root).write("a", "new")));
    expect(codes(problems)).toEqual(["FILE_READ_ONLY"]);
    expect([readFileSync(join(root, "a"), "utf8"), readdirSync(root)]).toEqual(["old", ["a"]]);
  });

  it("a root that is not there", async () => {
    expect(codes(await problemsOf(() => createFiles(join(root, "none"))))).toEqual(["FILE_MISSING"]);
  });
});

describe("a write that fails leaves the old bytes and no temporary file", () => {
  it.each([
    ["write", "ENOSPC", "FILE_NO_SPACE"],
    ["write", "EDQUOT", "FILE_NO_SPACE"],
    ["write", "EIO", "FILE_NOT_WRITTEN"],
    ["rename", "EROFS", "FILE_READ_ONLY"],
    ["rename", "EPERM", "FILE_READ_ONLY"],
    ["rename", "ENOSPC", "FILE_NO_SPACE"],
  ] as const)("%s says %s: %s", async (which, code, reason) => {
    const files = createFiles(root);
    await files.write("models/a", "old");
    injected[which] = code;
    const problems = await problemsOf(() => files.write("models/a", "new"));
    expect(problems).toMatchObject([{ code: reason, where: { file: "models/a" } }]);
    expect(readFileSync(join(root, "models/a"), "utf8")).toBe("old");
    expect(readdirSync(join(root, "models"))).toEqual(["a"]);
  });
});
