import type { JudgedCase } from "./record.ts";

/** Why a kind of case does not pass, and whether that is right. */
export interface Explanation {
  readonly right: boolean;
  readonly why: string;
  readonly covers: (judged: JudgedCase) => boolean;
}

/** The first that covers a case counts. */
const EXPLANATIONS: readonly Explanation[] = [
  {
    right: true,
    why: "The pinned runtime has no kernel for an operator, opset or type of it; Python's onnxruntime says so too.",
    covers: ({ verdict, opinion }) => verdict === "engine" && opinion.startsWith("cannot"),
  },
  {
    right: true,
    why: "An input or output is bfloat16, float8, complex or has less than 8 bits: the binding for Node takes and gives none of them.",
    covers: has("MODEL_DTYPE_UNSUPPORTED"),
  },
  {
    right: true,
    why: "Operators of a preview domain (training, flex attention), which the pinned runtime does not have.",
    covers: (judged) => has("MODEL_DOMAIN_UNKNOWN")(judged) && judged.opinion === "cannot load",
  },
  {
    right: true,
    why: "It draws random numbers, which is no function of its inputs.",
    covers: has("MODEL_RANDOM"),
  },
  {
    right: true,
    why: "It runs as in training, where the answer to a row depends on chance or on other rows.",
    covers: has("MODEL_TRAINING_MODE"),
  },
  {
    right: false,
    why: "A sequence or an optional value goes in or out: it must not pass, but init should say so and not draft it.",
    covers: has("DOCUMENT_VALUE_UNKNOWN"),
  },
  {
    right: true,
    why: "The runtime's answer is further off than rounding explains; ONNX's own runner says so too.",
    covers: ({ verdict, opinion }) => verdict === "failed" && opinion === "differs",
  },
  {
    right: true,
    why: "A reference is NaN, which equals nothing unless the policy says nan_equal.",
    covers: has("PARITY_NAN"),
  },
  {
    right: true,
    why: "Every output, or one of them, is empty in every case, so that nothing of it was compared.",
    covers: has("PARITY_NOTHING_COMPARED"),
  },
  {
    right: false,
    why: "The tolerance knows no scale: the answers differ in the last places of numbers beyond 1, or of float16.",
    covers: ({ codes, opinion }) => codes.includes("parity.max_abs_diff") && opinion === "passed",
  },
];

function has(code: string): Explanation["covers"] {
  return ({ codes }) => codes.includes(code);
}

/** Undefined when nobody has explained it yet. */
export function explain(judged: JudgedCase): Explanation | undefined {
  return EXPLANATIONS.find(({ covers }) => covers(judged));
}
