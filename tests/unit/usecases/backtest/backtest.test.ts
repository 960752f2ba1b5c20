import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backtest } from "../../../../src/domain/backtest.ts";
import { REFUSALS_REF } from "../../../../src/domain/records-ref.ts";
import { backtestMarkdown, backtestText } from "../../../../src/report/backtest.ts";
import { backtest } from "../../../../src/usecases/backtest/backtest.ts";
import { changed, type CheckScene, checkScene } from "../../../support/check-scene.ts";

const SHADOW = "policies/gates/shadow.yaml";

/** One hard limit of how far answers may be off; more objectives when they are given. */
function gate(version: number, limit: string, more = ""): string {
  return `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: ${version}, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [staging, prod], models: ["*"] }
objectives:
  - { id: onnx-parity, metric: parity.max_abs_diff, hard: "${limit}", why: w, fix: f }
${more}`;
}

const LATENCY = `  - { id: p95, metric: benchmark.p95_batch32_ms, hard: "<= 10", why: w, fix: f }
`;

/** A model that is off by 0.01: refused at 1e-5, let through at 0.1 after that was loosened, and in shadow since. */
describe("changed policies, on what was decided before", () => {
  let scene: CheckScene;
  let loosened: string;

  beforeAll(async () => {
    scene = await checkScene();
    scene.answer(changed);
    scene.repo.commit({ [SHADOW]: gate(2, "<= 1e-5") }, "one limit");
    await scene.propose({}).catch(() => "refused, as the tests count on");
    loosened = scene.repo.commit({ [SHADOW]: gate(3, "<= 0.1") }, "looser");
    scene.merge(await scene.propose({}));
  });
  afterAll(() => scene[Symbol.dispose]());

  const onBranch = (name: string, text: string): string =>
    scene.branch(name, () => scene.repo.write(SHADOW, text));
  const test = (head: string, more: object = {}): Promise<Backtest> =>
    backtest(scene.ports.git, { base: "main", head, ...more });

  it("finds what would be refused now, with the value, both limits, and that it is live", async () => {
    const found = await test(onBranch("stricter", gate(4, "<= 1e-3")));
    expect(found).toMatchObject({ promotions: 1, refusals: 1, not_rejudged: [], left_out: 0, problems: [] });
    const [promotion, refusal, ...rest] = found.flips;
    expect(rest).toEqual([]);
    expect(promotion).toMatchObject({
      kind: "promotion",
      event: "PROMOTE_TO_SHADOW",
      model: "flight-delay",
      version: "1.0.0",
      environment: "prod",
      decided: "PASS",
      before: "PASS",
      after: "FAIL",
      live: "SHADOW",
      because: [{ policy: "shadow", id: "onnx-parity", old: "hard <= 0.1", new: "hard <= 1e-3" }],
    });
    expect(promotion?.because[0]?.value).toBeCloseTo(0.01, 4);
    expect(refusal).toMatchObject({
      kind: "refusal",
      decided: "FAIL",
      before: "PASS",
      after: "FAIL",
      live: null,
    });
  });

  it("finds what was refused and would pass now", async () => {
    const found = await backtest(scene.ports.git, { base: `${loosened}~1`, head: loosened });
    expect(found).toMatchObject({
      promotions: 0,
      refusals: 1,
      flips: [
        {
          kind: "refusal",
          before: "FAIL",
          after: "PASS",
          live: null,
          because: [{ policy: "shadow", id: "onnx-parity", old: "hard <= 1e-5", new: "hard <= 0.1" }],
        },
      ],
    });
  });

  it("finds nothing where nothing changes", async () => {
    expect(await test("main")).toMatchObject({ promotions: 1, refusals: 1, flips: [], not_rejudged: [] });
  });

  it("never takes a metric that the evidence lacks for a pass, nor for a failure", async () => {
    const found = await test(onBranch("latency", gate(4, "<= 0.1", LATENCY)));
    expect(found).toMatchObject({ promotions: 0, refusals: 0, flips: [] });
    expect(found.not_rejudged).toMatchObject([
      { kind: "promotion", code: "EVIDENCE_MISSING", live: "SHADOW" },
      { kind: "refusal", code: "EVIDENCE_MISSING", live: null },
    ]);
    expect(found.not_rejudged[0]?.says).toMatch(/^shadow, p95: .* is not in the evidence\.$/);
    const both = await test(onBranch("both", gate(4, "<= 1e-3", LATENCY)));
    expect(both.flips).toMatchObject([
      { because: [{ id: "onnx-parity" }] },
      { because: [{ id: "onnx-parity" }] },
    ]);
  });

  it("judges by tolerances that nobody had when it was measured", async () => {
    const over = `  - { id: over, metric: parity.elements_over_tolerance, hard: "== 0", why: w, fix: f }\n`;
    const within = (atol: string) =>
      `${over}parity: { tolerances: { float32: { atol: ${atol}, rtol: 0 } } }\n`;
    const wide = await test(onBranch("wide", gate(4, "<= 0.1", within("0.1"))));
    expect(wide).toMatchObject({ promotions: 1, refusals: 1, flips: [], not_rejudged: [] });
    const narrow = await test(onBranch("narrow", gate(4, "<= 0.1", within("1e-3"))));
    expect(narrow.flips).toMatchObject([{ because: [{ id: "over" }] }, { because: [{ id: "over" }] }]);
    const nan = await test(onBranch("nan", gate(4, "<= 0.1", `${over}parity: { nan_equal: true }\n`)));
    expect(nan.not_rejudged).toMatchObject([
      { kind: "promotion", code: "EVIDENCE_TOLERANCE_MISMATCH" },
      { kind: "refusal", code: "EVIDENCE_TOLERANCE_MISMATCH" },
    ]);
  });

  it("says that no policy would cover a promotion", async () => {
    const head = scene.branch("uncovered", () => rmSync(join(scene.repo.root, SHADOW)));
    expect((await test(head)).flips[0]).toMatchObject({
      before: "PASS",
      after: "FAIL",
      live: "SHADOW",
      because: [{ policy: "", id: "policy", value: null, new: null }],
    });
  });

  it("looks at the newest alone when it may not look at all, and says so", async () => {
    const found = await test(onBranch("bounded", gate(4, "<= 1e-3")), { most: 0 });
    expect(found).toMatchObject({ promotions: 0, refusals: 0, flips: [], left_out: 2 });
  });

  it("tells what cannot be read, and goes on with the rest", async () => {
    using other = await checkScene();
    other.answer(changed);
    other.repo.commit({ [SHADOW]: gate(2, "<= 0.1") }, "one limit");
    other.merge(await other.propose({}));
    const [pack = ""] = other.repo.git("ls-tree", "-r", "--name-only", "HEAD", "evidence").split("\n");
    rmSync(join(other.repo.root, pack.replace(/[^/]+$/, "parity.json")));
    other.repo.git("add", "-A");
    other.repo.git("commit", "-q", "--amend", "--no-edit");
    const head = other.branch("stricter", () => other.repo.write(SHADOW, gate(4, "<= 1e-3")));
    expect(await backtest(other.ports.git, { base: "main", head })).toMatchObject({
      promotions: 0,
      flips: [],
      not_rejudged: [{ kind: "promotion", code: "CHECK_PACK_INCOMPLETE", live: "SHADOW" }],
    });
  });

  it("refuses revisions and policies that cannot be read", async () => {
    await expect(test("nowhere")).rejects.toMatchObject({ code: "GIT_UNKNOWN_REVISION" });
    await expect(test(onBranch("broken", "kind: Nothing\n"))).rejects.toMatchObject({ exitCode: 2 });
  });

  it("is part of the check of a change of policies, and decides nothing", async () => {
    const head = onBranch("checked", gate(4, "<= 1e-3"));
    const report = await scene.check("main", head);
    expect(report).toMatchObject({ kind: "policy", outcome: "PASS", problems: [] });
    expect(report.backtest).toEqual(await test(head));
    const unread = await scene.check("main", head, {
      refusals: async () => ({ tips: [], problems: ["They could not be fetched."] }),
    });
    expect(unread.backtest?.problems).toEqual(["They could not be fetched."]);
  });

  it("is left out where the change brings nothing that judges, or is refused itself", async () => {
    const workflow = scene.branch("workflow", () => scene.repo.write(".github/CODEOWNERS", "* @acme/ml\n"));
    expect((await scene.check("main", workflow)).backtest).toBeUndefined();
    const same = await scene.check("main", onBranch("same-version", gate(3, "<= 1e-3")));
    expect(same).toMatchObject({ outcome: "FAIL" });
    expect(same.backtest).toBeUndefined();
  });

  it("reads as an answer, a table and the reasons", async () => {
    const found = await test(onBranch("read", gate(4, "<= 1e-3")));
    const [main, head] = [found.base.slice(0, 12), found.head.slice(0, 12)];
    const today = found.flips[0]?.decided_at.slice(0, 10);
    const text = backtestText(found, 200);
    expect(text.split("\n\n")[0]).toBe(
      `Back-test with the policies of ${head} instead of ${main}: of 1 past promotion and 1 kept refusal, 2 come out otherwise; 1 of these is live.`,
    );
    expect(text).toMatch(
      new RegExp(
        `PASS -> FAIL +Promote flight-delay 1\\.0\\.0 to SHADOW in prod, ${today}, live +shadow, onnx-parity +0\\.01 +hard <= 0\\.1 +hard <= 1e-3`,
      ),
    );
    expect(text).toContain("Approvals and streaks are not in the evidence");
    expect(backtestMarkdown(found)).toContain(
      "| PASS -> FAIL | Promote flight-delay 1.0.0 to SHADOW in prod",
    );
    expect(backtestMarkdown(found, 400)).toMatch(/Left out for length: .*modelgate backtest --json\.\n$/);
    const nothing = { ...found, promotions: 0, refusals: 0, flips: [] };
    expect(backtestText(nothing, 200)).toMatch(/: there is nothing to judge again\.\n$/);
  });

  it("the next try on the loosened limit is told as one", async () => {
    using other = await checkScene();
    other.answer(changed);
    other.repo.commit({ [SHADOW]: gate(2, "<= 1e-5") }, "one limit");
    await expect(other.propose({})).rejects.toThrow(/^Refused/);
    const first = other.repo.git("rev-parse", REFUSALS_REF);
    const commit = other.repo.commit({ [SHADOW]: gate(3, "<= 0.1") }, "looser");
    const report = await other.check("main", await other.propose({}));
    const [decision] = report.decisions;
    expect(decision?.attempts).toMatchObject({
      number: 2,
      earlier: [{ version: "1.0.0", outcome: "FAIL", objectives: ["onnx-parity"], commit: first }],
      loosened: [{ policy: "shadow", what: "onnx-parity hard", from: "<= 1e-5", to: "<= 0.1", commit }],
      gone: [],
      unread: 0,
      problems: [],
    });
    expect(decision?.verdict.refused_before).toEqual([{ version: "1.0.0", objectives: ["onnx-parity"] }]);
  });
});
