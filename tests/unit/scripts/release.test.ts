import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { GIT_ENV, type GitRepo, gitRepo } from "../../support/git-repo.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

interface Release extends Disposable {
  readonly repo: GitRepo;
  run(script: string, version: string): { status: number | null; stderr: string };
  /** Refs of the remote, name -> commit. */
  remote(): Readonly<Record<string, string>>;
}

/** A clone with bundles and a remote to push to; `gh` is there and does nothing. */
function release(): Release {
  const repo = gitRepo();
  const beside = mkdtempSync(join(tmpdir(), "modelgate-release-"));
  const origin = join(beside, "origin.git");
  writeFileSync(join(beside, "gh"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(beside, "gh"), 0o755);
  execFileSync("git", ["init", "-q", "--bare", origin], { env: GIT_ENV });
  repo.commit({ "package.json": '{ "version": "1.2.3" }\n', ".gitignore": "dist/\n" });
  repo.git("remote", "add", "origin", origin);
  repo.git("push", "-q", "origin", "main");
  repo.write("dist/modelgate.js", "1\n");
  repo.write("actions/dist/check.js", "2\n");
  const env = { ...GIT_ENV, PATH: [beside, process.env["PATH"]].join(delimiter) };
  return {
    repo,
    run: (script, version) => {
      const path = join(ROOT, "scripts/release", script);
      const { status, stderr } = spawnSync(path, [version], { cwd: repo.root, env, encoding: "utf8" });
      return { status, stderr };
    },
    remote: () => {
      const format =
        "--format=%(refname:short) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)";
      const lines = execFileSync("git", ["-C", origin, "for-each-ref", format], {
        env: GIT_ENV,
        encoding: "utf8",
      });
      return Object.fromEntries(
        lines
          .trim()
          .split("\n")
          .map((line) => line.split(" ") as [string, string]),
      );
    },
    [Symbol.dispose]() {
      repo[Symbol.dispose]();
      rmSync(beside, { recursive: true, force: true });
    },
  };
}

describe("tag.sh", () => {
  it("puts the bundles onto the tag, on top of main, and onto no branch", () => {
    using made = release();
    const main = made.repo.git("rev-parse", "main");
    expect(made.run("tag.sh", "1.2.3").status).toBe(0);
    const { main: pushed, ...tags } = made.remote();
    expect(pushed).toBe(main);
    expect(Object.keys(tags)).toEqual(["v1.2.3"]);
    expect(made.repo.git("rev-parse", "v1.2.3^")).toBe(main);
    const added = made.repo.git("diff", "--name-status", main, "v1.2.3").split("\n");
    expect(added).toEqual(["A\tactions/dist/check.js", "A\tdist/modelgate.js"]);
  });

  it("never moves a tag that is there", () => {
    using made = release();
    made.repo.git("push", "-q", "origin", "main:refs/tags/v1.2.3");
    const before = made.remote();
    expect(made.run("tag.sh", "1.2.3").status).not.toBe(0);
    expect(made.remote()).toEqual(before);
  });

  it("refuses what was not merged", () => {
    using made = release();
    made.repo.git("checkout", "-q", "-b", "topic");
    made.repo.commit({ "src/index.ts": "evil\n" });
    const { status, stderr } = made.run("tag.sh", "1.2.3");
    expect([status, stderr]).toEqual([2, `${made.repo.git("rev-parse", "topic")} is not on main.\n`]);
    expect(Object.keys(made.remote())).toEqual(["main"]);
  });

  it("refuses what is no version, and another than package.json's", () => {
    using made = release();
    const before = made.remote();
    const wrong = ["1.2.4", "main", "1.2.3; touch evil", "$(touch evil)", "../1.2.3", ""];
    expect(wrong.map((version) => made.run("tag.sh", version).status)).toEqual(wrong.map(() => 2));
    expect(made.remote()).toEqual(before);
    expect(made.repo.git("status", "--porcelain")).not.toContain("evil");
  });
});

describe("move-tags.sh", () => {
  it("points v1 and v1.2 to the release's commit, also when they were elsewhere", () => {
    using made = release();
    made.repo.git("push", "-q", "origin", "main:refs/tags/v1");
    made.run("tag.sh", "1.2.3");
    expect(made.run("move-tags.sh", "1.2.3").status).toBe(0);
    const commit = made.repo.git("rev-parse", "v1.2.3^{commit}");
    expect(made.remote()).toMatchObject({ v1: commit, "v1.2": commit, "v1.2.3": commit });
  });

  it("moves nothing for a pre-release", () => {
    using made = release();
    const before = made.remote();
    expect(made.run("move-tags.sh", "1.2.3-rc.1").status).toBe(0);
    expect(made.remote()).toEqual(before);
  });
});

describe("the archive of a release, which every job downloads", () => {
  const git = (env: NodeJS.ProcessEnv, ...args: string[]): Buffer =>
    execFileSync("git", args, { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 2 ** 28 });

  it("holds bundles and their metadata, no models, tests or sources, in at most 5 MB", () => {
    const folder = mkdtempSync(join(tmpdir(), "modelgate-archive-"));
    try {
      const objects = git({}, "rev-parse", "--path-format=absolute", "--git-path", "objects")
        .toString()
        .trim();
      const env = {
        GIT_INDEX_FILE: join(folder, "index"),
        GIT_OBJECT_DIRECTORY: folder,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
      };
      git(env, "read-tree", "HEAD");
      git(env, "add", "--force", "dist", "actions/dist", ".gitattributes");
      const tree = git(env, "write-tree").toString().trim();
      expect(git(env, "archive", "--format=tar.gz", tree).length).toBeLessThanOrEqual(5_000_000);
      const names = execFileSync("tar", ["-t"], { input: git(env, "archive", tree), maxBuffer: 2 ** 24 });
      const top = new Set(
        names
          .toString()
          .trim()
          .split("\n")
          .map((name) => name.split("/")[0]),
      );
      const left = [
        "bench",
        "docs",
        "evidence",
        "models",
        "policies",
        "scripts",
        "src",
        "templates",
        "tests",
      ];
      expect(left.filter((name) => top.has(name))).toEqual([]);
      expect(["action.yml", "actions", "bin", "dist", "LICENSE"].filter((name) => !top.has(name))).toEqual(
        [],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
