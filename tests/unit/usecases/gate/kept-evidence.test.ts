import { beforeEach, describe, expect, test } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import type { EvidenceKind, Subject } from "../../../../src/domain/evidence.ts";
import type { Decision } from "../../../../src/usecases/gate/decision.ts";
import { keptEvidence, type NewBindings, requireKept } from "../../../../src/usecases/gate/kept-evidence.ts";
import { decide, request, START } from "../../../support/decisions.ts";
import { digest, evidenceOf, LIVE as JUDGED_LIVE, measurement } from "../../../support/judging.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const LIVE: Subject = { ...JUDGED_LIVE, model_id: "m", version: "1.1.0" };
const METRIC = {
  integrity: "integrity.problems",
  parity: "parity.max_abs_diff",
  benchmark: "benchmark.latency_ratio",
} as const satisfies Record<EvidenceKind, string>;

let git: MemoryGit;
let before: Decision;
beforeEach(async () => {
  git = new MemoryGit();
  git.seed(START);
  const decision = await decide(git, request());
  const kinds = Object.entries(METRIC) as [EvidenceKind, string][];
  const pack = kinds.map(([kind, metric]) => {
    const bytes = Buffer.from(formatJson(evidenceOf(kind, [measurement(metric, 0)])));
    return [`${kind}.json`, bytes] as const;
  });
  before = {
    ...decision,
    verdict: { ...decision.verdict, baseline: LIVE },
    pack: new Map([...decision.pack, ...pack]),
  };
});

/** The bindings on a base that brought these files. */
function after(files: Readonly<Record<string, string>>, more: Partial<NewBindings> = {}): NewBindings {
  const { subject, policy_digest: policyDigest } = before.verdict;
  return { commit: git.seed(files), policyDigest, subject, baseline: LIVE, ...more };
}
const kinds = async (now: NewBindings): Promise<readonly string[]> =>
  (await keptEvidence(git, before, now)).map(({ kind }) => kind);

describe("evidence on another base", () => {
  test("is kept when candidate, policies and live version are the same; integrity never", async () => {
    const now = after({ "docs/x.md": "x", "models/m/1.0.0-rc/model.onnx": "x" });
    expect(await kinds(now)).toEqual(["parity", "benchmark"]);
    await expect(requireKept(git, before, now)).resolves.toBeUndefined();
  });

  test.each<[string, (now: NewBindings) => NewBindings, Readonly<Record<string, string>>, string]>([
    [
      "another manifest",
      (now) => ({ ...now, subject: { ...now.subject, manifest_digest: digest("e") } }),
      {},
      "EVIDENCE_SUBJECT_MISMATCH",
    ],
    ["another file", (now) => now, { "models/m/1.0.0/model.onnx": "x" }, "EVIDENCE_SUBJECT_MISMATCH"],
    ["other policies", (now) => ({ ...now, policyDigest: digest("e") }), {}, "EVIDENCE_POLICY_MISMATCH"],
  ])("is lost with %s", async (_, change, files, code) => {
    const now = change(after(files));
    expect(await kinds(now)).toEqual([]);
    await expect(requireKept(git, before, now)).rejects.toMatchObject({ code });
  });

  test.each<[string, Readonly<Record<string, string>>, Subject | null]>([
    ["is another one", {}, { ...LIVE, version: "1.2.0", manifest_digest: digest("e") }],
    ["is gone", {}, null],
    ["has another file", { "models/m/1.1.0/model.onnx": "x" }, LIVE],
  ])("is lost as far as it compares, when the live version %s", async (_, files, baseline) => {
    const now = after(files, { baseline });
    expect(await kinds(now)).toEqual(["parity"]);
    await expect(requireKept(git, before, now)).rejects.toMatchObject({ code: "EVIDENCE_BASELINE_MISMATCH" });
  });

  test("that was handed in tells every binding that it lost", async () => {
    const now = after({ "models/m/1.0.0/model.onnx": "x" }, { policyDigest: digest("e"), baseline: null });
    await expect(requireKept(git, before, now)).rejects.toMatchObject({
      problems: [
        { code: "EVIDENCE_SUBJECT_MISMATCH", where: { file: "models/m/1.0.0" } },
        { code: "EVIDENCE_POLICY_MISMATCH", where: { file: "policies/gates" } },
        { code: "EVIDENCE_BASELINE_MISMATCH", where: { file: "models/m/1.1.0" } },
      ],
    });
  });
});
