import type { Reason } from "./reason.ts";

/** What the author of a version reports about it in training.json and evaluation.json. */
export const claimsReasons = {
  CLAIM_WINDOW_IMPOSSIBLE: {
    meaning:
      "A window of time in evaluation.json or training.json ends before it begins, or names a moment that does not exist.",
    fix: "Write the time of the first row into `from`, and a time just after the last row into `to`. If the data has no time, leave the window out.",
    exit: 2,
  },
  CLAIM_NUMBER_IMPOSSIBLE: {
    meaning: "A reported number is outside the range that its metric can have.",
    fix: "Write the number that was measured, with its unit (1 for a ratio, % for percent). If it is another metric, give it another name.",
    exit: 2,
  },
  CLAIM_ON_TRAINING_DATA: {
    meaning:
      "The evaluation window overlaps the training window. The model may have been evaluated on rows that it was trained on.",
    fix: "Evaluate on data from after the training window. If the evaluated rows were held out from training, say so in code_note.",
    exit: 1,
  },
  CLAIM_CONTRADICTED: {
    meaning: "The author reports two different numbers under one name.",
    fix: "Correct the wrong one, or give them different names, such as cv_auc and auc.",
    exit: 1,
  },
  CLAIM_REFERENCES_OF_RUNTIME: {
    meaning:
      "training.json says that the expected outputs were computed by ONNX Runtime. Parity then compares ONNX Runtime with itself; it does not show that the export answers as the trained model does.",
    fix: "Compute test_data_set_*/output_*.pb with the framework that trained the model.",
    exit: 1,
  },
} as const satisfies Readonly<Record<string, Reason>>;
