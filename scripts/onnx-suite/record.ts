import type { CaseVerdict } from "./judge-case.ts";
import { explain } from "./explanations.ts";

/** What Python's onnxruntime says of a case (second_opinion.py). */
export interface Opinion {
  readonly case: string;
  readonly says:
    | "passed"
    | "differs"
    | "cannot load"
    | "cannot run"
    | "cannot feed"
    | "cannot compare"
    | "crashed";
  readonly why: string | null;
}

/** One case, seen by both. */
export interface JudgedCase extends CaseVerdict {
  readonly case: string;
  readonly opinion: Opinion["says"];
}

/** The cases that came out alike, and whether that is right. */
export interface Group {
  readonly verdict: CaseVerdict["verdict"];
  readonly codes: readonly string[];
  /** What Python's onnxruntime says of all of them. */
  readonly second_opinion: Opinion["says"];
  /** Null when no explanation covers them: a defect of the product or of explanations.ts. */
  readonly right: boolean | null;
  readonly why: string | null;
  readonly cases: readonly string[];
}

/** `record.json`: what came out, with every case that did not pass. */
export interface SuiteRecord {
  readonly onnx: string;
  readonly onnxruntime: string;
  readonly cases: number;
  readonly counts: Readonly<Record<CaseVerdict["verdict"], number>>;
  /** Cases that pass here and not in Python: false passes, unless an explanation says otherwise. */
  readonly passed_alone: readonly Group[];
  readonly not_passed: readonly Group[];
}

/** `versions` are those that made the cases and the opinions (requirements.txt). */
export function recordOf(
  judged: readonly JudgedCase[],
  versions: Pick<SuiteRecord, "onnx" | "onnxruntime">,
): SuiteRecord {
  const count = (verdict: CaseVerdict["verdict"]) => judged.filter((one) => one.verdict === verdict).length;
  return {
    ...versions,
    cases: judged.length,
    counts: {
      passed: count("passed"),
      refused: count("refused"),
      failed: count("failed"),
      engine: count("engine"),
    },
    passed_alone: groups(
      judged.filter(({ verdict, opinion }) => verdict === "passed" && opinion !== "passed"),
    ),
    not_passed: groups(judged.filter(({ verdict }) => verdict !== "passed")),
  };
}

function groups(judged: readonly JudgedCase[]): Group[] {
  const grouped = Map.groupBy(judged, (one) => JSON.stringify(headOf(one)));
  return [...grouped]
    .map(([head, cases]) => ({
      ...(JSON.parse(head) as ReturnType<typeof headOf>),
      cases: cases.map((one) => one.case),
    }))
    .sort((a, b) => b.cases.length - a.cases.length);
}

function headOf(judged: JudgedCase): Omit<Group, "cases"> {
  const { verdict, codes, opinion } = judged;
  const found = explain(judged);
  return {
    verdict,
    codes,
    second_opinion: opinion,
    right: found?.right ?? null,
    why: found?.why ?? null,
  };
}
