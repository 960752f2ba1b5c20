import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_ROLES, type SshKey, trustYaml } from "../../support/audit-scene.ts";
import { caught, takenFrom, type VouchingScene, vouchingScene } from "../../support/vouching-scene.ts";

/**
 * Attack 20, on what is not measured again by itself: the forger's own machine makes a pack that is whole and bound to the
 * base, says that a slow model is fast, and opens the proposal by hand.
 */
describe("a benchmark that a proposal brings", () => {
  let scene: VouchingScene;
  beforeAll(async () => {
    scene = await vouchingScene();
  });
  afterAll(() => scene[Symbol.dispose]());

  const keyOf = (name: string): SshKey | null =>
    (scene as unknown as Readonly<Record<string, SshKey>>)[name] ?? null;

  it.each(["bot", "lab"])("is taken as it is from the %s, whose key may vouch", async (who) => {
    expect(await scene.judged(await scene.forge(keyOf(who)))).toEqual(takenFrom(who));
  });

  it.each([
    [
      "nobody",
      /^Nobody vouches for the benchmark of the proposal: its commit [0-9a-f]{12} is not signed by a gate-bot or evidence-signer \(no SSH signature that proves a key\)\.$/,
    ],
    [
      "manager",
      /\(TRUST_ROLE_MISSING: The key manager-0 of manager has release-manager, policy-owner; wanted/,
    ],
    ["lost", /\(TRUST_KEY_REVOKED: The key lab-1 is revoked: stolen\)\.$/],
    ["retired", /\(TRUST_KEY_RETIRED: The key lab-2 is retired: replaced\)\.$/],
    ["stranger", /\(TRUST_KEY_UNKNOWN: Nobody is known to hold the key SHA256:/],
  ])("is measured again when it is signed by %s", async (who, why) => {
    expect(await scene.judged(await scene.forge(keyOf(who)))).toEqual(caught(why));
  });

  /** Brings the files of a commit into the one that is being made. */
  const take = (commit: string, ...paths: string[]): void => {
    scene.git("checkout", commit, "--", ...(paths.length > 0 ? paths : ["."]));
  };
  const commit = (message: string): void => void scene.git("commit", "-q", "--allow-empty", "-m", message);
  /** The first file of the pack of a commit whose name ends like this. */
  const packed = (head: string, name: string): string =>
    scene
      .git("ls-tree", "-r", "--name-only", head, "evidence/")
      .split("\n")
      .find((path) => path.endsWith(`/${name}`)) ?? "";

  it("is measured again when an unsigned commit altered what a signed one brought", async () => {
    const forged = await scene.forge(null);
    const [benchmark, parity] = [packed(forged, "benchmark.json"), packed(forged, "parity.json")];
    const honest = scene.on("main", scene.bot, () => {
      take(forged);
      scene.commit({ [benchmark]: scene.git("show", `${forged}:${parity}`) }, "as it was measured");
    });
    const altered = scene.on(honest, null, () => {
      take(forged);
      commit("better numbers");
    });
    expect(await scene.judged(altered)).toEqual(caught(`its commit ${altered.slice(0, 12)} is not signed`));
    const byTheLab = scene.on(honest, scene.lab, () => {
      take(forged);
      commit("measured once more");
    });
    expect(await scene.judged(byTheLab)).toEqual(takenFrom("lab and bot"));
  });

  it("is measured again when a signed commit only stands on the one that brought it", async () => {
    const forged = await scene.forge(null);
    const short = forged.slice(0, 12);
    const empty = scene.on(forged, scene.bot, () => commit("nothing"));
    expect(await scene.judged(empty)).toEqual(caught(`its commit ${short} is not signed`));
    const before = scene.on("main", null, () => {
      take(forged);
      scene.git("rm", "-q", "--cached", packed(forged, "verdict.json"));
      commit("all but the verdict");
    });
    const completed = scene.on(before, scene.bot, () => {
      take(forged);
      commit("the verdict");
    });
    expect(await scene.judged(completed)).toEqual(caught(`its commit ${before.slice(0, 12)} is not signed`));
  });

  it("is measured again when a merge brings it, unless whoever merged may vouch", async () => {
    const forged = await scene.forge(null);
    const aside = scene.on("main", null, () => commit("beside it"));
    const merging = (key: SshKey | null): string =>
      scene.on("main", key, () => {
        scene.git("merge", "-q", "--no-ff", "--no-commit", aside);
        take(forged);
        commit("merge");
      });
    const evil = merging(null);
    expect(await scene.judged(evil)).toEqual(caught(`its commit ${evil.slice(0, 12)} is not signed`));
    expect(await scene.judged(merging(scene.lab))).toEqual(takenFrom("lab"));
  });

  it("is no better for a merge that somebody signed", async () => {
    const forged = await scene.forge(null);
    const merge = (of: string, key: SshKey | null, from = "main"): string =>
      scene.on(from, key, () => scene.git("merge", "-q", "--no-ff", "-m", "merge", of));
    expect(await scene.judged(merge(forged, scene.bot))).toEqual(caught(`commit ${forged.slice(0, 12)} is`));
    const moved = scene.on("main", null, () => commit("main went on"));
    expect(await scene.judged(merge(moved, scene.bot, forged))).toEqual(caught(forged.slice(0, 12)));
  });

  it("is measured again when a merge takes the unsigned side of two", async () => {
    const forged = await scene.forge(null);
    const signed = scene.on("main", scene.bot, () => {
      scene.commit({ [packed(forged, "benchmark.json")]: "as it was measured" }, "the honest side");
    });
    const merged = scene.on(signed, scene.bot, () => {
      scene.git("merge", "-q", "--no-ff", "-X", "theirs", "-m", "merge", forged);
    });
    expect(scene.git("diff", "--name-only", forged, merged)).toBe("");
    expect(await scene.judged(merged)).toEqual(caught(`its commit ${forged.slice(0, 12)} is not signed`));
  });

  it("is taken through merges that change nothing of it, whoever made them", async () => {
    const good = await scene.forge(scene.bot);
    const merge = (of: string, from = "main"): string =>
      scene.on(from, null, () => scene.git("merge", "-q", "--no-ff", "-m", "merge", of));
    expect(await scene.judged(merge(good))).toEqual(takenFrom("bot"));
    const moved = scene.on("main", null, () => commit("main went on"));
    expect(await scene.judged(merge(moved, good))).toEqual(takenFrom("bot"));
  });

  it("is measured again when the proposal itself names its signer in trust.yaml", async () => {
    const named = [...scene.team, { id: "mallory", roles: ALL_ROLES, keys: [{ key: scene.stranger }] }];
    const trust = trustYaml(named, 99);
    const forged = await scene.forge(scene.stranger);
    const along = scene.on(forged, scene.stranger, () =>
      scene.commit({ "policies/trust.yaml": trust }, "me too"),
    );
    expect((await scene.judged(along)).outcome).toBe("FAIL CHECK_MIXTURE");
    const between = scene.on("main", scene.stranger, () => {
      scene.commit({ "policies/trust.yaml": trust }, "me too");
      take(forged);
      commit("with my key");
      take("main", "policies");
      commit("as it was");
    });
    expect(await scene.judged(between)).toEqual(caught("TRUST_KEY_UNKNOWN"));
  });

  it("is measured again when the key was revoked after it signed", async () => {
    const good = await scene.forge(scene.lab);
    const main = scene.git("rev-parse", "main");
    const revoked = {
      id: "lab",
      roles: ["evidence-signer"],
      keys: [{ key: scene.lab, standing: "revoked: { reason: stolen }" }],
    };
    for (const others of [scene.team.filter(({ id }) => id !== "lab"), []]) {
      scene.trust([...others, revoked]);
      const judged = await scene.judged(good);
      scene.git("reset", "-q", "--hard", main);
      expect(judged).toEqual(caught("TRUST_KEY_REVOKED"));
    }
    expect(await scene.judged(good)).toEqual(takenFrom("lab"));
  });
});
