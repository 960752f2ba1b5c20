/** What should become of a model (`expect.json`, written by case.py). */
export interface Expectation {
  /** `fail` is the gate's answer; `refused` comes before the model is registered for good. */
  readonly expect: "pass" | "fail" | "refused";
  readonly why: string;
  /** One of them is among the codes or missed objectives of a failure or refusal; empty: any. */
  readonly codes: readonly string[];
  /** The step that a model which passes reaches. */
  readonly until: "REGISTER" | "SHADOW" | "CANARY";
  /** Names of the columns of the first input. */
  readonly columns: readonly string[];
  /** Name of the model's file. */
  readonly file: string;
}

/** Where a walk ended. */
export interface Walk {
  readonly ended: "init" | "register" | "validate" | "REGISTER" | "SHADOW" | "CANARY";
  readonly result: "pass" | "fail" | "inconclusive" | "refused" | "broke";
  /** Reason codes in the output of the last step. */
  readonly codes: readonly string[];
  /** Objectives that the last step calls missed, by id. */
  readonly missed: readonly string[];
  /** Longest line of all that was printed for a terminal of 80 columns. */
  readonly widest: number;
}

/** `fail` may come as early as the gate of the registration; a refusal may not come later. */
export function isAsExpected(walk: Walk, { expect, codes, until }: Expectation): boolean {
  const isNamed = codes.length === 0 || codes.some((code) => [...walk.codes, ...walk.missed].includes(code));
  if (expect === "pass") return walk.result === "pass" && walk.ended === until;
  if (expect === "fail")
    return walk.result === "fail" && isNamed && (until !== "CANARY" || walk.ended === until);
  const early = walk.result === "refused" || walk.ended === "REGISTER";
  return early && walk.result !== "pass" && walk.result !== "broke" && isNamed;
}
