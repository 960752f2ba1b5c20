import { describe, expect, test } from "vitest";
import type {
  ObjectiveVerdict,
  PolicyVerdict,
  RequirementVerdict,
  Verdict,
} from "../../../src/domain/verdict.ts";
import { standingOf } from "../../../src/policy/standing.ts";

type Told = Pick<ObjectiveVerdict, "outcome" | "reason">;
const MISSED: Told = { outcome: "FAIL", reason: "GATE_HARD_LIMIT_MISSED" };
const MISSING: Told = { outcome: "FAIL", reason: "EVIDENCE_MISSING" };
const MET: Told = { outcome: "PASS", reason: null };

interface Of {
  readonly outcome: Verdict["outcome"];
  readonly objectives?: Readonly<Record<string, Told>>;
  readonly requirements?: Readonly<Record<string, Told>>;
  readonly score?: PolicyVerdict["score"];
  readonly refusals?: readonly RequirementVerdict[];
}

const named = (all: Readonly<Record<string, Told>> = {}) =>
  Object.entries(all).map(([id, told]) => ({ id, says: `${id}.`, ...told }));

/** As far as standings look at it. */
function verdict({ outcome, objectives, requirements, score = null, refusals = [] }: Of): Verdict {
  const policy = { policy: "p", objectives: named(objectives), requirements: named(requirements), score };
  return { outcome, policies: [policy], refusals } as unknown as Verdict;
}

const idsOf = (of: Of) => {
  const { outcome, blockers, unanswered } = standingOf(verdict(of));
  return [outcome, blockers.map(({ id }) => id), unanswered.map(({ id }) => id)];
};

describe("a verdict on old evidence", () => {
  test("stands as it is when all of it was measured", () => {
    expect(idsOf({ outcome: "PASS", objectives: { a: MET } })).toEqual(["PASS", [], []]);
    expect(idsOf({ outcome: "FAIL", objectives: { a: MISSED, b: MET } })).toEqual(["FAIL", ["a"], []]);
    const undecided: Told = { outcome: "INCONCLUSIVE", reason: "GATE_UNDECIDED" };
    expect(idsOf({ outcome: "INCONCLUSIVE", objectives: { a: undecided } })).toEqual([
      "INCONCLUSIVE",
      ["a"],
      [],
    ]);
  });

  test("is neither a pass nor a failure when only what was not measured stands in the way", () => {
    expect(idsOf({ outcome: "FAIL", objectives: { a: MISSING, b: MET } })).toEqual([
      "INCONCLUSIVE",
      [],
      ["a"],
    ]);
    const soak: Told = { outcome: "INCONCLUSIVE", reason: "GATE_SOAK_UNKNOWN" };
    expect(idsOf({ outcome: "INCONCLUSIVE", requirements: { soak } })).toEqual([
      "INCONCLUSIVE",
      [],
      ["soak"],
    ]);
    const nothing: Told = { outcome: "FAIL", reason: "GATE_NOTHING_EVALUATED" };
    expect(
      idsOf({ outcome: "FAIL", objectives: { a: MISSING }, requirements: { evaluated: nothing } }),
    ).toEqual(["INCONCLUSIVE", [], ["a"]]);
    expect(idsOf({ outcome: "FAIL", requirements: { evaluated: nothing } })).toEqual([
      "FAIL",
      ["evaluated"],
      [],
    ]);
  });

  test("fails when something that was measured fails besides", () => {
    expect(idsOf({ outcome: "FAIL", objectives: { a: MISSING, b: MISSED } })).toEqual(["FAIL", ["b"], ["a"]]);
    const forbidden = { id: "phase", says: "No.", fix: "", outcome: "FAIL", reason: "X" } as const;
    expect(idsOf({ outcome: "FAIL", objectives: { a: MISSING }, refusals: [forbidden] })).toEqual([
      "FAIL",
      ["phase"],
      ["a"],
    ]);
  });

  test("has no score where a part of it was not measured", () => {
    const score = { value: 0.5, limit: "hard >= 0.9", outcome: "FAIL" } as const;
    expect(idsOf({ outcome: "FAIL", objectives: { a: MET }, score })).toEqual(["FAIL", ["score"], []]);
    expect(idsOf({ outcome: "FAIL", objectives: { a: MISSING }, score })).toEqual([
      "INCONCLUSIVE",
      [],
      ["a", "score"],
    ]);
  });
});
