import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import type { CommitRequest } from "../../../../src/ports/git.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../../../support/git-repo.ts";

const open: GitRepo[] = [];
const folders: string[] = [];
afterEach(() => {
  open.splice(0).forEach((each) => each[Symbol.dispose]());
  folders.splice(0).forEach((each) => rmSync(each, { recursive: true, force: true }));
});

function repository(): GitRepo {
  const repo = gitRepo();
  open.push(repo);
  return repo;
}

function folder(): string {
  const path = temporaryFolder();
  folders.push(path);
  return path;
}

function request(parent: string, more: Partial<CommitRequest> = {}): CommitRequest {
  const change = new Map([["deployed.json", Buffer.from("{}\n")]]);
  return { branch: "promote/prod/m", parent, expected: null, change, message: "Promote m\n", ...more };
}

/** A `git` on the PATH that behaves badly for one verb, and well for all others. */
function brokenGit(verb: string, script: string): NodeJS.ProcessEnv {
  const bin = folder();
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  writeFileSync(
    join(bin, "git"),
    `#!/bin/sh\nif [ "$1" = ${verb} ]; then\n${script}\nfi\nexec ${real} "$@"\n`,
  );
  chmodSync(join(bin, "git"), 0o755);
  return { ...GIT_ENV, PATH: `${bin}${delimiter}${GIT_ENV["PATH"]}` };
}

describe("opening a repository", () => {
  test("outside of any repository", async () => {
    await expect(openGit(folder(), GIT_ENV)).rejects.toMatchObject({ code: "GIT_NOT_A_REPOSITORY" });
  });

  test("in a folder that is not there", async () => {
    await expect(openGit(join(folder(), "nowhere"), GIT_ENV)).rejects.toMatchObject({
      code: "GIT_NOT_A_REPOSITORY",
    });
  });

  test("without a git program", async () => {
    await expect(openGit(folder(), { ...GIT_ENV, PATH: folder() })).rejects.toMatchObject({
      code: "GIT_MISSING",
    });
  });

  test("in a bare repository, and inside .git", async () => {
    const bare = folder();
    execFileSync("git", ["init", "-q", "--bare", bare], { env: GIT_ENV });
    await expect(openGit(bare, GIT_ENV)).rejects.toMatchObject({ code: "GIT_BARE" });
    await expect(openGit(join(repository().root, ".git"), GIT_ENV)).rejects.toMatchObject({
      code: "GIT_BARE",
    });
  });

  test("in a repository of another user", async () => {
    const env = { ...GIT_ENV, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };
    await expect(openGit(repository().root, env)).rejects.toMatchObject({ code: "GIT_UNSAFE_OWNERSHIP" });
  });

  test("from a subfolder finds the root", async () => {
    const repo = repository();
    repo.commit({ "a/b/c": "1" });
    expect((await openGit(join(repo.root, "a/b"), GIT_ENV)).root).toBe(repo.root);
  });

  test("every refusal says how to mend it", async () => {
    const refusal = await openGit(folder(), GIT_ENV).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ exitCode: 2, problems: [{ fix: expect.stringContaining("git init") }] });
  });
});

describe("the state of the work tree", () => {
  test("names changed, staged, deleted and untracked files below the paths, also odd ones", async () => {
    const repo = repository();
    repo.commit({ "m/a": "1", "m/b": "1", "m/c": "1", x: "1" });
    repo.write("m/a", "2");
    repo.write("m/b", "2");
    repo.git("add", "m/b");
    rmSync(join(repo.root, "m/c"));
    repo.write("m/new\nline", "1");
    repo.write("x", "2");
    const git = await openGit(repo.root, GIT_ENV);
    expect(await git.dirty(["m"])).toEqual(["m/a", "m/b", "m/c", "m/new\nline"]);
    expect(await git.dirty(["m/a", "x"])).toEqual(["m/a", "x"]);
    expect(await git.dirty(["nothing"])).toEqual([]);
  });

  test("a detached head has no branch", async () => {
    const repo = repository();
    const commit = repo.commit({ a: "1" });
    repo.git("checkout", "-q", "--detach");
    expect(await (await openGit(repo.root, GIT_ENV)).head()).toEqual({ commit, branch: null });
  });

  test("a shallow clone is told apart and gives no history", async () => {
    const repo = repository();
    repo.commit({ a: "1" });
    repo.commit({ a: "2" });
    const clone = join(folder(), "clone");
    execFileSync("git", ["clone", "-q", "--depth", "1", pathToFileURL(repo.root).href, clone], {
      env: GIT_ENV,
    });
    const git = await openGit(clone, GIT_ENV);
    expect(await git.isShallow()).toBe(true);
    await expect(git.history("HEAD", "a")).rejects.toMatchObject({ code: "GIT_SHALLOW" });
  });

  test("a linked work tree is a repository like any other, and guards the branches of its siblings", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const linked = join(folder(), "linked");
    repo.git("worktree", "add", "-q", "-b", "promote/prod/m", linked);
    const git = await openGit(linked, GIT_ENV);
    expect(await git.head()).toEqual({ commit: base, branch: "promote/prod/m" });
    const main = await openGit(repo.root, GIT_ENV);
    await expect(main.commit(request(base, { expected: base }))).rejects.toMatchObject({
      code: "GIT_BRANCH_CHECKED_OUT",
    });
  });
});

describe("reading objects", () => {
  test("refuses symlinks and submodules, and lists them by mode", async () => {
    const repo = repository();
    const inner = repo.commit({ "m/a": "1" });
    symlinkSync("/etc/passwd", join(repo.root, "m/link"));
    repo.git("update-index", "--add", "--cacheinfo", `160000,${inner},m/sub`);
    repo.git("add", "m/link");
    repo.git("commit", "-q", "-m", "links");
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.show("HEAD", "m/link")).rejects.toMatchObject({ code: "GIT_NOT_A_FILE" });
    await expect(git.show("HEAD", "m/sub")).rejects.toMatchObject({ code: "GIT_NOT_A_FILE" });
    expect((await git.tree("HEAD", "m")).map(({ path, mode, size }) => [path, mode, size])).toEqual([
      ["m/a", "100644", 1],
      ["m/link", "120000", 11],
      ["m/sub", "160000", 0],
    ]);
  });

  test("does not follow a symlinked folder", async () => {
    const repo = repository();
    repo.commit({ "real/a": "1" });
    symlinkSync("real", join(repo.root, "m"));
    const head = repo.commit({});
    expect(await (await openGit(repo.root, GIT_ENV)).show(head, "m/a")).toBeUndefined();
  });

  test("finds a blob whose bytes were exchanged behind its id", async () => {
    const repo = repository();
    const head = repo.commit({ a: "true bytes" });
    const good = repo.git("rev-parse", "HEAD:a");
    const place = (id: string): string => join(repo.root, ".git/objects", id.slice(0, 2), id.slice(2));
    repo.write("b", "false byte");
    const other = repo.git("hash-object", "-w", "b");
    chmodSync(place(good), 0o644);
    cpSync(place(other), place(good));
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.show(head, "a")).rejects.toMatchObject({ code: "GIT_OBJECT_CORRUPT" });
  });

  test("a missing object is damage, not an absent file", async () => {
    const repo = repository();
    const head = repo.commit({ "m/a": "1" });
    for (const path of ["m/a", "m"]) {
      const id = repo.git("rev-parse", `HEAD:${path}`);
      rmSync(join(repo.root, ".git/objects", id.slice(0, 2), id.slice(2)));
      const git = await openGit(repo.root, GIT_ENV);
      await expect(git.show(head, "m/a")).rejects.toMatchObject({ code: "GIT_OBJECT_MISSING" });
    }
  });

  test("a truncated object is damage", async () => {
    const repo = repository();
    const head = repo.commit({ a: "some bytes that get lost" });
    const id = repo.git("rev-parse", "HEAD:a");
    const path = join(repo.root, ".git/objects", id.slice(0, 2), id.slice(2));
    chmodSync(path, 0o644);
    writeFileSync(path, readFileSync(path).subarray(0, 12));
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.show(head, "a")).rejects.toMatchObject({ code: "GIT_OBJECT_CORRUPT" });
  });

  test("does not obey replaced objects or grafts", async () => {
    const repo = repository();
    const [first, second, third] = [
      repo.commit({ a: "1" }),
      repo.commit({ a: "2" }),
      repo.commit({ a: "3" }),
    ];
    repo.git("replace", second, first);
    repo.write(".git/info/grafts", `${third}\n`);
    const git = await openGit(repo.root, GIT_ENV);
    expect(Buffer.from((await git.show(second, "a"))!).toString()).toBe("2");
    expect(await git.history("HEAD", "a")).toEqual([third, second, first]);
  });

  test("drains what is larger than the limit and goes on reading", async () => {
    const repo = repository();
    const head = repo.commit({ big: Buffer.alloc(64 * 1024 * 1024 + 1), small: "1" });
    const git = await openGit(repo.root, GIT_ENV);
    const [big, small] = [git.show(head, "big").catch((error: unknown) => error), git.show(head, "small")];
    expect(await big).toMatchObject({ code: "GIT_TOO_LARGE" });
    expect(Buffer.from((await small)!).toString()).toBe("1");
  });

  test("reads many files at once, each with its own bytes", async () => {
    const repo = repository();
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`f/${n}`, `${n}\n`.repeat(n * 7)]),
    );
    const head = repo.commit(files);
    const git = await openGit(repo.root, GIT_ENV);
    const read = await Promise.all(
      Object.keys(files).map(
        async (path) => [path, Buffer.from((await git.show(head, path))!).toString()] as const,
      ),
    );
    expect(Object.fromEntries(read)).toEqual(files);
  });

  test("a reader that dies says so, and the next question starts another", async () => {
    const repo = repository();
    const head = repo.commit({ a: "1" });
    const flag = join(folder(), "died");
    const git = await openGit(
      repo.root,
      brokenGit("cat-file", `if [ ! -e ${flag} ]; then touch ${flag}; read question; kill -9 $$; fi`),
    );
    await expect(git.show(head, "a")).rejects.toMatchObject({ code: "GIT_INTERRUPTED" });
    expect(Buffer.from((await git.show(head, "a"))!).toString()).toBe("1");
  });

  test("a tree of trees that names more than a million paths is not walked to its end", async () => {
    const repo = repository();
    let tree = repo.git("rev-parse", `${repo.commit({ a: "1" })}^{tree}`);
    for (let level = 0; level < 7; level += 1) {
      const entries = Array.from({ length: 10 }, (_each, n) => `040000 tree ${tree}\td${n}\n`);
      const options = { cwd: repo.root, env: GIT_ENV, input: entries.join(""), encoding: "utf8" } as const;
      tree = spawnSync("git", ["mktree"], options).stdout.trim();
    }
    const bomb = repo.git("commit-tree", tree, "-m", "bomb");
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.paths(bomb, "")).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    expect(await git.paths(bomb, "d0/d0/d0/d0/d0/d0/d0")).toEqual(["d0/d0/d0/d0/d0/d0/d0/a"]);
  });

  test("an idle reader does not keep the process alive", () => {
    const repo = repository();
    repo.commit({ a: "1" });
    const module = pathToFileURL(join(process.cwd(), "src/adapters/git/open.ts")).href;
    const script = `const { openGit } = await import(${JSON.stringify(module)}); const git = await openGit(${JSON.stringify(repo.root)}); await git.show("HEAD", "a"); console.log("read");`;
    const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      env: GIT_ENV,
      encoding: "utf8",
      timeout: 30_000,
    });
    expect([ended.status, ended.stdout]).toEqual([0, "read\n"]);
  });
});

describe("writing", () => {
  test("leaves work tree, index and an own change alone", async () => {
    const repo = repository();
    const base = repo.commit({ "deployed.json": "old", a: "1" });
    repo.write("a", "mine");
    repo.git("add", "a");
    repo.write("untracked", "u");
    const before = [
      repo.git("status", "--porcelain"),
      readFileSync(join(repo.root, ".git/index")).toString("hex"),
      readFileSync(join(repo.root, "deployed.json"), "utf8"),
    ];
    const git = await openGit(repo.root, GIT_ENV);
    const { commit } = await git.commit(request(base));
    expect(repo.git("show", `${commit}:a`)).toBe("1");
    expect([
      repo.git("status", "--porcelain"),
      readFileSync(join(repo.root, ".git/index")).toString("hex"),
      readFileSync(join(repo.root, "deployed.json"), "utf8"),
    ]).toEqual(before);
    expect(repo.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  test("writes bytes as they are, whatever attributes say", async () => {
    const repo = repository();
    const base = repo.commit({ ".gitattributes": "* text=auto eol=crlf ident\n" });
    const git = await openGit(repo.root, GIT_ENV);
    const bytes = Buffer.from("a\r\nb\n$Id$\0\xff", "latin1");
    const { commit } = await git.commit(request(base, { change: new Map([["x", bytes]]) }));
    expect(Buffer.from((await git.show(commit, "x"))!).equals(bytes)).toBe(true);
  });

  test("says which branch stands in the way", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    repo.git("branch", "promote/prod");
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.commit(request(base))).rejects.toMatchObject({
      code: "GIT_BRANCH_BLOCKED",
      message: expect.stringContaining("refs/heads/promote/prod'"),
    });
    repo.git("branch", "-m", "promote/prod", "promote/prod/m/deeper");
    await expect(git.commit(request(base))).rejects.toMatchObject({ code: "GIT_BRANCH_BLOCKED" });
  });

  test("says which lock file is in the way", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    repo.write(".git/refs/heads/promote/prod/m.lock", "");
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.commit(request(base))).rejects.toMatchObject({
      code: "GIT_LOCKED",
      message: expect.stringContaining("m.lock"),
    });
  });

  test("needs somebody who commits", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const { GIT_COMMITTER_EMAIL: _email, GIT_COMMITTER_NAME: _name, ...env } = GIT_ENV;
    const git = await openGit(repo.root, env);
    await expect(git.identity()).rejects.toMatchObject({ code: "GIT_NO_IDENTITY" });
    await expect(git.commit(request(base))).rejects.toMatchObject({ code: "GIT_NO_IDENTITY" });
    expect(await git.branches("promote/")).toEqual([]);
  });

  test.each([
    ["objects", "hash-object", "error: unable to write file: No space left on device", "GIT_NO_SPACE"],
    ["the tree", "write-tree", "fatal: unable to write tree: Disk quota exceeded", "GIT_NO_SPACE"],
    [
      "the branch",
      "update-ref",
      "fatal: cannot lock ref 'x': Unable to create '/r/.git/x.lock': Read-only file system",
      "GIT_READ_ONLY",
    ],
    [
      "the commit",
      "commit-tree",
      "error: insufficient permission for adding an object to repository database .git/objects",
      "GIT_READ_ONLY",
    ],
    ["anything", "read-tree", "fatal: something new\u001b[31m", "GIT_FAILED"],
  ])("a failure to write %s is told apart, and the branch stays away", async (_what, verb, says, code) => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const git = await openGit(
      repo.root,
      brokenGit(verb, `cat >/dev/null; printf '%s\\n' "${says}" >&2; exit 128`),
    );
    const refusal = await git.commit(request(base)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code });
    expect((refusal as Error).message).not.toContain("\u001b");
    expect(repo.git("branch", "--list", "promote/*")).toBe("");
  });

  test("a signal to git is told apart", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const git = await openGit(repo.root, brokenGit("update-ref", "kill -INT $$"));
    await expect(git.commit(request(base))).rejects.toMatchObject({ code: "GIT_INTERRUPTED" });
    expect(repo.git("branch", "--list", "promote/*")).toBe("");
  });

  test("leaves no temporary index behind, also when it fails", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const [tmp, broken] = [folder(), brokenGit("write-tree", "exit 1")];
    const saved = process.env["TMPDIR"];
    process.env["TMPDIR"] = tmp;
    try {
      const git = await openGit(repo.root, broken);
      await expect(git.commit(request(base))).rejects.toMatchObject({ code: "GIT_FAILED" });
      await (await openGit(repo.root, GIT_ENV)).commit(request(base));
    } finally {
      if (saved === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = saved;
    }
    expect(readdirSync(tmp)).toEqual([]);
  });
});

describe("signing", () => {
  test("signs with SSH when git is set up to, and the signature verifies", async () => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    const key = join(folder(), "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", key]);
    writeFileSync(`${key}.allowed`, `ada@example.org ${readFileSync(`${key}.pub`, "utf8")}`);
    repo.git("config", "gpg.format", "ssh");
    repo.git("config", "user.signingkey", key);
    repo.git("config", "gpg.ssh.allowedSignersFile", `${key}.allowed`);
    const git = await openGit(repo.root, GIT_ENV);
    const { commit, signed } = await git.commit(request(base));
    expect(signed).toBe(true);
    expect((await git.facts(commit)).signed).toBe(true);
    expect(() => repo.git("verify-commit", commit)).not.toThrow();
    repo.git("config", "commit.gpgsign", "false");
    expect((await git.commit(request(base, { branch: "promote/prod/n" }))).signed).toBe(false);
  });

  test.each([
    ["a key that is not there", { "gpg.format": "ssh", "user.signingkey": "/nowhere/key" }],
    ["no key", { "gpg.format": "ssh", "commit.gpgsign": "true" }],
    ["a key that is an option", { "gpg.format": "ssh", "user.signingkey": "-oProxyCommand=touch" }],
    ["an OpenPGP key that is not there", { "user.signingkey": "0123456789ABCDEF" }],
  ])("never writes unsigned when it should sign: %s", async (_what, config) => {
    const repo = repository();
    const base = repo.commit({ a: "1" });
    for (const [name, value] of Object.entries(config)) repo.git("config", name, value);
    const git = await openGit(repo.root, { ...GIT_ENV, HOME: folder() });
    await expect(git.commit(request(base))).rejects.toMatchObject({ code: "GIT_SIGNING_FAILED" });
    expect(existsSync(join(repo.root, ".git/refs/heads/promote"))).toBe(false);
  });
});

test("a full disk: the branch is not moved, and nothing is torn", async () => {
  using disk = tinyDisk();
  using repo = gitRepo(disk.folder);
  const base = repo.commit({ "deployed.json": "old" });
  const git = await openGit(repo.root, disk.env);
  const change = new Map([["big", noise(4 * 1024 * 1024)]]);
  await expect(git.commit(request(base, { change }))).rejects.toMatchObject({ code: "GIT_NO_SPACE" });
  expect(repo.git("branch", "--list")).toBe("* main");
  expect(repo.git("fsck", "--strict", "--no-dangling")).toBe("");
});

/** A disk of 2 MiB where one can be mounted; elsewhere a git that meets a full disk. */
function tinyDisk(): Disposable & { folder: string; env: NodeJS.ProcessEnv } {
  const mount = folder();
  const inside = join(mount, "repo");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", mount]).status === 0;
  mkdirSync(inside);
  const full = "cat >/dev/null; echo 'error: unable to write file: No space left on device' >&2; exit 128";
  return {
    folder: inside,
    env: mounted ? GIT_ENV : brokenGit("hash-object", full),
    [Symbol.dispose]: () => void (mounted && execFileSync("umount", ["-l", mount])),
  };
}

test("a repository that this user may not write to", async () => {
  const repo = repository();
  repo.commit({ a: "1" });
  const script = `
    const { openGit } = await import(${JSON.stringify(pathToFileURL(join(process.cwd(), "src/adapters/git/open.ts")).href)});
    const git = await openGit(${JSON.stringify(repo.root)});
    const code = (error) => error.code;
    console.log(await git.commit({ branch: "promote/prod/m", parent: "HEAD", expected: null, change: new Map([["x", Buffer.from("1")]]), message: "x" }).catch(code));
    console.log(await git.keep("a.md", "x").catch(code));`;
  chmodSync(repo.root, 0o755);
  execFileSync("chmod", ["-R", "a-w,a+rX", join(repo.root, ".git")]);
  const env = { ...GIT_ENV, GIT_CONFIG_GLOBAL: join(folder(), "config") };
  writeFileSync(env.GIT_CONFIG_GLOBAL, "[safe]\n\tdirectory = *\n");
  chmodSync(join(env.GIT_CONFIG_GLOBAL, ".."), 0o755);
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env,
    encoding: "utf8",
    ...nobody,
  });
  execFileSync("chmod", ["-R", "u+w", join(repo.root, ".git")]);
  expect([ended.stderr, ended.stdout]).toEqual(["", "GIT_READ_ONLY\nGIT_READ_ONLY\n"]);
});

/** Bytes that do not compress. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(Math.imul(state, state ^ 0x9e3779b9) >>> 0, at);
  }
  return bytes;
}
