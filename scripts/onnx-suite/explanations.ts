import type { JudgedCase } from "./record.ts";

/** Why a kind of case does not pass, and whether that is right. */
export interface Explanation {
  readonly right: boolean;
  readonly why: string;
  readonly covers: (judged: JudgedCase) => boolean;
}

const ROUNDED: ReadonlySet<string> = new Set([
  "node/test_averagepool_2d_ceil_last_window_starts_on_pad",
  "node/test_gridsample_bicubic",
]);

/** The first that covers a case counts. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    right: true,
    why: "One float16 number differs by one unit in its last place (4.9e-4), which ONNX's own tolerance does not allow.",
    covers: ({ verdict, case: name }) =>
      verdict === "passed" && name === "node/test_attention_4d_causal_fp16",
  },
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
    right: true,
    why: "A sequence or an optional value goes in, which cannot be stored as a test case: init refuses it by name.",
    covers: has("MODEL_INPUT_NOT_TENSOR"),
  },
  {
    right: true,
    why: "Only sequences or optional values come out: they are counted as not comparable, and the shipped policy allows none.",
    covers: has("parity.outputs_not_comparable"),
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
    right: true,
    why: "A reference is infinite, which equals nothing unless the policy says inf_equal.",
    covers: ({ codes, opinion }) => codes.includes("PARITY_INFINITE") && opinion === "passed",
  },
  {
    right: true,
    why: "The references were written down with four or five digits, which float32 answers do not equal.",
    covers: ({ case: name }) => ROUNDED.has(name),
  },
];

function has(code: string): Explanation["covers"] {
  return ({ codes }) => codes.includes(code);
}

/** Undefined when nobody has explained it yet. */
export function explain(judged: JudgedCase): Explanation | undefined {
  return EXPLANATIONS.find(({ covers }) => covers(judged));
}
