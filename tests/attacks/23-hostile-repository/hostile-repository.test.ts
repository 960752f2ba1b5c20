import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { proposeTransition } from "../../../src/usecases/transition/propose.ts";
import { refusedBefore } from "../../../src/usecases/refusals/earlier.ts";
import { recordRefusal } from "../../../src/usecases/transition/refusals.ts";
import { live } from "../../../src/usecases/live.ts";
import { status } from "../../../src/usecases/status.ts";
import { readyBase } from "../../../src/usecases/transition/base.ts";
import { decide, NOW, request, START } from "../../support/decisions.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../../support/git-repo.ts";
import { hostileEnvironment, setTrap } from "../../support/trap.ts";

const OPTIONS = { now: NOW, text: "text" };
const folders: string[] = [];
const open: GitRepo[] = [];
afterEach(() => {
  open.splice(0).forEach((each) => each[Symbol.dispose]());
  folders.splice(0).forEach((each) => rmSync(each, { recursive: true, force: true }));
});

/** A repository that is a trap. */
function trap() {
  const repo = gitRepo();
  open.push(repo);
  repo.commit({ ...START, "models/m/1.0.0/x.txt": "1\n" });
  const folder = temporaryFolder();
  folders.push(folder);
  return { repo, ...setTrap(repo.root, folder) };
}

/** Everything that modelgate does with a repository. */
async function doEverything(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const git = await openGit(root, env);
  await readyBase(git, "PROMOTE_TO_SHADOW");
  const ports = { git };
  const proposal = await proposeTransition(ports, await decide(git, request()), OPTIONS);
  await recordRefusal(ports, await decide(git, request({ version: "1.1.0" }), { outcome: "FAIL" }), OPTIONS);
  const { commit } = await git.head();
  expect((await refusedBefore(git, { model: "m" })).refusals).toHaveLength(1);
  expect(await git.changed(commit, proposal.commit)).toHaveLength(3);
  expect((await status(ports)).proposals).toMatchObject([{ state: "open" }]);
  expect(await live(ports, { model: "m", environment: "prod", at: null })).toMatchObject({
    slot: null,
    proven: 0,
  });
  await git.identity();
}

/** Makes git look at the content again, although nothing changed: that is when clean filters run. */
function touch(repo: GitRepo): void {
  utimesSync(join(repo.root, "models/m/1.0.0/x.txt"), 1, 1);
  utimesSync(join(repo.root, "deployed.json"), 1, 1);
}

describe("a hostile repository", () => {
  test("the trap bites a plain git, so that the next tests mean something", () => {
    const { repo, sprung } = trap();
    touch(repo);
    spawnSync("git", ["status", "--porcelain"], { cwd: repo.root, env: GIT_ENV });
    expect(sprung()).toBe(true);
  });

  test("runs none of its programs", async () => {
    const { repo, sprung } = trap();
    touch(repo);
    await doEverything(repo.root, GIT_ENV);
    expect(sprung()).toBe(false);
  });

  test("signs with the user's program, not with the repository's", async () => {
    const { repo, folder, sprung } = trap();
    const key = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    repo.git("config", "gpg.format", "ssh");
    repo.git("config", "user.signingkey", key);
    const git = await openGit(repo.root, GIT_ENV);
    const proposal = await proposeTransition({ git }, await decide(git, request()), OPTIONS);
    expect(proposal.signed).toBe(true);
    const raw = spawnSync("git", ["cat-file", "commit", proposal.commit], {
      cwd: repo.root,
      env: GIT_ENV,
      encoding: "utf8",
    }).stdout;
    expect(raw).toContain("-----BEGIN SSH SIGNATURE-----");
    expect(sprung()).toBe(false);
  });

  test("with OpenPGP, an evil gpg.program of the repository is not even asked", async () => {
    const { repo, folder, sprung } = trap();
    repo.git("config", "commit.gpgsign", "true");
    const git = await openGit(repo.root, { ...GIT_ENV, HOME: folder, GNUPGHOME: folder });
    await expect(proposeTransition({ git }, await decide(git, request()), OPTIONS)).rejects.toMatchObject({
      code: "GIT_SIGNING_FAILED",
    });
    expect(sprung()).toBe(false);
    expect(repo.git("for-each-ref", "refs/heads/promote")).toBe("");
  });

  test("fetches nothing when an object is missing from a partial clone", async () => {
    const { repo, folder, sprung } = trap();
    repo.git("config", "extensions.partialClone", "origin");
    repo.git("config", "core.repositoryFormatVersion", "1");
    repo.git("config", "remote.origin.promisor", "true");
    repo.git("config", "remote.origin.url", `ext::${join(folder, "evil")} %S`);
    repo.git("config", "protocol.ext.allow", "always");
    const id = repo.git("rev-parse", "HEAD:deployed.json");
    rmSync(join(repo.root, ".git/objects", id.slice(0, 2), id.slice(2)));
    const git = await openGit(repo.root, GIT_ENV);
    await expect(git.show("HEAD", "deployed.json")).rejects.toMatchObject({
      code: expect.stringMatching(/^GIT_OBJECT_|^GIT_FAILED/),
    });
    expect(sprung()).toBe(false);
  });

  test("is not led elsewhere by the environment", async () => {
    const { repo, ...set } = trap();
    const { folder, sprung } = set;
    using elsewhere = gitRepo();
    elsewhere.commit({ "deployed.json": "not this one" });
    const env = { ...GIT_ENV, ...hostileEnvironment(set, elsewhere.root) };
    touch(repo);
    await doEverything(repo.root, env);
    expect([sprung(), existsSync(join(folder, "trace")), existsSync(join(folder, "index"))]).toEqual([
      false,
      false,
      false,
    ]);
    expect(elsewhere.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    expect(repo.git("log", "-1", "--format=%at", "promote/prod/m")).toBe(String(NOW.getTime() / 1000));
  });

  test("the verdict on the tree is the same as in a clean repository with the same commits", async () => {
    const { repo } = trap();
    const clean = join(repo.root, "..", `${repo.root.split("/").at(-1)}-clean`);
    folders.push(clean);
    execFileSync("git", ["clone", "-q", "--no-local", repo.root, clean], { env: GIT_ENV });
    const [hostile, honest] = [await openGit(repo.root, GIT_ENV), await openGit(clean, GIT_ENV)];
    expect(await hostile.tree("HEAD", "")).toEqual(await honest.tree("HEAD", ""));
    expect(await status({ git: hostile })).toEqual(await status({ git: honest }));
  });
});
