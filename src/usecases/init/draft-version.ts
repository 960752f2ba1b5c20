import { formatJson } from "../../domain/document/format.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import {
  sidecarCrc32,
  type SidecarInput,
  type SidecarOutput,
  type TensorSpec,
} from "../../domain/registry/sidecar.ts";
import { REQUIRED_FILES } from "../../domain/registry/version-facts.ts";
import { inspectModel } from "../../measure/onnx/inspect-model.ts";
import type { ValueFacts } from "../../measure/onnx/value-info.ts";
import { markdownCode } from "../../report/escape.ts";
import { draftShapes, type RenamedDimension } from "./draft-shapes.ts";

/** A version that is not yet one: what its author has, and what is still to come. */
export interface DraftVersion {
  /** `models/<id>/draft-<version>`: no version folder, so that an unfinished one can be committed and passes the check. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** What the author has to supply, in order. */
  readonly lacking: readonly string[];
}

const PURPOSES: Readonly<Record<(typeof REQUIRED_FILES)[number], string>> = {
  "sidecar.json":
    "feature schema: written from the model; check that N is the batch axis, and add the columns, their kinds and what they mean",
  "training.json": "code, data snapshot with its licence, window, features and cross-validation",
  "evaluation.json": "offline metrics, scores per fold, walk-forward, ablations",
  "parity.json":
    "the runtime that you compared with and the differences that you saw; they are measured again",
};

/**
 * Starts a version from an ONNX file: copies it, and derives `sidecar.json` from the inputs and outputs that the model
 * declares, as `register` takes it. Nothing else is made up but names of dimensions that have no lawful one.
 * Errors: MODEL_* for a model that would be refused later.
 */
export function draftVersion(ref: ModelRef, model: Uint8Array): DraftVersion {
  const folder = `models/${ref.id}/draft-${ref.version}`;
  const facts = inspectModel(model, `${folder}/model.onnx`);
  const shapes = draftShapes(facts);
  const [inputs, outputs] = [specsOf(facts.inputs, shapes.inputs), specsOf(facts.outputs, shapes.outputs)];
  const files = new Map<string, Uint8Array | string>([
    [`${folder}/model.onnx`, model],
    [`${folder}/sidecar.json`, sidecarText(ref, inputs, outputs)],
    [`${folder}/TODO.md`, todoText(ref, folder, shapes.renamed)],
  ]);
  return { folder, files, lacking: lackingOf() };
}

function specsOf(values: readonly ValueFacts[], shapes: readonly TensorSpec["shape"][]): SidecarOutput[] {
  return values.map(({ name, dtype, zipMap }, index) => {
    const spec = { name, dtype, shape: shapes[index] ?? null };
    return zipMap ? { ...spec, classes: zipMap.classes } : spec;
  });
}

function sidecarText(
  ref: ModelRef,
  inputs: readonly SidecarInput[],
  outputs: readonly SidecarOutput[],
): string {
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

function todoText(ref: ModelRef, folder: string, renamed: readonly RenamedDimension[]): string {
  const steps = lackingOf().map((line) => `- [ ] ${line}`);
  const to = versionFolder(ref);
  return `# ${ref.id} ${ref.version}: what is still to come

modelgate makes up no data about a model. Supply these, then turn the draft into a version:

${steps.join("\n")}

${dimensionsText(renamed)}

    rm ${folder}/TODO.md
    git mv ${folder} ${to}
    modelgate register ${to}
    modelgate validate ${to}

Delete crc32 from sidecar.json when you edit it; register computes it again.
`;
}

function dimensionsText(renamed: readonly RenamedDimension[]): string {
  const rule = `In sidecar.json, \`N\` is the batch axis: modelgate cuts and stacks rows along it to measure a batch of 1 and of 32.
\`init\` took the open first axis of the first input for it. Where that axis is no batch, give it another name, of letters,
digits and \`_\`. Where the answer to a row depends on that row alone, add \`"rows": "independent"\`: batches are then
compared with their rows. A \`null\` in place of a shape means that the model declares no rank: write the axes if you know
them.`;
  if (renamed.length === 0) return rule;
  const lines = renamed.map(({ foreign, name }) => `- ${markdownCode(foreign)} of the model is \`${name}\``);
  return `${rule}\n\nDimensions that have another name in sidecar.json:\n\n${lines.join("\n")}`;
}
