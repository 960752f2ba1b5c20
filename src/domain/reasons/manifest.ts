import type { Reason } from "./reason.ts";

const REGISTER_AGAIN = "Run: modelgate register DIR. It fills in files, digests and hashes.";
const RESTORE = "Restore the file from the commit that registered the version, or register a new version.";

export const manifestReasons = {
  MANIFEST_MISSING: {
    meaning: "A version folder has no manifest.json, so nothing says what belongs to the version.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_REF_MISMATCH: {
    meaning: "Model id or version of the manifest differ from the folder that it lies in.",
    fix: "Move the folder to models/<model_id>/<version>, or register it again.",
    exit: 2,
  },
  MANIFEST_FOLDER_NAME: {
    meaning:
      "A folder of the registry is not models/<id>/<version> with a lower-case id and a strict SemVer without build metadata.",
    fix: "Rename the folder, for example models/flight-delay/1.2.0.",
    exit: 2,
  },
  MANIFEST_VERSION_DUPLICATE: {
    meaning: "Two folders stand for the same version number; nobody can tell which one is meant.",
    fix: "Give one of them a new version number.",
    exit: 2,
  },
  MANIFEST_VERSION_IMMUTABLE: {
    meaning:
      "A version that is already on the base branch was edited or removed; promotions and evidence rest on its bytes.",
    fix: "Restore the folder as it is on the base branch, and register the change as a new version.",
    exit: 1,
  },
  MANIFEST_HASH_MISMATCH: {
    meaning: "manifest_hash is not the hash of the manifest: a field was edited by hand.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_REQUIRED_FILE_MISSING: {
    meaning: "The version folder lacks a file that every version needs.",
    fix: "Add the file; modelgate's docs/tutorial.md writes a whole version folder, step by step.",
    exit: 2,
  },
  MANIFEST_FILE_MISSING: {
    meaning: "The manifest lists a file that is not in the folder.",
    fix: RESTORE,
    exit: 2,
  },
  MANIFEST_FILE_UNLISTED: {
    meaning: "The folder holds a file that the manifest does not list; the engine could load it unseen.",
    fix: `Remove the file, or list it. ${REGISTER_AGAIN}`,
    exit: 2,
  },
  MANIFEST_FILE_IGNORED: {
    meaning: "Git ignores a file of the version, so it would be in no commit and in no clone.",
    fix: "Add it by force: git add -f PATH",
    exit: 2,
  },
  MANIFEST_FILE_HIDDEN: {
    meaning:
      "Git's index marks a file of the version as skip-worktree (as a sparse checkout does) or assume-unchanged. Git does not look at such a file, so a commit would not have its present content.",
    fix: "Take the mark away: git update-index --no-skip-worktree --no-assume-unchanged PATH. In a sparse checkout: git sparse-checkout add FOLDER",
    exit: 2,
  },
  MANIFEST_FILE_CONVERTED: {
    meaning:
      "Git would change the bytes of a file of the version when it is committed: by a filter, line endings, keywords or an encoding.",
    fix: "Write into .gitattributes: models/** -text -filter -ident !working-tree-encoding",
    exit: 2,
  },
  MANIFEST_FILE_UNSEEN: {
    meaning: "Git does not add a file of the version, because the file is inside another Git repository.",
    fix: "Remove the inner repository's .git folder, or the submodule. Then run: git add models",
    exit: 2,
  },
  MANIFEST_FILE_HASH_MISMATCH: {
    meaning: "The bytes of a file are not those that the manifest names.",
    fix: RESTORE,
    exit: 2,
  },
  MANIFEST_FILE_SIZE_MISMATCH: {
    meaning: "The size of a file is not the one that the manifest states.",
    fix: RESTORE,
    exit: 2,
  },
  MANIFEST_FILES_NOT_SORTED: {
    meaning: "The list of files is not sorted by path, or names a path twice.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_FILE_LISTED_TWICE: {
    meaning:
      "The list of files names one file twice, or has two names that are the same file on some file systems (upper and lower case).",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_SOURCE_LISTED_TWICE: {
    meaning: "training.json lists one file of code or data twice.",
    fix: "Remove the entry from training.json, and run: modelgate register DIR",
    exit: 2,
  },
  MANIFEST_TOO_MANY_FILES: {
    meaning: "The folder of a version holds too many files.",
    fix: "Keep only what the version needs: the model, its documents and some test data. docs/limits.md has the limit.",
    exit: 2,
  },
  MANIFEST_FILE_NAME_UNSAFE: {
    meaning: "A file name holds characters that shells, file systems or readers treat differently.",
    fix: "Use ASCII letters, digits, dot, dash and underscore; begin with a letter, digit or underscore.",
    exit: 2,
  },
  MANIFEST_FILE_NAME_TWIN: {
    meaning: "Two names differ only in case or in Unicode form; on some file systems one replaces the other.",
    fix: "Rename one of the two.",
    exit: 2,
  },
  MANIFEST_FILE_LFS_POINTER: {
    meaning: "The file is a Git LFS pointer: a text that names the file, not the file.",
    fix: "Run git lfs pull, and check out with lfs: true in the workflow.",
    exit: 2,
  },
  MANIFEST_FILE_PICKLE: {
    meaning: "The file is or holds a Python pickle, which runs code when it is loaded.",
    fix: "Export to ONNX; store arrays as ONNX tensors (.pb) or numpy arrays without objects.",
    exit: 2,
  },
  MANIFEST_FILE_ARCHIVE: {
    meaning:
      "The file is an archive or a container (zip, gzip, HDF5, Keras, PyTorch) whose content no check sees.",
    fix: "Store the files themselves; export the model to ONNX.",
    exit: 2,
  },
  MANIFEST_ARTIFACT_NOT_ONNX: {
    meaning: "artifact_uri is not an .onnx file; nothing else can be measured.",
    fix: "Export the model to ONNX.",
    exit: 2,
  },
  MANIFEST_ARTIFACT_HASH_MISMATCH: {
    meaning: "artifact_hash is not the digest of the file at artifact_uri.",
    fix: RESTORE,
    exit: 2,
  },
  MANIFEST_TRAINER_CODE_HASH_MISMATCH: {
    meaning: "trainer_code_hash is not the hash of the list of code files in training.json.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_TRAINER_CODE_CHANGED: {
    meaning:
      "A code file that training.json lists is neither in the work tree nor in the commit that added the version as listed.",
    fix: "Commit the training code that made the model, in the same pull request.",
    exit: 2,
  },
  MANIFEST_TRAINER_CODE_MISSING: {
    meaning:
      "A code file that training.json lists is neither in the work tree nor in the commit that added the version.",
    fix: "Commit the training code that made the model, in the same pull request.",
    exit: 2,
  },
  MANIFEST_RUNTIME_HASH_MISMATCH: {
    meaning: "inference_runtime_hash is not the hash of inference_runtime.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_RUNTIME_MISMATCH: {
    meaning: "inference_runtime is not the runtime that parity.json names.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_FEATURE_SCHEMA_MISMATCH: {
    meaning: "feature_schema_id, feature_schema_version or feature_schema_crc32 differ from sidecar.json.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_FEATURES_MISMATCH: {
    meaning:
      "The features in manifest.json, the columns in sidecar.json and the features in training.json are not the same names in the same order.",
    fix: "Write the same names in the same order, that of the model, into columns of sidecar.json and features of training.json. Then run: modelgate register DIR",
    exit: 2,
  },
  MANIFEST_DATASET_HASH_MISMATCH: {
    meaning: "dataset_hash is not the hash of the list of data files in training.json.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_DATASET_FILE_CHANGED: {
    meaning: "A data file that training.json lists is in the repository with other bytes.",
    fix: "Restore the data file, or train again and register a new version.",
    exit: 2,
  },
  MANIFEST_DATASET_SNAPSHOT_MISMATCH: {
    meaning: "dataset_snapshot_id differs from training.json.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_EVALUATION_HASH_MISMATCH: {
    meaning: "evaluation_report_hash is not the digest of evaluation.json.",
    fix: RESTORE,
    exit: 2,
  },
  MANIFEST_TRAINING_WINDOW_MISMATCH: {
    meaning: "training_window differs from training.json.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_TRAINING_WINDOW_INVERTED: {
    meaning: "The training window ends before it begins.",
    fix: "Correct the window in training.json and register the version again.",
    exit: 2,
  },
  MANIFEST_CV_SCHEME_MISMATCH: {
    meaning: "cv_scheme does not say what training.json says.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_LICENCE_MISMATCH: {
    meaning: "The manifest states another licence than training.json states for the model.",
    fix: REGISTER_AGAIN,
    exit: 2,
  },
  MANIFEST_SIGNATURE_INCOMPLETE: {
    meaning: "A signature without a key, or a key without a signature, proves nothing.",
    fix: "Sign the version again, or set both fields to null.",
    exit: 2,
  },
  SIDECAR_CRC_MISMATCH: {
    meaning: "The CRC-32 of sidecar.json is not that of its content: it was edited by accident.",
    fix: "Undo the edit; or, if it is meant, remove the crc32 key and run: modelgate register DIR",
    exit: 2,
  },
  SIDECAR_COLUMNS_MISMATCH: {
    meaning: "The columns of the sidecar are not those that the model's inputs take, in their order.",
    fix: "Write the columns in the order in which the model was trained.",
    exit: 2,
  },
  SIDECAR_TENSOR_MISSING: {
    meaning: "An input or output of the model is not in the sidecar, or the other way round.",
    fix: "Name the inputs and outputs of the sidecar as the model does, in its order.",
    exit: 2,
  },
  SIDECAR_DTYPE_MISMATCH: {
    meaning: "An input or output has another element type in the sidecar than in the model.",
    fix: "Write the element type of the model.",
    exit: 2,
  },
  SIDECAR_CLASSES_MISMATCH: {
    meaning: "The sidecar lists other classes for an output than the ZipMap of the model has.",
    fix: "List the same classes in the same order as the model. modelgate init --model writes them for you.",
    exit: 2,
  },
  SIDECAR_SHAPE_MISMATCH: {
    meaning: "An input or output has another shape in the sidecar than in the model.",
    fix: "Write the shape of the model; symbolic dimensions by their names.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
