import { formatJson } from "../../domain/document/format.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { sidecarCrc32, type SidecarInput, type TensorSpec } from "../../domain/registry/sidecar.ts";
import { REQUIRED_FILES } from "../../domain/registry/version-facts.ts";
import { problem, refuse } from "../../errors.ts";
import { inspectModel } from "../../measure/onnx/inspect-model.ts";

/** A version that is not yet one: what its author has, and what is still to come. */
export interface DraftVersion {
  /** `models/<id>/draft-<version>`: no version folder, so that an unfinished one can be committed and passes the check. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** What the author has to supply, in order. */
  readonly lacking: readonly string[];
}

/** What a feature schema can name (schemas/sidecar-v1.schema.json). */
const TENSOR_NAME = /^[A-Za-z_][A-Za-z0-9_.:/ -]{0,127}$/;

const PURPOSES: Readonly<Record<(typeof REQUIRED_FILES)[number], string>> = {
  "sidecar.json": "feature schema: written from the model; add the columns, their kinds and what they mean",
  "training.json": "code, data snapshot with its licence, window, features and cross-validation",
  "evaluation.json": "offline metrics, scores per fold, walk-forward, ablations",
  "parity.json":
    "the runtime that you compared with and the differences that you saw; they are measured again",
};

/**
 * Starts a version from an ONNX file: copies it, and derives `sidecar.json` from the inputs and outputs that the model
 * declares. Nothing else is made up. Errors: MODEL_* for a model that would be refused later, INIT_TENSOR_NAME.
 */
export function draftVersion(ref: ModelRef, model: Uint8Array): DraftVersion {
  const folder = `models/${ref.id}/draft-${ref.version}`;
  const facts = inspectModel(model, `${folder}/model.onnx`);
  const [inputs, outputs] = [facts.inputs.map(specOf), facts.outputs.map(specOf)];
  refuse([...inputs, ...outputs].filter(({ name }) => !TENSOR_NAME.test(name)).map(nameProblem));
  const files = new Map<string, Uint8Array | string>([
    [`${folder}/model.onnx`, model],
    [`${folder}/sidecar.json`, sidecarText(ref, inputs, outputs)],
    [`${folder}/TODO.md`, todoText(ref, folder)],
  ]);
  return { folder, files, lacking: lackingOf() };
}

function specOf({ name, dtype, shape }: TensorSpec): TensorSpec {
  return { name, dtype, shape };
}

function nameProblem({ name }: TensorSpec) {
  return problem(
    "INIT_TENSOR_NAME",
    `${JSON.stringify(name.slice(0, 80))} cannot be named in a feature schema.`,
  );
}

function sidecarText(ref: ModelRef, inputs: readonly SidecarInput[], outputs: readonly TensorSpec[]): string {
  const body = {
    schema_version: "modelgate/sidecar/v1",
    feature_schema_id: ref.id.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, ""),
    feature_schema_version: "1.0.0",
    columns: [],
    inputs,
    outputs,
  };
  return formatJson({ ...body, crc32: sidecarCrc32(body) });
}

function lackingOf(): string[] {
  const files = REQUIRED_FILES.map((file) => `${file}: ${PURPOSES[file]}`);
  return [
    ...files,
    "test_data_set_0/input_<n>.pb and output_<n>.pb: reference cases, computed by the framework that trained the model",
    "reference.json (for drift): distributions of the features in the training window",
  ];
}

function todoText(ref: ModelRef, folder: string): string {
  const steps = lackingOf().map((line) => `- [ ] ${line}`);
  const to = versionFolder(ref);
  return `# ${ref.id} ${ref.version}: what is still to come

modelgate makes up no data about a model. Supply these, then turn the draft into a version:

${steps.join("\n")}

    rm ${folder}/TODO.md
    git mv ${folder} ${to}
    modelgate register ${to}
    modelgate validate ${to}

Delete crc32 from sidecar.json when you edit it; register computes it again.
`;
}
