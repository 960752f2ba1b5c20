import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BRANCH } from "../../../support/approval-scene.ts";
import { MERGED_AT, type ReviewedMerge, reviewedMerge } from "../../../support/reviewed-merge.ts";

const REF = "refs/modelgate/approvals";

describe("reviews that a promotion was merged with", () => {
  let scene: ReviewedMerge;
  beforeAll(async () => {
    scene = await reviewedMerge();
  });
  afterAll(() => scene[Symbol.dispose]());
  beforeEach(() => {
    scene.signWith(scene.bot);
    if (scene.git("for-each-ref", REF) !== "") scene.git("update-ref", "-d", REF);
  });

  it("are missing in Git before somebody records them", async () => {
    expect(await scene.gist()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("are recorded as statements that the gate's signed commit vouches for, and proven by the audit", async () => {
    expect(await scene.record({})).toEqual({ principals: ["grace"], notes: [] });
    expect(await scene.gist()).toBe("PASS grace");
    const [path = ""] = scene.git("ls-tree", "-r", "--name-only", REF).split("\n");
    expect(path).toMatch(/^evidence\/flight-delay\/1\.0\.0\/[^/]+\/approvals\/github-grace-h\.json$/);
    expect(JSON.parse(scene.git("show", `${REF}:${path}`))).toMatchObject({
      ref: "refs/heads/main",
      to: { tree: scene.git("rev-parse", `${scene.head}^{tree}`) },
      principal: "grace",
      key: null,
      signature: null,
      source: { kind: "github-review", reviewer: "Grace-H", review: 41, head: scene.head },
    });
  });

  it("are vouched for by a key of the gate instead, when the record itself is not signed", async () => {
    scene.signWith(null);
    expect(await scene.record({ key: scene.bot })).toEqual({ principals: ["grace"], notes: [] });
    expect(await scene.gist()).toBe("PASS grace");
  });

  it("prove nothing when nobody vouches for them, and it is told", async () => {
    scene.signWith(null);
    const { notes } = await scene.record({});
    expect(notes).toEqual([expect.stringMatching(/^The record of approvals is signed by nobody/)]);
    expect(await scene.gist()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("are proven by whoever names their last record, in a clone that has no such ref", async () => {
    await scene.record({});
    const approvals = scene.git("rev-parse", REF);
    scene.git("update-ref", "-d", REF);
    expect(await scene.gist()).toBe("FAIL AUDIT_APPROVALS_MISSING");
    const report = await scene.audit({ approvals });
    expect(scene.verdictOn(report, scene.merged)).toMatchObject({
      outcome: "PASS",
      transition: { approved_by: ["grace"] },
    });
  });

  it("are recorded once", async () => {
    await scene.record({});
    const tip = scene.git("rev-parse", REF);
    expect(await scene.record({})).toEqual({ principals: [], notes: [] });
    expect(scene.git("rev-parse", REF)).toBe(tip);
  });

  it.each([
    ["given after the merge", { given: { id: 42, at: "2026-11-21T10:00:01Z" } }],
    ["of another head", { commit: "f".repeat(40) }],
    ["dismissed", { state: "DISMISSED" as const }],
    ["of a program", { reviewer: { id: 9, login: "grace-h[bot]", kind: "bot" as const } }],
    ["whose time nobody told", { given: undefined }],
  ])("are not recorded when %s", async (_what, more) => {
    const review = scene.review(more as Partial<ReturnType<typeof scene.review>>);
    expect(await scene.record({ reviews: [review] })).toEqual({ principals: [], notes: [] });
    expect(await scene.gist()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("given at the very moment of the merge count", async () => {
    const review = scene.review({ given: { id: 43, at: MERGED_AT } });
    expect((await scene.record({ reviews: [review] })).principals).toEqual(["grace"]);
  });

  it("do not count when a key that is no gate-bot's appended them", async () => {
    scene.signWith(scene.mallory);
    await scene.record({});
    expect(await scene.gist()).toBe("FAIL AUDIT_APPROVALS_MISSING");
  });

  it("are no part of a proposal, where anybody could write them", async () => {
    await scene.record({});
    const [path = ""] = scene.git("ls-tree", "-r", "--name-only", REF).split("\n");
    const text = scene.git("show", `${REF}:${path}`);
    scene.git("checkout", "-q", "-B", "smuggled", scene.head);
    scene.commit({ [path]: `${text}\n` }, "smuggle");
    scene.git("checkout", "-q", "main");
    scene.git("branch", "-q", "-f", "base", `${scene.merged}^`);
    const report = await scene.check.check("base", "smuggled");
    expect(report.problems.map(({ code }) => code)).toEqual(["APPROVAL_MALFORMED"]);
    expect(scene.git("rev-parse", BRANCH)).toBe(scene.head);
  });
});
