import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckScene, checkScene, codesOf } from "../../../support/check-scene.ts";

const [FLIGHT, VAD] = ["promote/prod/flight-delay", "promote/all/silero-vad"] as const;

/** Holds for one model alone. */
const TIGHTER = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: flights, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: ["*"], models: ["flight-*"] }
objectives:
  - { id: cases, metric: parity.cases, hard: ">= 2", why: One case is no proof., fix: Add a case. }
`;

describe("two proposals of different models on one base", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene(["flight-delay@1.0.0", "silero-vad@6.0.0"]);
    await scene.propose({});
    const retire = { event: "RETIRE", model: "silero-vad", version: "6.0.0", environment: null } as const;
    await scene.propose({ ...retire, reason: "too slow" });
  });
  afterAll(() => scene[Symbol.dispose]());

  const outcomes = async () =>
    Promise.all(
      [FLIGHT, VAD].map(async (head) => {
        const report = await scene.check("main", head);
        return [report.outcome, ...codesOf(report)];
      }),
    );

  it("pass, each on its own", async () => {
    expect(await outcomes()).toEqual([["PASS"], ["PASS"]]);
  });

  it("are not stale behind a policy for one of them, but that one", async () => {
    scene.repo.commit({ "policies/gates/flights.yaml": TIGHTER }, "tighter for flights");
    expect(await outcomes()).toEqual([["FAIL", "CHECK_STALE"], ["PASS"]]);
  });

  it("are not stale behind the merge of the other", async () => {
    await scene.propose({});
    scene.merge(FLIGHT);
    expect((await outcomes())[1]).toEqual(["PASS"]);
  });
});
