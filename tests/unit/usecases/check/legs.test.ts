import { NO_TRUST } from "../../../support/trust.ts";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { Evidence } from "../../../../src/domain/evidence.ts";
import type { CheckReport } from "../../../../src/usecases/check/report.ts";
import { needProblems } from "../../../../src/usecases/check/legs.ts";
import { planChecks } from "../../../../src/usecases/check/plan.ts";
import { measureKind } from "../../../../src/usecases/gate/measure-evidence.ts";
import { loadVersion } from "../../../../src/usecases/registry/load-version.ts";
import { runOf } from "../../../../src/usecases/run-context.ts";
import {
  changed,
  type CheckScene,
  checkScene,
  codesOf,
  honest,
  startNow,
} from "../../../support/check-scene.ts";

const PROPOSAL = "promote/prod/flight-delay";
const LEG = "legs/flight-delay_1.0.0_parity/parity.json";
/** New versions have to keep parity. */
const NEW = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: new, version: 1, owners: [ml-platform] }
match: { events: [REGISTER], models: ["*"] }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;
const DONE = JSON.stringify({ plan: { result: "success", outputs: {} }, measure: { result: "success" } });

describe("the results of jobs before (attack 13)", () => {
  const needs = (result: unknown): string => JSON.stringify({ measure: { result } });

  it.each(["failure", "cancelled", "neutral", "timed_out", "action_required", "", null, 1, undefined])(
    "%j is never success",
    (result) => {
      for (const measures of [true, false])
        expect(needProblems(needs(result), measures).map(({ code }) => code)).toEqual(["CHECK_NEED_FAILED"]);
    },
  );

  it("success is, and skipped only when there was nothing to measure", () => {
    expect(needProblems(needs("success"), true)).toEqual([]);
    expect(needProblems(needs("skipped"), false)).toEqual([]);
    expect(needProblems(needs("skipped"), true).map(({ code }) => code)).toEqual(["CHECK_NEED_FAILED"]);
  });

  it("every job counts, and no job at all proves nothing", () => {
    const mixed = JSON.stringify({
      a: { result: "success" },
      b: { result: "cancelled" },
      c: { result: "failure" },
    });
    expect(needProblems(mixed, true).map(({ message }) => message)).toEqual([
      'The job "b" came to "cancelled".',
      'The job "c" came to "failure".',
    ]);
    expect(needProblems("{}", false).map(({ code }) => code)).toEqual(["CHECK_NEED_FAILED"]);
  });

  it.each(["[]", "null", '"success"', "1"])("%s is no needs context", (text) => {
    expect(() => needProblems(text, true)).toThrow("CHECK_NEEDS_INVALID");
  });

  it("nothing inherited or written twice is a result", () => {
    expect(needProblems('{"a": {}}', false)).toHaveLength(1);
    expect(() => needProblems('{"a": {"result": "failure"}, "a": {"result": "success"}}', true)).toThrow(
      "DOCUMENT_DUPLICATE_KEY",
    );
  });
});

describe("measurements that other jobs made", () => {
  let scene: CheckScene;
  let evidence: Evidence;

  beforeAll(async () => {
    scene = await checkScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    await scene.propose({});
    evidence = await measured();
  });
  afterAll(() => scene[Symbol.dispose]());

  /** What a leg does: `modelgate measure parity` on its checkout. */
  async function measured(version = "1.0.0"): Promise<Evidence> {
    const ref = { id: "flight-delay", version };
    const candidate = await loadVersion(scene.ports.files, ref);
    const run = runOf(startNow(), { model: ref.id, version, phase: null });
    return measureKind(scene.ports, "parity", { candidate, live: null, ground: NO_TRUST, run });
  }

  const handIn = (files: Readonly<Record<string, unknown>>): void => {
    rmSync(join(scene.repo.root, "legs"), { recursive: true, force: true });
    for (const [path, value] of Object.entries(files)) scene.repo.write(path, formatJson(value));
  };
  const fanIn = (needs: string | null = DONE, head = PROPOSAL): Promise<CheckReport> =>
    scene.check("main", head, { legs: { folder: "legs", needs } });

  it("are planned from the base's policies: one leg for each kind that is measured again", async () => {
    const plan = await planChecks(scene.ports, { base: "main", head: PROPOSAL });
    expect(plan).toMatchObject({
      kind: "promotion",
      legs: [
        {
          model: "flight-delay",
          version: "1.0.0",
          kind: "parity",
          live: "",
          event: "PROMOTE_TO_SHADOW",
          environment: "prod",
          evidence: "flight-delay_1.0.0_parity",
        },
      ],
    });
  });

  it("are none for what is refused or unrelated", async () => {
    const docs = scene.branch("docs", () => scene.repo.write("README.md", "x\n"));
    const bad = scene.branch("bad", () => scene.repo.write("deployed.json", "{}\n"));
    const mixed = scene.branch("mixed", () => scene.repo.write("README.md", "x\n"), PROPOSAL);
    for (const head of [docs, bad, mixed])
      expect((await planChecks(scene.ports, { base: "main", head })).legs).toEqual([]);
  });

  it("are as many as a matrix has jobs, and not one more", async () => {
    const base = scene.branch("strict", () => scene.repo.write("policies/gates/new.yaml", NEW));
    const manifests = (count: number): void => {
      for (let n = 0; n < count; n += 1)
        scene.repo.write(`models/flight-delay/2.${n}.0/manifest.json`, "{}\n");
    };
    const plan = (count: number): ReturnType<typeof planChecks> => {
      const head = scene.branch(`many-${count}`, () => manifests(count), base);
      return planChecks(scene.ports, { base, head });
    };
    const most = await plan(256);
    expect([most.kind, most.legs.length]).toEqual(["registration", 256]);
    await expect(plan(257)).rejects.toMatchObject({
      code: "CHECK_PLAN_TOO_LARGE",
      message: expect.stringContaining("needs 257 measurements") as string,
    });
  });

  it("are judged instead of measuring again", async () => {
    handIn({ [LEG]: evidence });
    const before = scene.asked();
    expect(await fanIn()).toMatchObject({ kind: "promotion", outcome: "PASS", problems: [] });
    expect(scene.asked()).toBe(before);
  });

  it("count, also against the proposal", async () => {
    scene.answer(changed);
    const other = await measured();
    scene.answer(honest);
    handIn({ [LEG]: other });
    expect((await fanIn()).outcome).toBe("FAIL");
  });

  it("must all be there, whatever the jobs say", async () => {
    handIn({});
    expect(codesOf(await fanIn())).toEqual(["CHECK_LEG_MISSING"]);
    handIn({ "legs/other/parity.json": evidence });
    expect(codesOf(await fanIn())).toEqual(["CHECK_LEG_UNEXPECTED", "CHECK_LEG_MISSING"]);
  });

  it("are worth nothing when a job failed or was skipped", async () => {
    handIn({ [LEG]: evidence });
    for (const result of ["failure", "cancelled", "skipped"])
      expect(codesOf(await fanIn(JSON.stringify({ measure: { result } })))).toEqual(["CHECK_NEED_FAILED"]);
  });

  it("need not be handed in: the check measures by itself, but the jobs before must have succeeded", async () => {
    const check = (result: string): Promise<CheckReport> =>
      scene.check("main", PROPOSAL, {
        legs: { folder: null, needs: JSON.stringify({ lint: { result } }) },
      });
    const before = scene.asked();
    expect(await check("success")).toMatchObject({ outcome: "PASS" });
    expect(scene.asked()).toBeGreaterThan(before);
    expect(codesOf(await check("failure"))).toEqual(["CHECK_NEED_FAILED"]);
  });

  it("may be skipped when there was nothing to measure, but may not fail", async () => {
    handIn({});
    const docs = scene.branch("docs-2", () => scene.repo.write("README.md", "y\n"));
    const skipped = JSON.stringify({ plan: { result: "success" }, measure: { result: "skipped" } });
    expect(await fanIn(skipped, docs)).toMatchObject({ kind: "other", outcome: "PASS" });
    const failed = JSON.stringify({ plan: { result: "failure" }, measure: { result: "skipped" } });
    expect(codesOf(await fanIn(failed, docs))).toEqual(["CHECK_NEED_FAILED"]);
  });

  it.each<readonly [string, (e: Evidence) => unknown, readonly string[]]>([
    ["of another kind", (e) => ({ ...e, kind: "integrity" }), ["EVIDENCE_KIND_MISMATCH"]],
    [
      "of another version",
      (e) => ({ ...e, subject: { ...e.subject, version: "1.1.0" } }),
      ["EVIDENCE_SUBJECT_MISMATCH"],
    ],
    [
      "by another tolerance",
      (e) => ({ ...e, compared: e.compared?.map((one) => ({ ...one, rtol: 0.5 })) }),
      ["EVIDENCE_TOLERANCE_MISMATCH", "EVIDENCE_TOLERANCE_MISMATCH"],
    ],
    ["of last week", (e) => ({ ...e, timestamp: "2026-01-01T00:00:00Z" }), ["CHECK_LEG_OLD"]],
    ["of tomorrow", (e) => ({ ...e, timestamp: "2099-01-01T00:00:00Z" }), ["CHECK_LEG_OLD"]],
  ])("are refused when they are %s", async (_what, edit, codes) => {
    handIn({ [LEG]: edit(evidence) });
    expect(codesOf(await fanIn())).toEqual(codes);
  });

  it("of other bytes of the version are judged as such", async () => {
    const manifest_digest = `sha256:${"0".repeat(64)}` as const;
    handIn({ [LEG]: { ...evidence, subject: { ...evidence.subject, manifest_digest } } });
    const report = await fanIn();
    expect(report.outcome).toBe("FAIL");
  });

  it("that are no evidence, or links out of the folder, are refused", async () => {
    handIn({ [LEG]: { hello: "world" } });
    expect((await fanIn()).outcome).toBe("FAIL");
    handIn({ "legs/flight-delay_1.0.0_parity/x": 1 });
    symlinkSync("/etc/hostname", join(scene.repo.root, LEG));
    expect(codesOf(await fanIn())).toEqual(expect.arrayContaining(["CHECK_LEG_UNEXPECTED", "FILE_SYMLINK"]));
  });
});
