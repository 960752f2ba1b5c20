import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../src/adapters/git/open.ts";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import type { Checkpoint } from "../../../src/domain/audit.ts";
import { checkpointPayload, formatCheckpoint } from "../../../src/ledger/audit/checkpoint.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import { type AuditScene, auditScene, type SshKey, trustYaml } from "../../support/audit-scene.ts";
import { GIT_ENV } from "../../support/git-repo.ts";
import { nextPolicy } from "../../support/governed-commits.ts";
import { recordedProgress } from "../../support/parity-run.ts";
import { codes, problemsOf } from "../../support/problems.ts";

/**
 * Attack 11: a checkpoint lets the next audit begin behind what came before. Whoever may push, and lets a key of their own
 * in, has a key for a checkpoint that stands behind the push that did it.
 */
const CLI = resolve(import.meta.dirname, "../../../src/cli/main.ts");
let scene: AuditScene;
let eve: SshKey;
let honest: Checkpoint;
let compromised: string;

const auditOf = async (checkpoint: Checkpoint | null) =>
  audit({ git: await openGit(scene.root, GIT_ENV), progress: recordedProgress() }, { checkpoint });

beforeAll(async () => {
  scene = await auditScene();
  honest = (await (await auditOf(null)).checkpoint(await openSigner(scene.ada.path, GIT_ENV)))!;
  eve = scene.newKey("eve");
  scene.signWith(null);
  const principals = [
    { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] },
    { id: "eve", roles: ["gate-bot"], keys: [{ key: eve }] },
  ];
  compromised = scene.commit({ "policies/trust.yaml": trustYaml(principals, 2) }, "let eve in");
  scene.signWith(eve);
  scene.commit(nextPolicy(scene), "a policy by eve");
});
afterAll(() => scene[Symbol.dispose]());

/** What eve says of the commit that let her in, with everything that an audit would find there. */
async function forged(by: SshKey): Promise<Checkpoint> {
  const trustDigest = await digestAt(compromised);
  const plain: Checkpoint = {
    ...honest,
    head: compromised,
    count: honest.count + 1,
    trust_digest: trustDigest,
    signature: null,
  };
  const signer = await openSigner(by.path, GIT_ENV);
  const blob = await signer.sign(checkpointPayload(plain), "checkpoint@modelgate");
  return { ...plain, signature: Buffer.from(blob).toString("base64") };
}

async function digestAt(commit: string): Promise<Checkpoint["trust_digest"]> {
  const { digestOf } = await import("../../../src/domain/digest.ts");
  const git = await openGit(scene.root, GIT_ENV);
  return digestOf((await git.show(commit, "policies/trust.yaml")) ?? "");
}

async function exitOf(...args: string[]): Promise<readonly [number, string]> {
  try {
    await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: scene.root, env: GIT_ENV });
    return [0, ""];
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return [code, stderr];
  }
}

describe("a history in which somebody let themselves in", () => {
  it("fails from the start, and from a checkpoint that the auditor kept from before", async () => {
    for (const checkpoint of [null, honest]) expect((await auditOf(checkpoint)).report.outcome).toBe("FAIL");
  });

  it("gives no checkpoint, whoever would sign it", async () => {
    for (const { path } of [scene.ada, eve])
      expect(await (await auditOf(honest)).checkpoint(await openSigner(path, GIT_ENV))).toBeNull();
  });

  it("is not to be begun behind it by a key that is not trusted there, or was not yet", async () => {
    const stranger = scene.newKey("stranger");
    expect(codes(await problemsOf(async () => auditOf(await forged(stranger))))).toEqual([
      "TRUST_KEY_UNKNOWN",
    ]);
    const early = { ...(await forged(eve)), head: honest.head, count: honest.count };
    expect((await problemsOf(async () => auditOf(early))).length).toBeGreaterThan(0);
  });

  it("has no say in where its audit begins: a checkpoint of its own is refused", async () => {
    writeFileSync(join(scene.root, "checkpoint.json"), formatCheckpoint(await forged(eve)));
    scene.signWith(eve);
    scene.commit({}, "where to begin");
    const [exit, said] = await exitOf("audit", "--checkpoint", "checkpoint.json");
    expect([exit, said]).toEqual([2, expect.stringContaining("AUDIT_CHECKPOINT_TRACKED")]);
    rmSync(join(scene.root, "checkpoint.json"));
  });
});
