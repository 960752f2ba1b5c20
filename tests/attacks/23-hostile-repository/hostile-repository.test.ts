import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
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

const OPTIONS = { now: NOW, text: "text" };
const folders: string[] = [];
const open: GitRepo[] = [];
afterEach(() => {
  open.splice(0).forEach((each) => each[Symbol.dispose]());
  folders.splice(0).forEach((each) => rmSync(each, { recursive: true, force: true }));
});

/** A repository whose configuration, hooks and attributes all try to run a program that leaves a mark. */
interface Trap {
  readonly repo: GitRepo;
  readonly folder: string;
  /** The trap's program ran. */
  readonly sprung: () => boolean;
}

const HOOKS = [
  "reference-transaction",
  "post-index-change",
  "pre-commit",
  "post-commit",
  "commit-msg",
  "pre-auto-gc",
  "post-checkout",
  "fsmonitor-watchman",
];

function trap(): Trap {
  const repo = gitRepo();
  open.push(repo);
  repo.commit({ ...START, "models/m/1.0.0/x.txt": "1\n" });
  const folder = temporaryFolder();
  folders.push(folder);
  const [mark, evil] = [join(folder, "mark"), join(folder, "evil")];
  writeFileSync(evil, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat\n`);
  chmodSync(evil, 0o755);
  for (const place of [join(folder, "hooks"), join(repo.root, ".git/hooks")]) {
    mkdirSync(place, { recursive: true });
    for (const hook of HOOKS) execFileSync("cp", [evil, join(place, hook)]);
  }
  writeFileSync(join(folder, "attributes"), "* filter=evil diff=evil\n");
  writeFileSync(
    join(repo.root, ".git/info/attributes"),
    "* diff=evil\ndeployed.json filter=e=vil\nmodels/** filter=plain\n",
  );
  for (const [key, value] of hostileConfig(folder, evil)) repo.git("config", "--add", key, value);
  return { repo, folder, sprung: () => existsSync(mark) };
}

function hostileConfig(folder: string, evil: string): [string, string][] {
  const run = `sh -c '${evil}'`;
  return [
    ["core.hooksPath", join(folder, "hooks")],
    ["core.fsmonitor", evil],
    ["core.attributesFile", join(folder, "attributes")],
    ["core.sshCommand", run],
    ["core.pager", run],
    ["core.editor", run],
    ["core.askPass", evil],
    ["diff.external", evil],
    ["diff.evil.command", evil],
    ["diff.evil.textconv", evil],
    ["filter.evil.clean", run],
    ["filter.evil.smudge", run],
    ["filter.evil.required", "true"],
    ["filter.plain.clean", run],
    ["filter.e=vil.clean", run],
    ["filter.e=vil.process", evil],
    ["gpg.program", evil],
    ["gpg.ssh.program", evil],
    ["gpg.openpgp.program", evil],
    ["gpg.ssh.defaultKeyCommand", evil],
    ["log.showSignature", "true"],
    ["credential.helper", `!${run}`],
    ["alias.rev-parse", `!${run}`],
    ["alias.cat-file", `!${run}`],
    ["interactive.diffFilter", run],
  ];
}

/** Everything that modelgate does with a repository. */
async function doEverything(root: string, env: NodeJS.ProcessEnv): Promise<void> {
  const git = await openGit(root, env);
  await readyBase(git);
  const ports = { git };
  const proposal = await proposeTransition(ports, await decide(git, request()), OPTIONS);
  await recordRefusal(ports, await decide(git, request({ version: "1.1.0" }), { outcome: "FAIL" }), OPTIONS);
  const { commit } = await git.head();
  expect(await refusedBefore(git, { model: "m" })).toHaveLength(1);
  expect(await git.changed(commit, proposal.commit)).toHaveLength(3);
  expect((await status(ports)).proposals).toMatchObject([{ state: "open" }]);
  expect(await live(ports, { model: "m", environment: "prod", at: null })).toMatchObject({
    slot: null,
    proven: 1,
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
    const { repo, folder, sprung } = trap();
    const evil = join(folder, "evil");
    using elsewhere = gitRepo();
    elsewhere.commit({ "deployed.json": "not this one" });
    const env = {
      ...GIT_ENV,
      GIT_DIR: join(elsewhere.root, ".git"),
      GIT_WORK_TREE: elsewhere.root,
      GIT_INDEX_FILE: join(folder, "index"),
      GIT_OBJECT_DIRECTORY: join(elsewhere.root, ".git/objects"),
      GIT_ALTERNATE_OBJECT_DIRECTORIES: join(elsewhere.root, ".git/objects"),
      GIT_NAMESPACE: "evil",
      GIT_EXTERNAL_DIFF: evil,
      GIT_SSH_COMMAND: evil,
      GIT_ASKPASS: evil,
      GIT_EDITOR: evil,
      GIT_PAGER: evil,
      GIT_PROXY_COMMAND: evil,
      GIT_EXEC_PATH: folder,
      GIT_TEMPLATE_DIR: folder,
      GIT_CONFIG: join(folder, "attributes"),
      GIT_CONFIG_PARAMETERS: `'core.hooksPath'='${join(folder, "hooks")}'`,
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: evil,
      GIT_CONFIG_KEY_1: "core.hooksPath",
      GIT_CONFIG_VALUE_1: join(folder, "hooks"),
      GIT_TRACE: join(folder, "trace"),
      GIT_AUTHOR_DATE: "2001-01-01T00:00:00Z",
    };
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

describe("hostile names", () => {
  const NAMES = [
    "-rf",
    "--upload-pack=evil",
    "$(touch mark)",
    "`touch mark`",
    "a\nb",
    "a\0b",
    "../../etc",
    "a;touch mark",
    "::set-output name=x::y",
    "x.lock",
    "a b",
    "\u202Eabc",
    "\u001b[31m",
  ];

  test.each(NAMES)("the model id %j reaches neither a branch nor a path", async (model) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const before = repo.git("for-each-ref");
    const hostile = await decide(git, request({ model }));
    await expect(proposeTransition({ git }, hostile, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NAME_INVALID",
    });
    const refused = await decide(git, request({ model }), { outcome: "FAIL" });
    await expect(recordRefusal({ git }, refused, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_NAME_INVALID",
    });
    expect(repo.git("for-each-ref")).toBe(before);
    expect(existsSync(join(repo.root, "mark"))).toBe(false);
  });

  test.each(NAMES)("the environment %j is not defined and reaches no branch", async (environment) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const hostile = await decide(git, request({ environment }));
    await expect(proposeTransition({ git }, hostile, OPTIONS)).rejects.toMatchObject({
      code: "LEDGER_ENVIRONMENT_UNKNOWN",
    });
    const refused = await decide(git, request({ environment }), { outcome: "FAIL" });
    const { commit } = await recordRefusal({ git }, refused, OPTIONS);
    const lines = repo.git("log", "-1", "--format=%B", commit).trim().split("\n");
    expect(
      lines.filter((line) => !/^(?:Refuse: |Reason: |Modelgate-[A-Z][A-Za-z-]+: |$)/.test(line)),
    ).toEqual([]);
    expect(repo.git("for-each-ref", "--format=%(refname)").split("\n")).toEqual([
      "refs/heads/main",
      "refs/modelgate/refusals",
    ]);
  });

  test.each([
    "-n",
    "--all",
    "HEAD; touch mark",
    "$(touch mark)",
    "HEAD\nHEAD",
    "@{-1}",
    ":/x",
    "HEAD^{/x}",
    "HEAD:deployed.json",
  ])("the revision %j names no commit or is refused, and runs nothing", async (revision) => {
    using repo = gitRepo();
    repo.commit(START);
    const git = await openGit(repo.root, GIT_ENV);
    const found = await git.resolve(revision).catch((error: { code: string }) => error.code);
    expect([undefined, "GIT_BAD_NAME"]).toContain(found);
    expect(existsSync(join(repo.root, "mark"))).toBe(false);
  });

  test("odd but legal file names come through as they are", async () => {
    using repo = gitRepo();
    const files = {
      "m/a b": "1",
      "m/-rf": "2",
      "m/$(x)": "3",
      "m/ü\u202E": "4",
      "m/*": "5",
      "m/:(top)x": "6",
    };
    const head = repo.commit(files);
    const git = await openGit(repo.root, GIT_ENV);
    expect((await git.tree(head, "m")).map(({ path }) => path).toSorted()).toEqual(
      Object.keys(files).toSorted(),
    );
    for (const [path, content] of Object.entries(files))
      expect(Buffer.from((await git.show(head, path))!).toString()).toBe(content);
    writeFileSync(join(repo.root, "m/*"), "changed");
    expect(await git.dirty(["m/*"])).toEqual(["m/*"]);
    expect(await git.dirty(["m/?"])).toEqual([]);
    expect(readFileSync(join(repo.root, "m/*"), "utf8")).toBe("changed");
  });
});
