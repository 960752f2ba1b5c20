import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { packPath } from "../../support/check-scene.ts";
import { nextPolicy } from "../../support/governed-commits.ts";
import { GIT_ENV, gitRepo, type GitRepo, temporaryFolder } from "../../support/git-repo.ts";
import { keyPair } from "../../support/oms.ts";
import { hostileEnvironment, setTrap, type Trap } from "../../support/trap.ts";

/**
 * Attack 23, through the command line: each verb says on a repository that is a trap, in an environment that leads elsewhere,
 * exactly what it says on a clean copy; and no program of the trap runs.
 */
const CLI = resolve(import.meta.dirname, "../../../bin/modelgate.js");
const run = promisify(execFile);

let scene: AuditScene;
let elsewhere: GitRepo;
let set: Trap;
let folder: string;
let clean: string;
let pack: string;

beforeAll(async () => {
  scene = await auditScene();
  await scene.promote({});
  pack = packPath(scene.check);
  const [[path, text] = ["", ""]] = Object.entries(nextPolicy(scene));
  const asking = "requires: { approvals: { at_least: 1, role: release-manager } }\n";
  scene.commit({ [path]: `${text}${asking}` }, "approvals");
  await scene.check.propose({ environment: "staging" }, { enforcedElsewhere: ["approvals"] });
  scene.git("config", "user.signingkey", scene.ada.path);
  folder = temporaryFolder();
  clean = join(folder, "clean");
  cpSync(scene.root, clean, { recursive: true });
  elsewhere = gitRepo();
  elsewhere.commit({ "deployed.json": "not this one" });
  const pem = keyPair().privateKey.export({ type: "pkcs8", format: "pem" });
  writeFileSync(join(folder, "oms.pem"), pem);
  execFileSync("mkdir", [join(folder, "trap")]);
  set = setTrap(scene.root, join(folder, "trap"));
});
afterAll(() => {
  for (const each of [scene, elsewhere]) each[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function modelgate(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const options = { cwd, env: { ...GIT_ENV, ...env, NO_COLOR: "1" } };
  try {
    return { exit: 0, ...(await run(process.execPath, [CLI, ...args], options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, stdout, stderr };
  }
}

/** What a verb says in the trap and in the clean copy, times and random names taken out. */
async function both(args: readonly string[]): Promise<readonly [Said, Said]> {
  for (const file of ["deployed.json", "models/flight-delay/1.0.0/manifest.json"])
    utimesSync(join(scene.root, file), 1, 1);
  const [hostile, honest] = await Promise.all([
    modelgate(scene.root, args, hostileEnvironment(set, elsewhere.root)),
    modelgate(clean, args, {}),
  ]);
  return [plain(hostile), plain(honest)];
}

const plain = ({ exit, stdout, stderr }: Said): Said => {
  const out = (text: string): string =>
    text
      .replaceAll(scene.root, "ROOT")
      .replaceAll(clean, "ROOT")
      .replaceAll(/\d{8}T\d{6}Z_[0-9a-f]{8}/g, "RUN");
  return { exit, stdout: out(stdout), stderr: out(stderr) };
};

const untouched = (): void => {
  expect([
    set.sprung(),
    existsSync(join(set.folder, "trace")),
    existsSync(join(set.folder, "index")),
  ]).toEqual([false, false, false]);
  expect(elsewhere.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
};

describe("a verb that only looks", () => {
  it.each<[string, number]>([
    ["audit", 0],
    ["status", 0],
    ["live flight-delay --env prod", 1],
    ["history flight-delay", 0],
    ["verify PACK", 0],
    ["trust list", 0],
    ["doctor", 1],
    ["plan --base main~2 --head main~1", 0],
    ["backtest --base main --head main", 0],
  ])("%s says the same as on a clean copy", async (line, exit) => {
    const [hostile, honest] = await both(["--json", ...line.replace("PACK", pack).split(" ")]);
    expect(hostile).toEqual(honest);
    expect([hostile.exit, hostile.stdout.length > 2]).toEqual([exit, true]);
    untouched();
  });

  it("validate says that a filter would change what is committed, and runs no filter", async () => {
    const [hostile, honest] = await both(["--json", "validate", "--all"]);
    const found = JSON.parse(hostile.stdout) as { problems: readonly { code: string }[] };
    expect([hostile.exit, honest.exit]).toEqual([1, 0]);
    expect(new Set(found.problems.map(({ code }) => code))).toEqual(new Set(["MANIFEST_FILE_CONVERTED"]));
    untouched();
  });
});

describe("a verb that writes", () => {
  it("approve signs with the user's key and no program of the repository", async () => {
    const args = ["approve", "promote/staging/flight-delay", "--key", scene.ada.path];
    const [hostile, honest] = await both(args);
    expect([hostile, honest].map(({ exit, stderr }) => [exit, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    untouched();
    const [a, b] = [scene.root, clean].map((cwd) =>
      execFileSync("git", ["ls-tree", "-r", "--name-only", "promote/staging/flight-delay", "evidence"], {
        cwd,
        encoding: "utf8",
        env: GIT_ENV,
      }),
    );
    expect(a).toBe(b);
    expect(a).toContain("/approvals/");
  });

  it("trust and the verbs of model signing write what they are asked to, and run nothing", async () => {
    const key = scene.newKey("bob").path;
    const model = "models/flight-delay/1.0.0";
    for (const args of [
      ["trust", "add", "bob", "--key", `${key}.pub`, "--roles", "model-signer", "--rewrite"],
      [
        "sign-model",
        "--method",
        "key",
        "--model-path",
        model,
        "--private-key",
        join(folder, "oms.pem"),
        "--output-bundle",
        "model.sig",
      ],
    ]) {
      const [hostile, honest] = await both(args);
      expect([args, hostile]).toEqual([args, honest]);
      expect(hostile.exit).toBe(0);
    }
    const [a, b] = [scene.root, clean].map((root) => readFileSync(join(root, "policies/trust.yaml"), "utf8"));
    expect(a).toBe(b);
    untouched();
  });
});
