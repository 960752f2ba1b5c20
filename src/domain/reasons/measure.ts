import type { Reason } from "./reason.ts";

export const measureReasons = {
  PARITY_NO_TEST_DATA: {
    meaning: "The version has no test_data_set_<n> folder, so that nothing can be replayed.",
    fix: "Add test_data_set_0/{input,output}_0.pb with the outputs of the trained model, and run: modelgate register",
    exit: 2,
  },
  PARITY_TEST_DATA_UNREAD: {
    meaning:
      "A file looks like test data, but parity does not read it because of its format, its name or its folder.",
    fix: "Name it test_data_set_<n>/input_<k>.pb or output_<k>.pb and write it as an ONNX TensorProto, or remove it.",
    exit: 2,
  },
  PARITY_INPUT_MISSING: {
    meaning: "A test data set lacks the file of an input.",
    fix: "Write input_<k>.pb for every input of the model, in its order.",
    exit: 2,
  },
  PARITY_REFERENCE_MISSING: {
    meaning: "A test data set lacks the expected file of an output.",
    fix: "Write output_<k>.pb for every output of the model, in its order, with what the trained model answers.",
    exit: 2,
  },
  PARITY_TEST_DATA_AMBIGUOUS: {
    meaning: "Two files of a test data set are for the same input or output.",
    fix: "Give every tensor the name of its own input or output, or no name at all.",
    exit: 2,
  },
  PARITY_INPUT_WRONG: {
    meaning: "A test input does not have the name, dtype or shape that the model takes.",
    fix: "Write the test inputs with the names, dtypes and shapes of the model's inputs.",
    exit: 2,
  },
  PARITY_REFERENCE_WRONG: {
    meaning:
      "An expected output has a name, dtype or shape that the model cannot produce, so it can never match.",
    fix: "Write into output_<k>.pb what the trained model answers for the inputs of the same case, in the dtypes and shapes that the ONNX model declares. Or export the model again.",
    exit: 2,
  },
  PARITY_OUTPUT_MISSING: {
    meaning: "There is a reference for an output that the model does not give.",
    fix: "Export the model with the outputs of the trained model, or write the test data again.",
    exit: 1,
  },
  PARITY_DTYPE_MISMATCH: {
    meaning: "An output has another dtype than its reference.",
    fix: "Export with the dtypes of the trained model.",
    exit: 1,
  },
  PARITY_SHAPE_MISMATCH: {
    meaning: "An output has another shape than its reference.",
    fix: "Export with the shapes of the trained model.",
    exit: 1,
  },
  PARITY_CLASS_MISSING: {
    meaning: "In an expected output of a ZipMap, the keys of a row differ from the classes of the model.",
    fix: "Write one value for each class that sidecar.json lists, with keys of the same type. Or write a matrix float32[N, classes].",
    exit: 2,
  },
  PARITY_NAN: {
    meaning: "An output and its reference are not both numbers.",
    fix: "Look for overflow, division by zero and missing values on the way to this element.",
    exit: 1,
  },
  PARITY_INFINITE: {
    meaning: "An output is infinite where its reference is not, or has the other sign.",
    fix: "Look for overflow and division by zero on the way to this element.",
    exit: 1,
  },
  PARITY_TEXT_DIFFERS: {
    meaning: "A text output is not its reference.",
    fix: "Export with the labels of the trained model.",
    exit: 1,
  },
  PARITY_NOT_REPEATABLE: {
    meaning:
      "The model gave different outputs for the same inputs when the cases were run again, in another order or in a new session.",
    fix: "Export a model whose answer depends only on its inputs. Make random numbers and state inputs of the model, and the new state an output.",
    exit: 1,
  },
  PARITY_ROWS_UNDECLARED: {
    meaning:
      "sidecar.json does not say that the rows of a batch are independent, so a batch was not compared with its single rows.",
    fix: 'If the answer for a row does not depend on the other rows, write "rows": "independent" into sidecar.json before you register the version.',
    exit: 1,
  },
  PARITY_ROWS_DISAGREE: {
    meaning:
      "sidecar.json says that the rows of a batch are independent, but a row got one answer alone and another in a batch.",
    fix: 'Export the model so that no operation mixes rows (reshape, normalization, mean over the batch), or take "rows" out of sidecar.json and register a new version.',
    exit: 1,
  },
  PARITY_NOTHING_COMPARED: {
    meaning: "No output element could be compared, so that nothing was shown.",
    fix: "Export outputs as tensors (skl2onnx: zipmap=False), and use test data with at least one row.",
    exit: 1,
  },
  PARITY_NO_SCALE: {
    meaning: "All references are zero, so that a relative difference has no meaning.",
    fix: "Judge parity.max_abs_diff, or add test data whose outputs are not zero.",
    exit: 1,
  },
  PARITY_NO_LABELS: {
    meaning: "The model has no integer, boolean or string output.",
    fix: "Judge parity.max_abs_diff.",
    exit: 1,
  },
  PARITY_CLAIM_BROKEN: {
    meaning: "A number of parity.json is not what was measured.",
    fix: "Measure again and correct parity.json: modelgate measure parity ID@VERSION",
    exit: 1,
  },
  BENCHMARK_NOISY: {
    meaning:
      "The runner was too noisy to tell how fast the model is: its calibration loop varied by more than 15 %, or others took more than 5 % of the CPU.",
    fix: "Measure again, on a runner that does nothing else at the time.",
    exit: 1,
  },
  BENCHMARK_FAR_ABOVE: {
    meaning:
      "Ten calls in a row took so much processor time that the model would miss the limit even on an idle machine. The benchmark stopped there.",
    fix: "Make the model smaller, or quantise it. Raise a limit only in a pull request of its own.",
    exit: 1,
  },
  BENCHMARK_TOO_FEW_RUNS: {
    meaning: "There are too few timed calls to bound the number.",
    fix: "Give the benchmark more time, or more pairs.",
    exit: 1,
  },
  BENCHMARK_PROCESSES_DISAGREE: {
    meaning:
      "Fresh processes gave median ratios more than 10 % apart: the interval is widened to hold all of them.",
    fix: "Measure again, with more processes or on a quieter runner.",
    exit: 1,
  },
  BENCHMARK_NO_INCUMBENT: {
    meaning: "No version is live, so that there is nothing to be slower than.",
    fix: "Nothing to mend: the policy's no_incumbent says what follows from it.",
    exit: 1,
  },
  BENCHMARK_INPUTS_DIFFER: {
    meaning:
      "Candidate and live model take different inputs, so that they cannot be timed on the same calls.",
    fix: "Keep names, dtypes and shapes of the inputs, or waive the ratio for the version that changes them.",
    exit: 1,
  },
  BENCHMARK_LIVE_FAILED: {
    meaning: "The live model did not load or did not run, so that there is no ratio to it.",
    fix: "Look at the live version: it fails on inputs that its successor takes.",
    exit: 1,
  },
  BENCHMARK_NO_INPUTS: {
    meaning: "The version has no stored input with at least one row.",
    fix: "Add test_data_set_0/input_0.pb with real inputs, and register the version again.",
    exit: 1,
  },
  BENCHMARK_NO_BATCH_AXIS: {
    meaning: "The model takes one row at a time: all its input dimensions are fixed.",
    fix: "Nothing to mend, unless the model should take batches: then export it with a symbolic batch axis.",
    exit: 1,
  },
  BENCHMARK_BATCH_UNDECLARED: {
    meaning: "The model leaves dimensions open, but sidecar.json does not say which one is the batch axis.",
    fix: 'Write "N" for the batch axis in sidecar.json#/inputs, and register the version again.',
    exit: 1,
  },
  BENCHMARK_BATCH_REFUSED: {
    meaning: "The model does not run with a batch that its sidecar.json declares.",
    fix: "Export the model with a symbolic batch axis, or correct the shapes in sidecar.json.",
    exit: 1,
  },
  BENCHMARK_CLAIM_BROKEN: {
    meaning: "bench.json claims a p95 that the same CPU does not reach by more than half.",
    fix: "Measure bench.json again on the machine that it names.",
    exit: 1,
  },
  BENCHMARK_CLAIM_UNREADABLE: {
    meaning: "bench.json cannot be read, so that its claims were not compared.",
    fix: "Run: modelgate validate, and mend bench.json.",
    exit: 1,
  },
} as const satisfies Record<string, Reason>;
