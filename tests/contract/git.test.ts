import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../src/adapters/git/open.ts";
import { type RecordsRef, REFUSALS_REF } from "../../src/domain/records-ref.ts";
import type { CommitRequest, Git, RecordRequest } from "../../src/ports/git.ts";
import { GIT_ENV, gitRepo, type GitRepo } from "../support/git-repo.ts";
import { MemoryGit } from "../support/memory-git.ts";

/** What a use case may rely on, whichever way the repository is kept. */
interface Subject {
  readonly git: Git;
  readonly seed: (files: Readonly<Record<string, string>>, message?: string) => string;
}

const open: GitRepo[] = [];
afterEach(() => open.splice(0).forEach((repo) => repo[Symbol.dispose]()));

async function local(): Promise<Subject> {
  const repo = gitRepo();
  open.push(repo);
  return { git: await openGit(repo.root, GIT_ENV), seed: (files, message) => repo.commit(files, message) };
}

async function memory(): Promise<Subject> {
  const git = new MemoryGit();
  return { git, seed: (files, message) => git.seed(files, `${message ?? "change"}\n`) };
}

function request(parent: string, more: Partial<CommitRequest> = {}): CommitRequest {
  const change = new Map([["deployed.json", Buffer.from("{}\n")]]);
  return { branch: "promote/prod/m", parent, expected: null, change, message: "Promote m\n", ...more };
}

function record(
  after: string | null,
  { path = "evidence/m/1", ...more }: { path?: string; at?: Date } = {},
): RecordRequest {
  return {
    ref: REFUSALS_REF,
    after,
    files: new Map([[path, Buffer.from("{}\n")]]),
    message: "Refuse\n",
    ...more,
  };
}

describe.each([
  ["a local repository", local],
  ["the repository in memory", memory],
])("Git on %s", (_name, make) => {
  test("refuses to name the head of an empty repository", async () => {
    const { git } = await make();
    await expect(git.head()).rejects.toMatchObject({ code: "GIT_NO_COMMITS" });
  });

  test("names head and branch afresh at each call", async () => {
    const { git, seed } = await make();
    const first = seed({ a: "1" });
    expect(await git.head()).toEqual({ commit: first, branch: "main" });
    const second = seed({ a: "2" });
    expect(await git.head()).toEqual({ commit: second, branch: "main" });
  });

  test("resolves names to commits, and unknown names to nothing", async () => {
    const { git, seed } = await make();
    const commit = seed({ a: "1" });
    expect(await git.resolve("HEAD")).toBe(commit);
    expect(await git.resolve("main")).toBe(commit);
    expect(await git.resolve(commit)).toBe(commit);
    expect(await git.resolve("nowhere")).toBeUndefined();
  });

  test("tells what differs, with the modes before and after", async () => {
    const { git, seed } = await make();
    const base = seed({ "a/1": "1", "a/2": "2", b: "3" });
    const head = seed({ "a/2": "two", "c d/ü": "4" });
    expect(await git.diff(base, head)).toEqual([
      { path: "a/2", before: "100644", after: "100644" },
      { path: "c d/ü", before: null, after: "100644" },
    ]);
    expect(await git.diff(head, base)).toContainEqual({ path: "c d/ü", before: "100644", after: null });
    expect(await git.diff(head, head)).toEqual([]);
    await expect(git.diff("nowhere", head)).rejects.toMatchObject({ code: "GIT_UNKNOWN_REVISION" });
  });

  test("finds where a branch left another", async () => {
    const { git, seed } = await make();
    const fork = seed({ a: "1" });
    const { commit: side } = await git.commit(request(fork, { branch: "side/m" }));
    const main = seed({ a: "2" });
    expect(await git.mergeBase(main, side)).toBe(fork);
    expect(await git.mergeBase(fork, main)).toBe(fork);
    expect(await git.mergeBase(main, main)).toBe(main);
  });

  test("names the folders directly below a folder", async () => {
    const { git, seed } = await make();
    const commit = seed({ "m/b/1/x": "1", "m/a/x": "2", "m/file": "3", "n/x": "4" });
    expect(await git.folders(commit, "m")).toEqual(["a", "b"]);
    expect(await git.folders(commit, "none")).toEqual([]);
  });

  test.each(["-rf", "--output=/tmp/x", "a\nb", "HEAD\0x", ""])(
    "refuses the revision %j",
    async (revision) => {
      const { git, seed } = await make();
      seed({ a: "1" });
      await expect(git.resolve(revision)).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
    },
  );

  test("shows exact bytes of a file in a commit", async () => {
    const { git, seed } = await make();
    const first = seed({ "m/x.json": "1\r\n\0é" });
    seed({ "m/x.json": "2" });
    expect(Buffer.from((await git.show(first, "m/x.json"))!).toString()).toBe("1\r\n\0é");
    expect(await git.show(first, "m/y.json")).toBeUndefined();
    expect(await git.show(first, "m/x.json/z")).toBeUndefined();
    await expect(git.show(first, "m")).rejects.toMatchObject({ code: "GIT_NOT_A_FILE" });
    await expect(git.show("nowhere", "m/x.json")).rejects.toMatchObject({ code: "GIT_UNKNOWN_REVISION" });
  });

  test.each(["../x", "/etc/passwd", "a//b", ".git/config", "a/./b", "a\nb"])(
    "refuses the path %j",
    async (path) => {
      const { git, seed } = await make();
      const commit = seed({ a: "1" });
      await expect(git.show(commit, path)).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
      const change = new Map([[path, Buffer.from("x")]]);
      await expect(git.commit(request(commit, { change }))).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
    },
  );

  test("lists the files below a folder, not those of a folder with a longer name", async () => {
    const { git, seed } = await make();
    const commit = seed({ "m/a": "1", "m/b/c": "22", "mm/d": "3", e: "" });
    const listed = await git.tree(commit, "m");
    expect(listed.map(({ path, mode, size }) => [path, mode, size])).toEqual([
      ["m/a", "100644", 1],
      ["m/b/c", "100644", 2],
    ]);
    expect(listed[0]?.blob).toBe("56a6051ca2b02b04ef92d5150c9ef600403cb1de");
    expect((await git.tree(commit, "")).map(({ path }) => path)).toEqual(["e", "m/a", "m/b/c", "mm/d"]);
    expect(await git.tree(commit, "nothing")).toEqual([]);
  });

  test("names the same paths without looking at the files", async () => {
    const { git, seed } = await make();
    const files = { "m/a": "1", "m/b/c": "22", "m/b.x": "3", "m/b0": "4", "mm/d": "3", e: "" };
    const commit = seed(files);
    for (const folder of ["", "m", "m/b", "nothing", "e"]) {
      const listed = await git.tree(commit, folder);
      expect(await git.paths(commit, folder)).toEqual(listed.map(({ path }) => path));
    }
    expect(await git.paths(commit, "m")).toEqual(["m/a", "m/b.x", "m/b/c", "m/b0"]);
    await expect(git.paths(commit, "../x")).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
    await expect(git.paths("nowhere", "m")).rejects.toMatchObject({ code: "GIT_UNKNOWN_REVISION" });
  });

  test("names the paths that differ between two commits", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1", b: "1" });
    const head = seed({ b: "2", "c/d": "1" });
    expect(await git.changed(base, head)).toEqual(["b", "c/d"]);
    expect(await git.changed(head, head)).toEqual([]);
  });

  test("gives the history of a path, newest first", async () => {
    const { git, seed } = await make();
    const first = seed({ a: "1" });
    seed({ b: "1" });
    const third = seed({ a: "2" });
    expect(await git.history("HEAD", "a")).toEqual([third, first]);
    expect(await git.history(first, "b")).toEqual([]);
  });

  test("gives parents, author and message of a commit", async () => {
    const { git, seed } = await make();
    const first = seed({ a: "1" });
    const second = seed({ a: "2" }, "a subject\n\na body");
    const facts = await git.facts(second);
    expect(facts).toMatchObject({
      commit: second,
      parents: [first],
      author: "Ada <ada@example.org>",
      message: "a subject\n\na body\n",
    });
    expect(facts.committedAt).toBeInstanceOf(Date);
    expect((await git.facts(second)).message).toBe("a subject\n\na body\n");
  });

  test("commits on a new branch and leaves the base branch alone", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1", "deployed.json": "old" });
    const at = new Date("2026-11-20T10:00:00.700Z");
    const made = await git.commit(
      request(base, {
        change: new Map([
          ["deployed.json", Buffer.from("new")],
          ["a", null],
          ["e/f", Buffer.from("x")],
        ]),
        at,
      }),
    );
    expect(made.signed).toBe(false);
    expect(await git.resolve("promote/prod/m")).toBe(made.commit);
    expect(await git.head()).toEqual({ commit: base, branch: "main" });
    expect((await git.tree(made.commit, "")).map(({ path }) => path)).toEqual(["deployed.json", "e/f"]);
    expect(await git.facts(made.commit)).toMatchObject({
      parents: [base],
      message: "Promote m\n",
      committedAt: new Date("2026-11-20T10:00:00Z"),
    });
    expect(await git.branches("promote/")).toEqual([{ name: "promote/prod/m", commit: made.commit }]);
    expect(await git.isAncestor(base, made.commit)).toBe(true);
    expect(await git.isAncestor(made.commit, base)).toBe(false);
  });

  test("lets one of two writers win and tells the other, in both ways to lose", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    const won = await git.commit(request(base));
    await expect(git.commit(request(base, { message: "late\n" }))).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    await expect(git.commit(request(base, { expected: base, message: "stale\n" }))).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    expect(await git.resolve("promote/prod/m")).toBe(won.commit);
    const next = await git.commit(request(won.commit, { expected: won.commit, message: "next\n" }));
    expect(await git.resolve("promote/prod/m")).toBe(next.commit);
  });

  test("refuses to move a branch that is gone", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    await expect(git.commit(request(base, { expected: base }))).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    expect(await git.resolve("promote/prod/m")).toBeUndefined();
  });

  test("refuses to move the branch that is checked out", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    await expect(git.commit(request(base, { branch: "main", expected: base }))).rejects.toMatchObject({
      code: "GIT_BRANCH_CHECKED_OUT",
    });
  });

  test.each(["-rf", "a b", "$(touch x)", "a\nb", "a..b", "x/.hidden", "HEAD~1", "a:b", "../up"])(
    "refuses the branch %j",
    async (branch) => {
      const { git, seed } = await make();
      const base = seed({ a: "1" });
      await expect(git.commit(request(base, { branch }))).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
    },
  );

  test("appends records to a ref of their own, which is no branch and holds nothing else", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    expect(await git.resolve(REFUSALS_REF)).toBeUndefined();
    const at = new Date("2026-11-20T10:00:00Z");
    const first = await git.append(record(null, { at }));
    const second = await git.append(record(first.commit, { path: "evidence/m/2", at }));
    expect(await git.resolve(REFUSALS_REF)).toBe(second.commit);
    expect((await git.facts(first.commit)).parents).toEqual([]);
    expect(await git.facts(second.commit)).toMatchObject({
      parents: [first.commit],
      message: "Refuse\n",
      committedAt: at,
    });
    expect(await git.paths(second.commit, "")).toEqual(["evidence/m/1", "evidence/m/2"]);
    expect(await git.history(second.commit, "evidence/m")).toEqual([second.commit, first.commit]);
    expect(await git.branches("modelgate/")).toEqual([]);
    expect(await git.head()).toEqual({ commit: base, branch: "main" });
    expect(await git.dirty([])).toEqual([]);
  });

  test("lets one of two records be the next, and tells the other", async () => {
    const { git, seed } = await make();
    seed({ a: "1" });
    const first = await git.append(record(null));
    await expect(git.append(record(null, { path: "evidence/m/2" }))).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    const second = await git.append(record(first.commit, { path: "evidence/m/2" }));
    await expect(git.append(record(first.commit, { path: "evidence/m/3" }))).rejects.toMatchObject({
      code: "GIT_RACE_LOST",
    });
    expect(await git.resolve(REFUSALS_REF)).toBe(second.commit);
  });

  test.each([
    "refs/heads/main",
    "refs/modelgate/",
    "refs/modelgate/../heads/main",
    "refs/modelgate/a b",
    "main",
  ])("appends nothing to %j", async (ref) => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    await expect(git.append({ ...record(null), ref: ref as RecordsRef })).rejects.toMatchObject({
      code: "GIT_BAD_NAME",
    });
    expect(await git.head()).toEqual({ commit: base, branch: "main" });
  });

  test("keeps a note outside of every commit", async () => {
    const { git, seed } = await make();
    const base = seed({ a: "1" });
    expect(await git.keep("promote/prod/m.md", "# text\n")).toMatch(
      /\.git\/modelgate\/promote\/prod\/m\.md$/,
    );
    expect(await git.dirty(["a"])).toEqual([]);
    expect(await git.head()).toEqual({ commit: base, branch: "main" });
    await expect(git.keep("../evil", "x")).rejects.toMatchObject({ code: "GIT_BAD_NAME" });
  });

  test("says who commits", async () => {
    const { git } = await make();
    expect(await git.identity()).toEqual({ name: "Ada", email: "ada@example.org" });
  });
});
