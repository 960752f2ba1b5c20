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
    "written from the model; check that N is the batch axis, and add to columns the name, kind and meaning of each feature",
  "training.json":
    "code, data snapshot with its licence, features (the names in columns) and cross-validation",
  "evaluation.json": "how good the model is on data that it never saw; modelgate does not measure this yet",
  "parity.json":
    "the largest difference from the reference cases that you measured, and with which runtime; modelgate measures it again",
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
    "test_data_set_0/input_<k>.pb and output_<k>.pb: at least one reference case; the framework that trained the model computes the outputs",
    "reference.json (optional, for drift): distributions of the features in the training data",
  ];
}

function todoText(ref: ModelRef, folder: string, renamed: readonly RenamedDimension[]): string {
  const steps = lackingOf().map((line) => `- [ ] ${line}`);
  const to = versionFolder(ref);
  return `# ${ref.id} ${ref.version}: what is missing

modelgate cannot know these things about your model. Supply them, then make the draft a version. The tutorial of modelgate
(docs/tutorial.md) has an example of each file; the formats are in schemas/.

${steps.join("\n")}

${dimensionsText(renamed)}

    mv ${folder} ${to}
    rm ${to}/TODO.md
    modelgate register ${to}
    modelgate validate ${to}

Delete crc32 from sidecar.json when you edit it; register computes it again. A feature of a table is one entry of \`columns\`,
with a kind of numeric, categorical or boolean. The input that takes the features lists their names in the same order, also in a
list \`columns\`:

    "columns": [{ "name": "age", "dtype": "float32", "kind": "numeric", "description": "Age in years." }]
    "inputs": [{ "name": "X", "dtype": "float32", "shape": ["N", 1], "columns": ["age"] }]
`;
}

function dimensionsText(renamed: readonly RenamedDimension[]): string {
  const rule = `In sidecar.json, \`N\` is the batch axis: modelgate cuts and stacks rows along it to measure a batch of 1 and of 32.
\`init\` used \`N\` for the first axis of the first input if the model leaves its size open. If that axis is not a batch, give it
another name, of letters, digits and \`_\`. If the answer for a row depends on that row alone, add \`"rows": "independent"\`:
parity then compares a batch with its single rows. If a shape is \`null\`, the model does not declare it: write the axes if you
know them.`;
  if (renamed.length === 0) return rule;
  const lines = renamed.map(({ foreign, name }) => `- ${markdownCode(foreign)} of the model is \`${name}\``);
  return `${rule}\n\nDimensions that have another name in sidecar.json:\n\n${lines.join("\n")}`;
}
