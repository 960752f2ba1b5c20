import { describe, expect, it } from "vitest";
import { type Binding, bindingProblems } from "../../../../src/usecases/gate/binding.ts";

const PACK = "evidence/m/1.0.0/run/pack.json";

function found(claimed: unknown, wanted: unknown): readonly string[] {
  const binding: Binding = ["CHECK_REQUEST_MISMATCH", "/environment", claimed, wanted];
  return bindingProblems(PACK, [binding]).map(({ message }) => message);
}

describe("bindings of a pack", () => {
  it("hold when they say the same, in whatever order", () => {
    expect(found("prod", "prod")).toEqual([]);
    expect(found(null, null)).toEqual([]);
    expect(found({ a: 1, b: null }, { b: null, a: 1 })).toEqual([]);
  });

  it("do not hold when a text looks like nothing", () => {
    expect(found("null", null)).toEqual(['The pack is bound to "null", wanted is null.']);
  });

  it("are refused one by one, each with its code and place", () => {
    const bindings: readonly Binding[] = [
      ["EVIDENCE_POLICY_MISMATCH", "/policy_digest", "a", "b"],
      ["EVIDENCE_LEDGER_MISMATCH", "/ledger_digest", "c", "c"],
      ["EVIDENCE_SUBJECT_MISMATCH", "/subject", { version: "1.0.0" }, { version: "1.1.0" }],
    ];
    expect(bindingProblems(PACK, bindings)).toMatchObject([
      {
        code: "EVIDENCE_POLICY_MISMATCH",
        message: "The pack is bound to a, wanted is b.",
        where: { file: PACK, pointer: "/policy_digest" },
      },
      {
        code: "EVIDENCE_SUBJECT_MISMATCH",
        message: 'The pack is bound to {"version":"1.0.0"}, wanted is {"version":"1.1.0"}.',
        where: { file: PACK, pointer: "/subject" },
      },
    ]);
  });
});
