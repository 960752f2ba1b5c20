import { describe, expect, it } from "vitest";
import { readBase } from "../../../src/usecases/gate/base.ts";
import { readHistory } from "../../../src/usecases/gate/history.ts";
import { proposeTransition } from "../../../src/usecases/transition/propose.ts";
import type { TransitionRequest } from "../../../src/usecases/request.ts";
import { decide, request, START } from "../../support/decisions.ts";
import { MemoryGit } from "../../support/memory-git.ts";

const SOAKED = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: production, version: 1, owners: [ml] }
match: { events: [PROMOTE_TO_PRODUCTION], environments: [prod], models: ["*"] }
requires: { soak: { state: CANARY, at_least: 24h } }
objectives:
  - { id: a, metric: integrity.problems, hard: "== 0", why: because, fix: mend it }
`;

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));
const stamp = (at: Date): string => at.toISOString().replace(".000Z", "Z");

/** A repository in memory, in which each transition is decided on one day and merged on another. */
class Scene {
  readonly git = new MemoryGit();
  #nonce = 0;

  constructor() {
    this.git.seed({ ...START, "policies/gates/production.yaml": SOAKED }, "start", day(1));
  }

  async make(of: Partial<TransitionRequest>, { decided, merged }: { decided: Date; merged: Date }) {
    this.#nonce += 1;
    const how = { decidedAt: stamp(decided), nonce: String(this.#nonce).padStart(8, "0") };
    const decision = await decide(this.git, request(of), how);
    const { branch } = await proposeTransition({ git: this.git }, decision, { now: decided, text: "" });
    this.git.merge(branch, merged);
  }

  async since() {
    const asked = request({ event: "PROMOTE_TO_PRODUCTION" });
    const base = await readBase(this.git, (await this.git.head()).commit, asked);
    return (await readHistory(this.git, base, asked)).since;
  }
}

const CANARY = { event: "PROMOTE_TO_CANARY", phase: "5%" } as const;

async function inShadow(): Promise<Scene> {
  const scene = new Scene();
  await scene.make({}, { decided: day(2), merged: day(2) });
  return scene;
}

describe("the time that a version has been a canary", () => {
  it("begins when its transition is merged, not when somebody decided it", async () => {
    const scene = await inShadow();
    await scene.make(CANARY, { decided: day(3), merged: day(9) });
    expect(await scene.since()).toEqual({ CANARY: stamp(day(9)) });
  });

  it("does not begin before the decision, whatever date the commit claims", async () => {
    const scene = await inShadow();
    await scene.make(CANARY, { decided: day(9), merged: day(3) });
    expect(await scene.since()).toEqual({ CANARY: stamp(day(9)) });
  });

  it("goes on through later phases", async () => {
    const scene = await inShadow();
    await scene.make(CANARY, { decided: day(3), merged: day(3) });
    await scene.make({ ...CANARY, phase: "25%" }, { decided: day(9), merged: day(9) });
    expect(await scene.since()).toEqual({ CANARY: stamp(day(3)) });
  });

  it("begins anew when it was switched off in between: it saw no traffic", async () => {
    const scene = await inShadow();
    await scene.make(CANARY, { decided: day(3), merged: day(3) });
    await scene.make({ event: "DISABLE" }, { decided: day(4), merged: day(4) });
    expect(await scene.since()).toEqual({});
    await scene.make({ event: "ENABLE" }, { decided: day(9), merged: day(9) });
    expect(await scene.since()).toEqual({ CANARY: stamp(day(9)) });
  });
});
