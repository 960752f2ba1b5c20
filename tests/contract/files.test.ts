import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createFiles } from "../../src/adapters/fs/files.ts";
import { digestOf } from "../../src/domain/digest.ts";
import type { Files } from "../../src/ports/files.ts";
import { type MemoryEntry, memoryFiles } from "../support/memory-files.ts";
import { codes, problemsOf, utf8 } from "../support/problems.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Makes the entries real, in a folder of their own inside a temporary folder. */
function onDisk(entries: Readonly<Record<string, MemoryEntry>>): Files {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), "modelgate-files-")));
  folders.push(outer);
  const root = join(outer, "root");
  mkdirSync(root);
  for (const [path, entry] of Object.entries(entries)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    make(join(root, path), entry, outer);
  }
  return createFiles(root);
}

function make(path: string, entry: MemoryEntry, outer: string): void {
  if (typeof entry === "string" || entry instanceof Uint8Array) writeFileSync(path, entry);
  else if ("symlink" in entry) symlinkSync(entry.symlink, path);
  else if ("hardlinked" in entry) {
    writeFileSync(join(outer, "other-name"), entry.hardlinked);
    linkSync(join(outer, "other-name"), path);
  } else if ("pipe" in entry) execFileSync("mkfifo", [path]);
  else throw new Error("Unreadable files need another user; see tests/unit/adapters/fs.");
}

const implementations: readonly (readonly [
  string,
  (entries: Readonly<Record<string, MemoryEntry>>) => Files,
])[] = [
  ["the work tree", onDisk],
  ["the twin in memory", memoryFiles],
];

describe.each(implementations)("%s", (_name, make) => {
  const refusal = async (files: Files, call: (files: Files) => Promise<unknown>) =>
    codes(await problemsOf(() => call(files)));

  it("reads the bytes of a file, empty ones too", async () => {
    const files = make({ "a/b.txt": "hällo\n", "a/empty": "" });
    expect(await files.read("a/b.txt")).toEqual(utf8("hällo\n"));
    expect(await files.read("a/empty")).toEqual(new Uint8Array());
  });

  it("reads up to the limit, and not a byte over it", async () => {
    const files = make({ a: "12345" });
    expect(await files.read("a", 5)).toHaveLength(5);
    expect(await refusal(files, (f) => f.read("a", 4))).toEqual(["FILE_TOO_LARGE"]);
  });

  it("says what is missing, or returns undefined when asked so", async () => {
    const files = make({ a: "x" });
    expect(await refusal(files, (f) => f.read("b"))).toEqual(["FILE_MISSING"]);
    expect(await refusal(files, (f) => f.read("no/such/folder"))).toEqual(["FILE_MISSING"]);
    expect(await files.readIfExists("b")).toBeUndefined();
    expect(await files.readIfExists("a")).toEqual(utf8("x"));
  });

  const hostile: readonly (readonly [
    what: string,
    entries: Readonly<Record<string, MemoryEntry>>,
    path: string,
    code: string,
  ])[] = [
    ["a symlink", { link: { symlink: "target" }, target: "x" }, "link", "FILE_SYMLINK"],
    ["a dangling symlink", { link: { symlink: "nowhere" } }, "link", "FILE_SYMLINK"],
    ["a symlink out of the tree", { link: { symlink: "/etc/hostname" } }, "link", "FILE_SYMLINK"],
    [
      "a file behind a linked folder",
      { folder: { symlink: "real" }, "real/a": "x" },
      "folder/a",
      "FILE_SYMLINK",
    ],
    [
      "a file behind a folder that leads out",
      { folder: { symlink: "/etc" } },
      "folder/hostname",
      "FILE_OUTSIDE",
    ],
    ["a hard link", { twin: { hardlinked: "x" } }, "twin", "FILE_HARDLINK"],
    ["a pipe, without waiting for a writer", { pipe: { pipe: true } }, "pipe", "FILE_NOT_REGULAR"],
    ["a folder", { "folder/a": "x" }, "folder", "FILE_NOT_REGULAR"],
    ["a path with ..", { a: "x" }, "b/../a", "FILE_OUTSIDE"],
    ["a path out of the tree", {}, "../outside", "FILE_OUTSIDE"],
    ["an absolute path", {}, "/etc/hostname", "FILE_OUTSIDE"],
    ["a path with a backslash", {}, "a\\b", "FILE_OUTSIDE"],
    ["a path with NUL", {}, "a\0b", "FILE_OUTSIDE"],
    ["no path", {}, "", "FILE_OUTSIDE"],
  ];
  it.each(hostile)("refuses %s, whatever is asked of it", async (_what, entries, path, code) => {
    const files = make(entries);
    expect(await refusal(files, (f) => f.read(path))).toEqual([code]);
    expect(await refusal(files, (f) => f.readIfExists(path))).toEqual([code]);
    expect(await refusal(files, (f) => f.digest(path))).toEqual([code]);
  });

  it("names the file in the refusal", async () => {
    const [found] = await problemsOf(() => make({ link: { symlink: "x" } }).read("link"));
    expect(found?.where).toEqual({ file: "link" });
  });

  it("digests a file of several chunks, with its first bytes", async () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, at) => at % 251);
    const found = await make({ big: bytes }).digest("big");
    expect(found).toEqual({ digest: digestOf(bytes), size: bytes.length, head: bytes.slice(0, 512) });
  });

  it("digests a file in parts: whole runs, a shorter last one, none of an empty file", async () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, at) => at % 251);
    const files = make({ big: bytes, even: "abcdef", empty: "" });
    const parts = [bytes.slice(0, 1_200_000), bytes.slice(1_200_000, 2_400_000), bytes.slice(2_400_000)];
    expect(await files.digestParts("big", 1_200_000)).toEqual(parts.map(digestOf));
    expect(await files.digestParts("even", 3)).toEqual([digestOf("abc"), digestOf("def")]);
    expect(await files.digestParts("empty", 3)).toEqual([]);
  });

  it("digests an empty file", async () => {
    expect(await make({ e: "" }).digest("e")).toEqual({
      digest: digestOf(""),
      size: 0,
      head: new Uint8Array(),
    });
  });

  it("lists everything below a folder, sorted by bytes, links not followed", async () => {
    const files = make({
      "m/b/x": "1",
      "m/a.txt": "22",
      "m/a/y": "333",
      "m/Ä": "4",
      "m/link": { symlink: "a" },
      "m/pipe": { pipe: true },
      "m/twin": { hardlinked: "x" },
      "n/z": "5",
    });
    const entries = await files.list("m");
    expect(entries.map(({ path, kind, links }) => [path, kind, links])).toEqual([
      ["m/a.txt", "file", 1],
      ["m/a/y", "file", 1],
      ["m/b/x", "file", 1],
      ["m/link", "symlink", 1],
      ["m/pipe", "other", 1],
      ["m/twin", "file", 2],
      ["m/Ä", "file", 1],
    ]);
    expect(entries.find(({ path }) => path === "m/a/y")?.size).toBe(3);
  });

  it("lists nothing below a folder that is not there", async () => {
    const files = make({ a: "x" });
    expect(await files.list("none")).toEqual([]);
    expect(await files.folders("none")).toEqual([]);
  });

  it("names the direct sub-folders, but no links to folders", async () => {
    const files = make({ "m/b/x": "1", "m/a/deep/y": "2", "m/file": "3", "m/link": { symlink: "a" } });
    expect(await files.folders("m")).toEqual(["a", "b"]);
  });

  it("writes new files and replaces old ones", async () => {
    const files = make({ "a/old": "old" });
    await files.write("a/old", "new");
    await files.write("b/c/fresh", utf8("fresh"));
    expect([await files.read("a/old"), await files.read("b/c/fresh")]).toEqual([utf8("new"), utf8("fresh")]);
    expect((await files.list("a")).map(({ path }) => path)).toEqual(["a/old"]);
  });

  it("swaps only what is as expected, and then every file", async () => {
    const files = make({ a: "old", b: "other" });
    const wanted = new Map([
      ["a", "new"],
      ["b", "newer"],
    ]);
    const swap = (expected: ReadonlyMap<string, Uint8Array | null>) => files.swap({ expected, wanted });
    for (const wrong of [utf8("OLD"), utf8("old and more"), utf8(""), null])
      expect(await swap(new Map([["a", wrong]]))).toBe(false);
    expect(await swap(new Map([["c", utf8("")]]))).toBe(false);
    expect([await files.read("a"), await files.read("b")]).toEqual([utf8("old"), utf8("other")]);
    expect(
      await swap(
        new Map<string, Uint8Array | null>([
          ["a", utf8("old")],
          ["c", null],
        ]),
      ),
    ).toBe(true);
    expect([await files.read("a"), await files.read("b")]).toEqual([utf8("new"), utf8("newer")]);
  });

  it("refuses to swap what it would not read", async () => {
    const files = make({ link: { symlink: "target" }, target: "x" });
    const change = { expected: new Map([["link", null]]), wanted: new Map([["target", "y"]]) };
    expect(await refusal(files, (f) => f.swap(change))).toEqual(["FILE_SYMLINK"]);
    expect(await files.read("target")).toEqual(utf8("x"));
  });

  it.each([
    ["over a symlink", { link: { symlink: "target" }, target: "x" }, "link", "FILE_SYMLINK"],
    ["through a linked folder", { folder: { symlink: "real" }, "real/a": "x" }, "folder/b", "FILE_SYMLINK"],
    ["through a folder that leads out", { folder: { symlink: "/tmp" } }, "folder/b", "FILE_OUTSIDE"],
    ["over a folder", { "folder/a": "x" }, "folder", "FILE_NOT_REGULAR"],
    ["out of the tree", {}, "../outside", "FILE_OUTSIDE"],
  ] as const)("refuses to write %s", async (_what, entries, path, code) => {
    const files = make(entries);
    const before = "target" in entries ? await files.read("target") : null;
    expect(await refusal(files, (f) => f.write(path, "evil"))).toEqual([code]);
    expect("target" in entries ? await files.read("target") : null).toEqual(before);
  });
});
