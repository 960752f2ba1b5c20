import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatJson } from "../../../src/domain/document/format.ts";
import type { EvidenceKind } from "../../../src/domain/evidence.ts";
import type { CheckOptions } from "../../../src/usecases/check/scene.ts";
import { measureKind } from "../../../src/usecases/gate/measure-evidence.ts";
import { loadVersion } from "../../../src/usecases/registry/load-version.ts";
import type { TrustRegistry } from "../../../src/trust/registry.ts";
import { runOf } from "../../../src/usecases/run-context.ts";
import { commitSigner } from "../../../src/usecases/trust/commit-signer.ts";
import { readTrust } from "../../../src/usecases/trust/read-trust.ts";
import type { TestPrincipal } from "../../support/audit-scene.ts";
import { MODEL, startNow } from "../../support/check-scene.ts";
import { payloadOf, withSignature } from "../../support/governed-commits.ts";
import { Gpg } from "../../support/gpg.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";
import { NO_TRUST } from "../../support/trust.ts";
import {
  CAUGHT,
  caught,
  type Judged,
  TAKEN,
  takenFrom,
  type VouchingScene,
  vouchingScene,
} from "../../support/vouching-scene.ts";

/** GitHub signs with its own key whatever somebody edits in its pages, in a fork too. */
describe("a benchmark in a commit that a forge signed with its OpenPGP key", () => {
  let scene: VouchingScene;
  const gpg = new Gpg();
  let forge: string;
  beforeAll(async () => {
    scene = await vouchingScene();
    forge = gpg.make("forge", "ed25519");
  });
  afterAll(() => {
    scene[Symbol.dispose]();
    gpg[Symbol.dispose]();
  });

  /** Trusts the forge's key with a role, besides the team. */
  function trustForge(role: string): void {
    const armored = `|\n${gpg.export(forge).trimEnd().replaceAll(/^/gm, "          ")}`;
    const line = `${armored}\n        kind: openpgp`;
    const key = { path: "", fingerprint: forge, line };
    scene.trust([...scene.team, { id: "forge", roles: [role], keys: [{ key }] }]);
  }
  async function trusted(): Promise<TrustRegistry> {
    const trust = await readTrust(scene.check.ports.git, scene.git("rev-parse", "main"));
    if (!trust) throw new Error("Nobody is trusted.");
    return trust;
  }
  async function forgeThere(): Promise<string> {
    const plain = payloadOf(rawCommit(scene.check.repo, await scene.forge(null)));
    return storeCommit(scene.check.repo, withSignature(plain, gpg.sign(forge, plain).toString()));
  }

  it.each(["gate-bot", "evidence-signer"])("is measured again, though its key is a %s", async (role) => {
    trustForge(role);
    const commit = await forgeThere();
    expect(await commitSigner(scene.check.ports.git, await trusted(), commit)).toBe("forge");
    expect(await scene.judged(commit)).toEqual(
      caught(`its commit ${commit.slice(0, 12)} is not signed by a gate-bot or evidence-signer \\(no SSH`),
    );
  });
});

describe("a benchmark that a proposal brings, by what the base asks for", () => {
  const forgedOn = async (
    { requires = "", trust }: { requires?: string; trust?: readonly TestPrincipal[] | null },
    key: "bot" | null,
  ): Promise<Judged> => {
    using scene = await vouchingScene(requires);
    if (trust !== undefined) scene.trust(trust);
    return await scene.judged(await scene.forge(key === null ? null : scene.bot));
  };
  const KEPT = { ...TAKEN, taken: ["benchmark"] };

  it("is taken where no trust.yaml says who could vouch, or it names nobody", async () => {
    expect(await forgedOn({ trust: null }, null)).toEqual(KEPT);
    expect(await forgedOn({ trust: [] }, null)).toEqual(KEPT);
  });

  it("is measured again where the policy says so, whoever vouches", async () => {
    const requires = "requires: { remeasure: [integrity, benchmark] }\n";
    const again = { again: ["integrity", "benchmark"], planned: ["benchmark"] };
    expect(await forgedOn({ requires }, "bot")).toEqual({
      ...CAUGHT,
      ...again,
      taken: ["parity", "on the word of bot"],
      why: "",
    });
  });

  it("is not spared by a policy that leaves it out: nobody vouches for anything that is left", async () => {
    const requires = "requires: { remeasure: [integrity] }\n";
    expect(await forgedOn({ requires }, null)).toEqual(
      caught(/^Nobody vouches for the parity and benchmark of the proposal: /),
    );
    expect(await forgedOn({ requires }, "bot")).toEqual({
      outcome: "PASS",
      again: ["integrity"],
      taken: ["parity", "benchmark", "on the word of bot"],
      why: "",
      planned: [],
    });
  });
});

describe("a benchmark that jobs before the check measure", () => {
  let scene: VouchingScene;
  beforeAll(async () => {
    scene = await vouchingScene();
  });
  afterAll(() => scene[Symbol.dispose]());

  const NEEDS = JSON.stringify({ measure: { result: "success" } });
  const handIn = async (kinds: readonly EvidenceKind[], ms: number): Promise<Partial<CheckOptions>> => {
    const { ports, repo } = scene.check;
    const ref = { id: MODEL, version: "1.0.0" };
    const candidate = await loadVersion(ports.files, ref);
    const run = runOf(startNow(), { model: MODEL, version: "1.0.0", phase: null });
    rmSync(join(scene.root, "legs"), { recursive: true, force: true });
    scene.check.take(ms);
    for (const kind of kinds) {
      const evidence = await measureKind(ports, kind, { candidate, live: null, ground: NO_TRUST, run });
      repo.write(`legs/${MODEL}_1.0.0_${kind}/${kind}.json`, formatJson(evidence));
    }
    return { legs: { folder: "legs", needs: NEEDS } };
  };

  it("counts as they measured it, and not as it was brought", async () => {
    const forged = await scene.forge(null);
    expect(await scene.judged(forged, await handIn(["parity", "benchmark"], 100))).toEqual(
      caught("is not signed"),
    );
    const within = await handIn(["parity", "benchmark"], 40);
    scene.check.take(100);
    expect(await scene.judged(forged, within)).toEqual({
      ...CAUGHT,
      why: expect.any(String),
      outcome: "PASS",
    });
  });

  it("is refused when its job is missing, and when one measured what nobody asked for", async () => {
    const parity = await handIn(["parity"], 1);
    const forged = await scene.forge(null);
    expect((await scene.judged(forged, parity)).outcome).toBe("FAIL CHECK_LEG_MISSING");
    const good = await scene.forge(scene.bot);
    expect(await scene.judged(good, parity)).toEqual(takenFrom("bot"));
    const both = await handIn(["parity", "benchmark"], 1);
    expect((await scene.judged(good, both)).outcome).toBe("FAIL CHECK_LEG_UNEXPECTED");
  });
});
