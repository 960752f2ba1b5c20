import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Manifest } from "../../src/domain/manifest.ts";
import { gate } from "../../src/usecases/gate/gate.ts";
import type { AskedTransition } from "../../src/usecases/request.ts";
import { type CheckScene, checkScene, codesOf, startNow, TO_SHADOW } from "../support/check-scene.ts";
import { SAMPLES, trustText } from "../support/trust.ts";

const TRUST = "policies/trust.yaml";
const REVOKED = ["TRUST_DATASET_REVOKED"];

/** What was merged in good faith, and what was proposed, must not outlive the revocation of what it was made from. */
describe("a version whose dataset is revoked", () => {
  let scene: CheckScene;
  let manifest: Manifest;
  beforeEach(async () => {
    scene = await checkScene();
    manifest = JSON.parse(
      readFileSync(join(scene.repo.root, "models/flight-delay/1.0.0/manifest.json"), "utf8"),
    ) as Manifest;
    scene.repo.commit({ [TRUST]: trustText({ principals: [SAMPLES] }) }, "trust");
  });
  afterEach(() => scene[Symbol.dispose]());

  const revoking = (lifted = ""): string =>
    trustText({
      version: lifted === "" ? 2 : 3,
      principals: [SAMPLES],
      more: ["revoked:", `  datasets: [{ digest: "${manifest.dataset_hash}", reason: poisoned${lifted} }]`],
    });
  const revoke = (): void => void scene.repo.commit({ [TRUST]: revoking() }, "revoke the dataset");
  const judged = async (asked: Partial<AskedTransition> = {}) => {
    const { verdict } = await gate(scene.ports, { ...TO_SHADOW, ...asked }, { start: startNow() });
    return [verdict.outcome, verdict.refusals.map(({ reason }) => reason)];
  };
  const launch = async (): Promise<void> => scene.merge(await scene.propose({}));

  it("is promoted nowhere any more, whatever its numbers", async () => {
    expect(await judged()).toEqual(["PASS", []]);
    revoke();
    expect(await judged()).toEqual(["FAIL", REVOKED]);
    expect(await judged({ event: "REGISTER", environment: null })).toEqual(["FAIL", REVOKED]);
  });

  it("cannot land by a proposal from before the revocation", async () => {
    const branch = await scene.propose({});
    revoke();
    scene.repo.git("checkout", "-q", "-b", "merged", "main");
    scene.repo.git("merge", "-q", "--no-ff", "-m", "merge", branch);
    scene.repo.git("checkout", "-q", "main");
    const report = await scene.check("main", "merged");
    expect([report.outcome, codesOf(report)]).toEqual(["FAIL", REVOKED]);
  });

  it("can be switched off at once, and never on again; and it can be revoked", async () => {
    await launch();
    revoke();
    scene.merge(await scene.propose({ event: "DISABLE" }));
    expect(await judged({ event: "ENABLE" })).toEqual(["FAIL", REVOKED]);
    expect(await judged({ event: "REVOKE", environment: null })).toEqual(["PASS", []]);
  });

  it("is told to whoever revokes it, with the command for each place where it is live", async () => {
    await launch();
    const branch = await scene.propose({ environment: "staging" });
    const head = scene.branch("revoke", () => scene.repo.write(TRUST, revoking()));
    const report = await scene.check("main", head);
    expect(report).toMatchObject({ kind: "trust", outcome: "PASS", problems: [] });
    const short = `${manifest.dataset_hash.slice(0, 19)}…`;
    expect(report.notes).toEqual(
      expect.arrayContaining([
        `Revokes the dataset ${manifest.dataset_hash}: poisoned`,
        `flight-delay 1.0.0 can no longer be promoted. Its dataset ${short} is revoked: poisoned`,
        'flight-delay 1.0.0 holds SHADOW in prod and is serving. Take it out: modelgate disable flight-delay@1.0.0 --env prod --reason "…"',
        `flight-delay 1.0.0 is proposed on ${branch}; the check refuses it.`,
      ]),
    );
  });

  it("is free again once the revocation is lifted with a reason; erasing it is refused", async () => {
    revoke();
    const erased = scene.branch("erased", () =>
      scene.repo.write(TRUST, trustText({ version: 3, principals: [SAMPLES] })),
    );
    expect(codesOf(await scene.check("main", erased))).toEqual(["TRUST_REVOCATION_UNDONE"]);
    scene.repo.commit({ [TRUST]: revoking(", lifted: { reason: it was another dataset }") }, "lift");
    expect(await judged()).toEqual(["PASS", []]);
  });
});
