import type { Reason } from "./reason.ts";

/** What the author of a version reports about it in training.json and evaluation.json. */
export const claimsReasons = {
  CLAIM_WINDOW_IMPOSSIBLE: {
    meaning:
      "A window of time in evaluation.json or training.json ends before it begins, or names a moment that does not exist.",
    fix: "Write the first moment into from and the first moment after the data into to; leave the window out when the data has no time.",
    exit: 2,
  },
  CLAIM_NUMBER_IMPOSSIBLE: {
    meaning:
      "A reported number is outside of what its metric can be by definition, so that nobody measured it.",
    fix: "Write the number that was measured, with its unit (1 for a ratio, % for percent); give another quantity another name.",
    exit: 2,
  },
  CLAIM_ON_TRAINING_DATA: {
    meaning:
      "The evaluation window and the training window share time: reported quality may be that of rows the model was trained on.",
    fix: "Evaluate on data from after the training window; where rows were held out inside of it, say so in code_note.",
    exit: 1,
  },
  CLAIM_CONTRADICTED: {
    meaning: "The author reports two different numbers under one name.",
    fix: "Correct the wrong one, or name them for what they are, such as cv_auc and auc.",
    exit: 1,
  },
  CLAIM_REFERENCES_OF_RUNTIME: {
    meaning:
      "By training.json the expected outputs were computed by the runtime that is measured: parity then shows that it repeats itself, not that the export is the trained model.",
    fix: "Write test_data_set_*/output_*.pb with the framework that trained the model.",
    exit: 1,
  },
} as const satisfies Readonly<Record<string, Reason>>;
