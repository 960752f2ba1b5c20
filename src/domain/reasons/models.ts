import type { Reason } from "./reason.ts";

const RE_EXPORT = "Export the model again and register the new file.";

export const modelsReasons = {
  MODEL_EMPTY: { meaning: "The model file has no bytes.", fix: RE_EXPORT, exit: 2 },
  MODEL_TOO_LARGE: {
    meaning: "The model file is larger than the limit; protobuf itself ends at 2 GiB.",
    fix: "Move the weights to external data files that the manifest lists, or raise the limit.",
    exit: 2,
  },
  MODEL_TRUNCATED: {
    meaning: "The model file ends in the middle of a field.",
    fix: `The upload broke off. ${RE_EXPORT}`,
    exit: 2,
  },
  MODEL_MALFORMED: { meaning: "The bytes are not an ONNX model.", fix: RE_EXPORT, exit: 2 },
  MODEL_ORT_FORMAT: {
    meaning:
      "The file is in ONNX Runtime's own format, which other tools cannot inspect, or begins as if it were.",
    fix: "Register the .onnx file that the .ort file was made from.",
    exit: 2,
  },
  MODEL_UNTYPED: {
    meaning: "An input or output of the model declares no type, so that nobody can say what it should be.",
    fix: RE_EXPORT,
    exit: 2,
  },
  MODEL_NAME_UNUSABLE: {
    meaning:
      "The name of an input or output of the model is empty, is used twice, contains U+0000, or is longer than 512 characters.",
    fix: "Export the model again and give each input and output a name of its own (input_names, output_names).",
    exit: 2,
  },
  MODEL_INPUT_NOT_TENSOR: {
    meaning:
      "An input of the model is a sequence, a map, a sparse tensor or an optional value. modelgate can feed only tensors.",
    fix: "Export the model with tensors as inputs: one for each element of a sequence, or one that stacks them.",
    exit: 2,
  },
  MODEL_TOO_MANY_VALUES: {
    meaning: "The model has more than 1,024 inputs or more than 1,024 outputs.",
    fix: "Join inputs or outputs into fewer tensors (Concat, Split) and export the model again.",
    exit: 2,
  },
  MODEL_TOO_DEEP: {
    meaning: "Graphs or types are nested deeper than the limit.",
    fix: "Flatten the If, Loop and Scan bodies of the model.",
    exit: 2,
  },
  MODEL_TOO_COMPLEX: {
    meaning: "The model file has more fields than the limit.",
    fix: "Export tensors as raw data, and simplify the graph.",
    exit: 2,
  },
  MODEL_DOMAIN_UNKNOWN: {
    meaning:
      "The model uses operators of a domain that ONNX Runtime does not include. They need a custom-operator library.",
    fix: "Export with operators of ai.onnx, ai.onnx.ml and com.microsoft only.",
    exit: 2,
  },
  MODEL_OPERATOR_MISSING: {
    meaning:
      "The model uses an operator of com.microsoft that this version of ONNX Runtime cannot run on a CPU.",
    fix: "Export for CPUs, without optimisations for a GPU; quantise in QDQ format (QuantFormat.QDQ).",
    exit: 2,
  },
  MODEL_FUNCTIONS: {
    meaning: "The model uses functions that it defines itself. Such a function can hide any operator.",
    fix: "Inline the functions at export (onnx.inliner.inline_local_functions).",
    exit: 2,
  },
  MODEL_TRAINING_INFO: {
    meaning: "The model carries training information, which serving does not need.",
    fix: "Export for inference, without training_info.",
    exit: 2,
  },
  MODEL_RANDOM: {
    meaning:
      "The model draws random numbers, so each call can give another answer to the same inputs, even with a fixed seed.",
    fix: "Draw the random numbers outside the model and make them an input. Or export the model without them: for a VAE, use the mean instead of a sample.",
    exit: 2,
  },
  MODEL_TRAINING_MODE: {
    meaning:
      "An operator of the model is in training mode: dropout drops values at random, or batch normalization lets one row change the answer for another.",
    fix: "Export for inference: model.eval() and training=TrainingMode.EVAL in PyTorch, training=False in Keras.",
    exit: 2,
  },
  MODEL_INITIALIZER_SIZE: {
    meaning: "The bytes of a weight tensor are not its dimensions times its element size.",
    fix: RE_EXPORT,
    exit: 2,
  },
  MODEL_DTYPE_UNSUPPORTED: {
    meaning:
      "A tensor has an element type that cannot be replayed and compared (bfloat16, float8, 4-bit, complex …).",
    fix: "Cast inputs and outputs to float32 (or another type that is supported) inside the model.",
    exit: 2,
  },
  MODEL_EXTERNAL_DATA_UNSAFE: {
    meaning: "External data is at a location that is not a plain relative path inside the version folder.",
    fix: "Save external data beside the model, under a plain relative name.",
    exit: 2,
  },
  MODEL_EXTERNAL_DATA_UNLISTED: {
    meaning: "The model loads an external data file that the manifest does not list.",
    fix: "Add the file to the version folder and run: modelgate register",
    exit: 2,
  },
  MODEL_EXTERNAL_DATA_SHORT: {
    meaning: "A weight tensor reaches beyond the end of its external data file.",
    fix: RE_EXPORT,
    exit: 2,
  },
  MODEL_FILE_CHANGED: {
    meaning: "A file of the version is missing, or is not the one that the manifest names.",
    fix: "Restore the file from the commit that registered the version, or register a new version.",
    exit: 2,
  },
  TENSOR_STRING_NUL: {
    meaning:
      "A string in the test data contains U+0000. The engine's Node.js binding cuts strings there, so this one cannot be replayed or compared.",
    fix: "Use test data without U+0000. If the model needs it, use bytes (uint8) or escape the character.",
    exit: 2,
  },
  TENSOR_MALFORMED: {
    meaning: "The bytes are not an ONNX TensorProto, or its data does not fill its dimensions.",
    fix: "Write the file with onnx.numpy_helper.from_array(array, name).SerializeToString().",
    exit: 2,
  },
  TENSOR_TOO_LARGE: {
    meaning: "A tensor has more elements or bytes than the limit.",
    fix: "Use smaller batches in the test data, or raise the limit.",
    exit: 2,
  },
  TENSOR_EXTERNAL_DATA: {
    meaning: "A test tensor keeps its data in another file.",
    fix: "Write test data with the data inside the .pb file.",
    exit: 2,
  },
  MODEL_LOAD_FAILED: {
    meaning: "ONNX Runtime refused to load the model.",
    fix: `Read the message of ONNX Runtime. ${RE_EXPORT}`,
    exit: 2,
  },
  MODEL_RUN_FAILED: {
    meaning: "The model did not run on the given inputs.",
    fix: "Make the names, dtypes and shapes of the test inputs those of the model.",
    exit: 2,
  },
  MODEL_TIMEOUT: {
    meaning: "The model did not finish in time and was killed.",
    fix: "Look for loops that do not end, use smaller test data, or raise the time limit.",
    exit: 2,
  },
  MODEL_MEMORY: {
    meaning: "The model took more memory than the limit and was killed.",
    fix: "Use smaller test data, or raise the memory limit.",
    exit: 2,
  },
  MODEL_OUTPUT_TOO_LARGE: {
    meaning: "The outputs are larger than the limit.",
    fix: "Use smaller test data, or raise the output limit.",
    exit: 2,
  },
  MODEL_CRASHED: {
    meaning: "The process that ran the model died.",
    fix: "Run the model by hand under ONNX Runtime, and export it again.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
