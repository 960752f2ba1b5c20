import { describe, expect, test } from "vitest";
import { liveVersion, type Transition } from "../../../src/domain/ledger.ts";
import type { Outcome } from "../../../src/domain/outcome.ts";
import { live } from "../../../src/usecases/live.ts";
import { status } from "../../../src/usecases/status.ts";
import { readLedger } from "../../../src/usecases/gate/base-ledger.ts";
import {
  transact,
  type TransitionPorts,
  type TransitionResult,
} from "../../../src/usecases/transition/transact.ts";
import { gitProposals } from "../../../src/usecases/transition/proposals.ts";
import { SLOT_EVENT, type LifecycleEvent, type SlotName } from "../../../src/domain/lifecycle.ts";
import type { TransitionRequest } from "../../../src/usecases/request.ts";
import { decide, NOW, START } from "../../support/decisions.ts";
import { MemoryGit } from "../../support/memory-git.ts";
import { manifestOf } from "../../support/transitions.ts";

const WHO = { reason: "because", requestedBy: "Ada <ada@example.org>" };
const IN_PROD = { model: "m", environment: "prod", ...WHO };

type Verb = (
  ports: TransitionPorts,
  ask: { model: string; version: string | null; environment?: string; reason: string; requestedBy: string },
  options: { now: Date },
) => Promise<TransitionResult>;

const verb =
  (event: LifecycleEvent): Verb =>
  (ports, ask, options) =>
    transact(ports, { environment: null, phase: null, ...ask, event }, options);

const [rollback, disable, enable] = [verb("ROLLBACK"), verb("DISABLE"), verb("ENABLE")];
const [retire, revoke] = [verb("RETIRE"), verb("REVOKE")];

function promote(
  ports: TransitionPorts,
  {
    ref,
    to,
    ...ask
  }: {
    ref: { id: string; version: string };
    to: SlotName;
    environment: string;
    phase: string | null;
  } & typeof WHO,
  options: { now: Date },
): Promise<TransitionResult> {
  return transact(ports, { ...ask, event: SLOT_EVENT[to], model: ref.id, version: ref.version }, options);
}

/** A registry in memory whose judge says what the test tells it to. */
class Scene {
  readonly git = new MemoryGit();
  readonly asked: TransitionRequest[] = [];
  outcome: Outcome = "PASS";
  #day = 0;

  constructor() {
    this.git.seed(START, "start", this.day());
  }

  day(): Date {
    this.#day += 1;
    return new Date(Date.UTC(2026, 0, this.#day));
  }

  get ports(): TransitionPorts {
    const judge = (of: TransitionRequest) => {
      this.asked.push(of);
      const nonce = String(this.asked.length).padStart(8, "0");
      return decide(this.git, of, { outcome: this.outcome, nonce });
    };
    const describe: TransitionPorts["describe"] = ({ request: { event, version } }) =>
      `# ${event} ${version}\n`;
    return { git: this.git, judge, describe, proposals: gitProposals(this.git) };
  }

  async to(slot: "SHADOW" | "CANARY" | "PRODUCTION", version: string): Promise<Transition> {
    const ask = {
      ref: { id: "m", version },
      to: slot,
      environment: "prod",
      phase: slot === "CANARY" ? "5%" : null,
      ...WHO,
    };
    return this.accept(await promote(this.ports, ask, { now: NOW }));
  }

  accept(result: TransitionResult): Transition {
    if (result.kind !== "proposed") throw new Error("It was refused.");
    this.git.merge(result.proposal.branch, this.day());
    return result.proposal.transition;
  }

  async launch(version: string): Promise<void> {
    for (const slot of ["SHADOW", "CANARY", "PRODUCTION"] as const) await this.to(slot, version);
  }

  async slot() {
    return liveVersion((await readLedger(this.git, "main")).ledger, "m", "prod");
  }
}

async function launched(...versions: string[]): Promise<Scene> {
  const scene = new Scene();
  for (const version of versions) await scene.launch(version);
  return scene;
}

describe("verbs", () => {
  test("promote plans, judges, proposes, and leaves the text for the pull request", async () => {
    const scene = new Scene();
    const result = await promote(
      scene.ports,
      { ref: { id: "m", version: "1.0.0" }, to: "SHADOW", environment: "prod", phase: null, ...WHO },
      { now: NOW },
    );
    expect(result).toMatchObject({
      kind: "proposed",
      proposal: {
        branch: "promote/prod/m",
        created: true,
        textPath: "/memory/.git/modelgate/promote/prod/m.md",
      },
    });
    expect(scene.git.notes.get("promote/prod/m.md")).toBe("# PROMOTE_TO_SHADOW 1.0.0\n");
  });

  test("a refused promotion is kept and makes no proposal", async () => {
    const scene = new Scene();
    scene.outcome = "FAIL";
    const result = await promote(
      scene.ports,
      { ref: { id: "m", version: "1.0.0" }, to: "SHADOW", environment: "prod", phase: null, ...WHO },
      { now: NOW },
    );
    expect(result).toMatchObject({ kind: "refused", refusal: { ref: "refs/modelgate/refusals" } });
    expect((await scene.git.branches("promote/")).length).toBe(0);
  });

  test("nothing is measured for a move that the ledger forbids", async () => {
    const scene = new Scene();
    await expect(scene.to("PRODUCTION", "1.0.0")).rejects.toMatchObject({ code: "LEDGER_MODEL_UNKNOWN" });
    await scene.to("SHADOW", "1.0.0");
    await expect(scene.to("PRODUCTION", "1.0.0")).rejects.toMatchObject({ code: "LEDGER_STAGE_SKIPPED" });
    await expect(scene.to("SHADOW", "1.0.0")).rejects.toMatchObject({ code: "LEDGER_SLOT_HELD" });
    expect(scene.asked).toHaveLength(1);
  });

  test("rollback goes to the newest target by itself, and to the one that is named", async () => {
    const scene = await launched("1.0.0", "1.1.0", "1.2.0");
    const result = await rollback(scene.ports, { ...IN_PROD, version: null }, { now: NOW });
    expect(scene.accept(result)).toMatchObject({
      event: "ROLLBACK",
      version: "1.1.0",
      from: "PRODUCTION",
      to: "REGISTERED",
    });
    expect(await scene.slot()).toEqual({
      version: "1.1.0",
      manifest_digest: manifestOf("m", "1.1.0"),
      serving: true,
    });
    scene.accept(await rollback(scene.ports, { ...IN_PROD, version: "1.0.0" }, { now: NOW }));
    expect((await scene.slot())?.version).toBe("1.0.0");
    await expect(rollback(scene.ports, { ...IN_PROD, version: null }, { now: NOW })).rejects.toMatchObject({
      code: "LEDGER_NO_TARGET",
    });
  });

  test("rollback says what is wrong when nothing is live, the model is unknown or the reason is missing", async () => {
    const scene = new Scene();
    await expect(
      rollback(scene.ports, { ...IN_PROD, version: null, reason: "" }, { now: NOW }),
    ).rejects.toMatchObject({
      problems: [{ code: "LEDGER_MODEL_UNKNOWN" }, { code: "LEDGER_REASON_MISSING" }],
    });
    await scene.to("SHADOW", "1.0.0");
    await expect(rollback(scene.ports, { ...IN_PROD, version: null }, { now: NOW })).rejects.toMatchObject({
      code: "LEDGER_NOTHING_LIVE",
    });
  });

  test("disable and enable mean the live version unless another is named", async () => {
    const scene = await launched("1.0.0");
    expect(
      scene.accept(await disable(scene.ports, { ...IN_PROD, version: null }, { now: NOW })),
    ).toMatchObject({ from: "PRODUCTION", to: "PRODUCTION" });
    expect((await scene.slot())?.serving).toBe(false);
    scene.accept(await enable(scene.ports, { ...IN_PROD, version: null }, { now: NOW }));
    expect((await scene.slot())?.serving).toBe(true);
    await scene.to("SHADOW", "1.1.0");
    expect(
      scene.accept(await disable(scene.ports, { ...IN_PROD, version: "1.1.0" }, { now: NOW })),
    ).toMatchObject({ from: "SHADOW" });
  });

  test("retire and revoke hold everywhere", async () => {
    const scene = await launched("1.0.0", "1.1.0", "1.2.0");
    scene.accept(await retire(scene.ports, { model: "m", version: "1.0.0", ...WHO }, { now: NOW }));
    scene.accept(await revoke(scene.ports, { model: "m", version: "1.2.0", ...WHO }, { now: NOW }));
    expect((await scene.slot())?.version).toBe("1.1.0");
    const [model] = (await status({ git: scene.git })).models;
    expect(model).toMatchObject({ retired: { "1.0.0": "because" }, revoked: { "1.2.0": "because" } });
  });

  test.each<[string, (scene: Scene) => void, string]>([
    [
      "a detached head",
      (scene) =>
        (scene.git.head = async () => ({ commit: (await scene.git.resolve("main"))!, branch: null })),
      "GIT_DETACHED",
    ],
    ["a shallow clone", (scene) => (scene.git.shallow = true), "GIT_SHALLOW"],
    ["an uncommitted ledger", (scene) => (scene.git.dirtyFiles = ["deployed.json"]), "GIT_DIRTY"],
    [
      "an uncommitted policy",
      (scene) => (scene.git.dirtyFiles = ["policies/gates/production.yaml"]),
      "GIT_DIRTY",
    ],
    ["an uncommitted model", (scene) => (scene.git.dirtyFiles = ["models/m/1.0.0/model.onnx"]), "GIT_DIRTY"],
  ])("refuses %s before it measures", async (_name, damage, code) => {
    const scene = new Scene();
    damage(scene);
    await expect(scene.to("SHADOW", "1.0.0")).rejects.toMatchObject({ code });
    expect(scene.asked).toEqual([]);
  });

  test("does not care about other uncommitted files", async () => {
    const scene = new Scene();
    scene.git.dirtyFiles = ["notes.md"];
    expect(await scene.to("SHADOW", "1.0.0")).toMatchObject({ to: "SHADOW" });
  });

  test("refuses a repository without a ledger", async () => {
    const scene = new Scene();
    scene.git.seed({ "deployed.json": null });
    await expect(scene.to("SHADOW", "1.0.0")).rejects.toMatchObject({ code: "LEDGER_MISSING" });
  });
});

describe("status", () => {
  test("shows registered versions, slots, and proposals: open, stale and broken", async () => {
    const scene = await launched("1.0.0");
    const { ports, git } = scene;
    await promote(
      ports,
      { ref: { id: "m", version: "1.1.0" }, to: "SHADOW", environment: "prod", phase: null, ...WHO },
      { now: NOW },
    );
    const stale = await git.resolve("promote/prod/m");
    await promote(
      ports,
      { ref: { id: "m", version: "1.1.0" }, to: "SHADOW", environment: "staging", phase: null, ...WHO },
      { now: NOW },
    );
    git.merge("promote/staging/m", scene.day());
    await promote(
      ports,
      { ref: { id: "n", version: "0.1.0" }, to: "SHADOW", environment: "prod", phase: null, ...WHO },
      { now: NOW },
    );
    const { commit: parent } = await git.head();
    await git.commit({
      branch: "promote/prod/x",
      parent,
      expected: null,
      change: new Map([["deployed.json", Buffer.from("{}")]]),
      message: "x\n",
    });
    const seen = await status({ git });
    expect(seen.transitions).toBe(4);
    expect(seen.models.map(({ model, versions }) => [model, versions])).toEqual([["m", ["1.1.0", "1.0.0"]]]);
    expect(seen.models[0]?.environments["prod"]?.slots.PRODUCTION?.version).toBe("1.0.0");
    expect(seen.proposals).toMatchObject([
      { branch: "promote/prod/m", state: "stale", commit: stale, transition: { version: "1.1.0" } },
      { branch: "promote/prod/n", state: "open", transition: { model: "n" } },
      { branch: "promote/prod/x", state: "broken", reason: "DOCUMENT_KEY_MISSING" },
    ]);
  });
});

test("status of one model, and of none of that name", async () => {
  const { git } = await launched("1.0.0");
  expect((await status({ git }, "m")).models.map(({ model }) => model)).toEqual(["m"]);
  await expect(status({ git }, "mn")).rejects.toMatchObject({
    code: "GATE_MODEL_UNKNOWN",
    exitCode: 2,
    problems: [{ fix: "Did you mean m?" }],
  });
});

describe("live", () => {
  const ask = (at: string | null) => ({
    model: "m",
    environment: "prod",
    at: at === null ? null : new Date(at),
  });

  test("answers for any time, and proves the whole chain to do so", async () => {
    const scene = await launched("1.0.0", "1.1.0");
    scene.accept(await rollback(scene.ports, { ...IN_PROD, version: null }, { now: NOW }));
    // Days: 1 the start, 2 to 4 the way of 1.0.0, 5 to 7 that of 1.1.0, 8 the rollback.
    const { git } = scene;
    expect(await live({ git }, ask("2025-12-31"))).toEqual({
      model: "m",
      environment: "prod",
      slot: null,
      revision: null,
      commit: null,
      since: null,
      by: null,
      proven: 7,
      chain: [],
    });
    expect(await live({ git }, ask("2026-01-03"))).toMatchObject({ slot: null, revision: 2 });
    expect(await live({ git }, ask("2026-01-04"))).toMatchObject({
      slot: { version: "1.0.0" },
      revision: 3,
      since: new Date("2026-01-04"),
      by: { event: "PROMOTE_TO_PRODUCTION" },
    });
    expect(await live({ git }, ask("2026-01-06T12:00:00Z"))).toMatchObject({
      slot: { version: "1.0.0" },
      revision: 5,
      since: new Date("2026-01-04"),
      chain: [
        { revision: 3, since: new Date("2026-01-04") },
        { revision: 4, since: new Date("2026-01-05") },
        { revision: 5, since: new Date("2026-01-06") },
      ],
    });
    expect(await live({ git }, ask("2026-01-07"))).toMatchObject({ slot: { version: "1.1.0" }, revision: 6 });
    expect(await live({ git }, ask(null))).toMatchObject({
      slot: { version: "1.0.0" },
      revision: 7,
      since: new Date("2026-01-08"),
      by: { event: "ROLLBACK" },
      proven: 7,
    });
    expect(await live({ git }, { ...ask(null), environment: "staging" })).toMatchObject({
      slot: null,
      proven: 7,
    });
  });

  test.each([
    [{ model: "toString" }, { code: "GATE_MODEL_UNKNOWN" }],
    [{ model: "mm" }, { code: "GATE_MODEL_UNKNOWN", problems: [{ fix: "Did you mean m?" }] }],
    [
      { environment: "prd" },
      {
        code: "LEDGER_ENVIRONMENT_UNKNOWN",
        message: expect.stringContaining("there are: prod, staging."),
      },
    ],
  ])("does not call a misspelt question unanswered: %o", async (wrong, error) => {
    const { git } = await launched("1.0.0");
    await expect(live({ git }, { ...ask(null), ...wrong })).rejects.toMatchObject(error);
  });

  test("names the commit that edited the ledger by hand", async () => {
    const scene = await launched("1.0.0");
    const { git } = scene;
    const text = Buffer.from((await git.show("main", "deployed.json"))!).toString();
    const forged = git.seed({ "deployed.json": text.replaceAll("1.0.0", "6.6.6") }, "hotfix", scene.day());
    await expect(live({ git }, ask("2026-01-04"))).rejects.toMatchObject({
      code: "LEDGER_CHAIN_BROKEN",
      message: expect.stringContaining(forged),
    });
  });

  test("names the commit that deleted the ledger, and answers again once it is back", async () => {
    const scene = await launched("1.0.0");
    const { git } = scene;
    const text = (await git.show("main", "deployed.json"))!;
    const gone = git.seed({ "deployed.json": null }, "oops", scene.day());
    await expect(live({ git }, ask(null))).rejects.toMatchObject({
      code: "LEDGER_CHAIN_BROKEN",
      message: expect.stringContaining(gone),
    });
    git.seed({ "deployed.json": text }, "back", scene.day());
    expect(await live({ git }, ask(null))).toMatchObject({ slot: { version: "1.0.0" }, proven: 3 });
  });

  test("a phase that was taken out of the environment later does not break the past", async () => {
    const scene = await launched("1.0.0");
    const yaml = START["policies/environments.yaml"]!.replace('"5%", "25%", "50%"', '"50%"');
    scene.git.seed({ "policies/environments.yaml": yaml }, "phases", scene.day());
    expect(await live({ git: scene.git }, ask(null))).toMatchObject({
      slot: { version: "1.0.0" },
      proven: 3,
    });
  });

  test("refuses a shallow clone and a repository without a ledger", async () => {
    const scene = new Scene();
    scene.git.shallow = true;
    await expect(live({ git: scene.git }, ask(null))).rejects.toMatchObject({ code: "GIT_SHALLOW" });
    const empty = new MemoryGit();
    empty.seed({ a: "1" });
    await expect(live({ git: empty }, ask(null))).rejects.toMatchObject({ code: "LEDGER_MISSING" });
  });
});
