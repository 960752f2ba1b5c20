import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFiles } from "../../../../src/adapters/fs/files.ts";
import { commitFiles } from "../../../../src/adapters/git/commit-files.ts";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { digestOf } from "../../../../src/domain/digest.ts";
import type { Files } from "../../../../src/ports/files.ts";
import type { Git } from "../../../../src/ports/git.ts";
import { GIT_ENV, gitRepo, type GitRepo } from "../../../support/git-repo.ts";

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();
const pointerTo = (content: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid ${digestOf(content)}\nsize ${content.length}\n`;

describe("the files of a commit", () => {
  let repo: GitRepo;
  let git: Git;
  let files: Files;

  beforeAll(async () => {
    repo = gitRepo();
    symlinkSync("a.txt", join(repo.root, "link"));
    const commit = repo.commit({
      "a.txt": "committed\n",
      "m/1.0.0/b.txt": "b",
      "m/1.1.0/deep/c.txt": "c",
      "m/readme": "r",
      "big.onnx": pointerTo("the real model"),
    });
    repo.commit({ "a.txt": "later\n", "m/2.0.0/x": "x" });
    repo.write("a.txt", "edited\n");
    git = await openGit(repo.root, GIT_ENV);
    files = commitFiles(git, commit, createFiles(repo.root));
  });
  afterAll(() => repo[Symbol.dispose]());

  it("are read, listed and digested from Git, whatever is checked out", async () => {
    expect(text(await files.read("a.txt"))).toBe("committed\n");
    expect(await files.digest("a.txt")).toEqual({
      digest: digestOf("committed\n"),
      size: 10,
      head: new Uint8Array(Buffer.from("committed\n")),
    });
    expect(await files.list("m")).toEqual([
      { path: "m/1.0.0/b.txt", kind: "file", size: 1, links: 1 },
      { path: "m/1.1.0/deep/c.txt", kind: "file", size: 1, links: 1 },
      { path: "m/readme", kind: "file", size: 1, links: 1 },
    ]);
    expect(await files.folders("m")).toEqual(["1.0.0", "1.1.0"]);
    expect(await files.list("nowhere")).toEqual([]);
    expect(await files.folders("nowhere")).toEqual([]);
  });

  it("are missing, links, folders and outside by the same codes as in a work tree", async () => {
    await expect(files.read("none")).rejects.toMatchObject({ code: "FILE_MISSING" });
    expect(await files.readIfExists("none")).toBeUndefined();
    await expect(files.read("link")).rejects.toMatchObject({ code: "FILE_NOT_REGULAR" });
    await expect(files.digest("m")).rejects.toMatchObject({ code: "FILE_NOT_REGULAR" });
    await expect(files.read("../a.txt")).rejects.toMatchObject({ code: "FILE_OUTSIDE" });
    await expect(files.read("a.txt", 3)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });

  it("cannot be written", async () => {
    await expect(files.write("a.txt", "x")).rejects.toMatchObject({ code: "FILE_READ_ONLY" });
  });

  it("behind a Git LFS pointer come from the work tree, only as the bytes that the pointer names", async () => {
    expect(text(await files.read("big.onnx"))).toBe(pointerTo("the real model"));
    repo.write("big.onnx", "the real model");
    expect(text(await files.read("big.onnx"))).toBe("the real model");
    expect((await files.digest("big.onnx")).digest).toBe(digestOf("the real model"));
    repo.write("big.onnx", "another model!");
    expect(text(await files.read("big.onnx"))).toBe(pointerTo("the real model"));
  });

  it("too large to come out of Git come from the work tree, only as the blob that the commit names", async () => {
    const large = Buffer.alloc(65 * 1024 * 1024, 7);
    const commit = repo.commit({ "large.bin": large });
    const now = commitFiles(git, commit, createFiles(repo.root));
    const limit = 100 * 1024 * 1024;
    expect(Buffer.from(await now.read("large.bin", limit)).equals(large)).toBe(true);
    large[3] = 8;
    repo.write("large.bin", large);
    await expect(now.read("large.bin", limit)).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    await expect(commitFiles(git, commit, null).read("large.bin", limit)).rejects.toMatchObject({
      code: "GIT_TOO_LARGE",
    });
  });
});
