import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatJson } from "../../src/domain/document/format.ts";
import { formatAllowedSigners } from "../../src/trust/allowed-signers.ts";
import { parseTrust } from "../../src/trust/registry.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../support/git-repo.ts";
import { MANIFEST } from "../support/sample-manifest.ts";
import { testKey, trustText } from "../support/trust.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const KILLER = resolve(import.meta.dirname, "../support/children/kill-before-signers.mjs");
const run = promisify(execFile);
const [ada, next] = [testKey(), testKey()];
const DATA = `sha256:${"1".repeat(64)}`;

describe("modelgate trust", () => {
  let repo: GitRepo;
  beforeAll(() => {
    repo = gitRepo();
    repo.commit({ "README.md": "a team\n" });
    writeFileSync(join(repo.root, "ada.pub"), `${ada.line} ada@laptop\n`);
    writeFileSync(join(repo.root, "next.pub"), `${next.line}\n`);
  });
  afterAll(() => repo[Symbol.dispose]());

  /** Exit code, and what was printed as JSON. */
  const modelgate = async (...args: string[]): Promise<[number, Record<string, unknown>]> => {
    try {
      const { stdout } = await run(process.execPath, [BIN, "--json", "trust", ...args], {
        cwd: repo.root,
        env: { ...GIT_ENV, NO_COLOR: "1" },
      });
      return [0, JSON.parse(stdout) as Record<string, unknown>];
    } catch (error) {
      const { code, stdout } = error as { code: number; stdout: string };
      return [code, JSON.parse(stdout) as Record<string, unknown>];
    }
  };
  const registry = () => parseTrust(readFileSync(join(repo.root, "policies/trust.yaml")));
  const standing = () =>
    registry().principals.flatMap(({ keys }) => keys.map(({ id, standing }) => `${id} ${standing.state}`));

  it("writes who may sign what, step by step, and git's list of signers with it", async () => {
    expect((await modelgate("list"))[0]).toBe(2);
    expect((await modelgate("add", "ada", "--key", "ada.pub"))[0]).toBe(2);
    const [exit, first] = await modelgate("add", "ada", "--key", "ada.pub", "--roles", "policy-owner");
    expect([exit, first]).toMatchObject([
      0,
      { result: "changed", version: 1, written: ["policies/trust.yaml", ".github/allowed_signers"] },
    ]);
    await modelgate("rotate", "ada-1", "--key", "next.pub", "--id", "ada-2027");
    expect(standing()).toEqual(["ada-1 active", "ada-2027 active"]);
    await modelgate("retire", "ada-1", "--reason", "rotated");
    expect(standing()).toEqual(["ada-1 retired", "ada-2027 active"]);
    await modelgate("revoke", "ada-1", "--reason", "laptop stolen");
    expect(standing()).toEqual(["ada-1 revoked", "ada-2027 active"]);
    expect(registry().version).toBe(4);
    const signers = readFileSync(join(repo.root, ".github/allowed_signers"), "utf8");
    expect(signers).toBe(formatAllowedSigners(registry()));
  });

  it("does not end the last key of a policy-owner, as the check would not let it", async () => {
    const before = readFileSync(join(repo.root, "policies/trust.yaml"), "utf8");
    for (const verb of ["retire", "revoke"])
      expect(await modelgate(verb, "ada-2027", "--reason", "left")).toMatchObject([
        1,
        { problems: [{ code: "TRUST_OWNER_LAST", where: { file: "policies/trust.yaml" } }] },
      ]);
    expect(readFileSync(join(repo.root, "policies/trust.yaml"), "utf8")).toBe(before);
  });

  it("revokes one thing at a time, and says what", async () => {
    expect(await modelgate("revoke", "--dataset", DATA, "--reason", "poisoned")).toMatchObject([
      0,
      { changes: [`Revokes the dataset ${DATA}: poisoned`], dependents: [] },
    ]);
    expect((await modelgate("revoke", "--reason", "x"))[0]).toBe(2);
    expect((await modelgate("revoke", "ada-2027", "--dataset", DATA, "--reason", "x"))[0]).toBe(2);
    expect((await modelgate("revoke", "--trainer-code", "junk", "--reason", "x"))[0]).toBe(2);
    expect((await modelgate("revoke", "--dataset", DATA, "--reason", "again"))[0]).toBe(2);
    expect(registry().version).toBe(5);
  });

  it("says that nothing depends on what it revokes: it may be misspelt", async () => {
    const none = `sha256:${"2".repeat(64)}`;
    const revoke = (cwd: string) =>
      run(process.execPath, [BIN, "trust", "revoke", "--dataset", none, "--reason", "poisoned"], {
        cwd,
        env: { ...GIT_ENV, NO_COLOR: "1" },
      });
    using other = gitRepo();
    other.write("policies/trust.yaml", readFileSync(join(repo.root, "policies/trust.yaml"), "utf8"));
    other.commit({ "README.md": "a team\n" });
    expect((await revoke(other.root)).stdout.split("\n").slice(1, 3)).toEqual([
      "Wrote policies/trust.yaml and .github/allowed_signers; trust.yaml is at version 6.",
      "No registered version depends on it.",
    ]);
    const manifest = formatJson({ ...MANIFEST, model_id: "m", version: "1.0.0", dataset_hash: none });
    other.git("checkout", "-q", "policies");
    other.commit({ "models/m/1.0.0/manifest.json": manifest });
    expect((await revoke(other.root)).stdout.split("\n").slice(2, 4)).toEqual([
      "m 1.0.0 can no longer be promoted. Its dataset sha256:222222222222… is revoked: poisoned",
      "Open pull requests were not looked at; with --repository OWNER/NAME they are.",
    ]);
  });

  it("has an edit that is repeated already, word for word, and says so", async () => {
    const again = ["revoke", "--dataset", DATA, "--reason", "poisoned"];
    expect(await modelgate(...again)).toMatchObject([
      0,
      { result: "unchanged", version: 5, changes: [], written: [] },
    ]);
    expect((await modelgate("revoke", "--dataset", DATA, "--reason", "otherwise"))[0]).toBe(2);
  });

  it("lists what there is", async () => {
    const [exit, listed] = await modelgate("list");
    expect(exit).toBe(0);
    expect(listed).toMatchObject({
      version: 5,
      principals: [
        {
          id: "ada",
          keys: [
            { id: "ada-1", fingerprint: ada.fingerprint, state: "revoked", reason: "laptop stolen" },
            { id: "ada-2027", fingerprint: next.fingerprint, state: "active" },
          ],
        },
      ],
      revoked: { datasets: [{ digest: DATA, reason: "poisoned", lifted: null }] },
    });
  });
});

/** Ada is a policy-owner with two keys; `new.pub` is in no file yet. */
function twoKeys(): GitRepo {
  const repo = gitRepo();
  repo.write("new.pub", `${testKey().line}\n`);
  repo.write(
    "policies/trust.yaml",
    trustText({
      principals: [
        {
          id: "ada",
          roles: ["policy-owner"],
          keys: [
            { id: "ada-1", key: ada },
            { id: "ada-2", key: next },
          ],
        },
      ],
    }),
  );
  repo.commit({ "README.md": "a team\n" });
  return repo;
}

const trustIn = (repo: GitRepo) => parseTrust(readFileSync(join(repo.root, "policies/trust.yaml")));
const signersIn = (repo: GitRepo) => readFileSync(join(repo.root, ".github/allowed_signers"), "utf8");
const REVOKE = ["trust", "revoke", "ada-1", "--reason", "laptop stolen"];
const ADD = ["trust", "add", "bob", "--key", "new.pub", "--roles", "model-signer"];

describe("two people who edit trust.yaml at once", () => {
  const pairs = Array.from({ length: 12 }, (_, pair) => pair + 1);
  it.each(pairs)("keep the revocation and the new key, pair %i of 12", { timeout: 60_000 }, async () => {
    using repo = twoKeys();
    const at = { cwd: repo.root, env: { ...GIT_ENV, NO_COLOR: "1" } };
    await Promise.all([REVOKE, ADD].map((args) => run(process.execPath, [BIN, ...args], at)));
    const registry = trustIn(repo);
    const states = registry.principals.flatMap(({ keys }) => keys.map((key) => [key.id, key.standing.state]));
    expect([registry.version, states]).toEqual([
      3,
      [
        ["ada-1", "revoked"],
        ["ada-2", "active"],
        ["bob-1", "active"],
      ],
    ]);
    expect(signersIn(repo)).toBe(formatAllowedSigners(registry));
  });
});

describe("killed between trust.yaml and git's list of signers", () => {
  it.each([
    ["revoke", REVOKE],
    ["add", ADD],
    ["rotate", ["trust", "rotate", "ada-1", "--key", "new.pub"]],
  ])("%s is finished by the same command", { timeout: 60_000 }, async (_verb, args) => {
    using repo = twoKeys();
    const at = { cwd: repo.root, env: { ...GIT_ENV, NO_COLOR: "1" } };
    await run(process.execPath, [BIN, "trust", "list", "--write-signers"], at);
    const before = signersIn(repo);
    const killed = await run(process.execPath, ["--import", KILLER, BIN, ...args], at).catch(
      (e: unknown) => e,
    );
    expect(killed).toMatchObject({ signal: "SIGKILL" });
    const [registry, left] = [trustIn(repo), readdirSync(join(repo.root, ".git/modelgate"))];
    expect([registry.version, signersIn(repo), left]).toEqual([2, before, ["swap.lock", "writing"]]);

    const { stdout } = await run(process.execPath, [BIN, ...args], at);
    expect(stdout).toContain(
      "policies/trust.yaml has this already.\nWrote .github/allowed_signers; trust.yaml is at version 2.\n",
    );
    expect([trustIn(repo), signersIn(repo)]).toEqual([registry, formatAllowedSigners(registry)]);
    expect(existsSync(join(repo.root, ".git/modelgate/swap.lock"))).toBe(false);
    expect(
      repo
        .git("status", "--short", "-uall")
        .split("\n")
        .map((line) => line.trim()),
    ).toEqual(["M policies/trust.yaml", "?? .github/allowed_signers"]);
  });
});
