import type { ReasonCode } from "../reasons/catalogue.ts";
import { problem, type Problem } from "../../errors.ts";
import { quote } from "../quote.ts";
import { type Sidecar, sidecarCrc32, type TensorSpec } from "./sidecar.ts";
import type { ModelSignature, Typed } from "./version-facts.ts";

/**
 * The sidecar against itself and against the model: SIDECAR_CRC_MISMATCH, SIDECAR_COLUMNS_MISMATCH,
 * SIDECAR_TENSOR_MISSING, SIDECAR_DTYPE_MISMATCH, SIDECAR_SHAPE_MISMATCH, SIDECAR_CLASSES_MISMATCH. `model` is null when it could not be read.
 */
export function sidecarProblems(sidecar: Typed<Sidecar>, model: ModelSignature | null): Problem[] {
  return [
    ...crcProblems(sidecar),
    ...columnProblems(sidecar, model),
    ...(model === null
      ? []
      : [
          ...tensorProblems(sidecar, "inputs", model.inputs),
          ...tensorProblems(sidecar, "outputs", model.outputs),
          ...classProblems(sidecar, model),
        ]),
  ];
}

function at(sidecar: Typed<Sidecar>, pointer: string, code: ReasonCode, message: string): Problem {
  return problem(code, message, { where: sidecar.document.place(pointer) });
}

function crcProblems(sidecar: Typed<Sidecar>): Problem[] {
  const truth = sidecarCrc32(sidecar.value);
  const stated = sidecar.value.crc32;
  if (stated === truth) return [];
  return [at(sidecar, "/crc32", "SIDECAR_CRC_MISMATCH", `crc32 is ${stated}; the content has ${truth}.`)];
}

/** The columns, in order, are those of the inputs one after the other; the model's own list of them must agree. */
function columnProblems(sidecar: Typed<Sidecar>, model: ModelSignature | null): Problem[] {
  const columns = sidecar.value.columns.map((column) => column.name);
  const taken = sidecar.value.inputs.flatMap((input) => input.columns ?? []);
  const problems =
    taken.length === 0
      ? untakenProblems(sidecar, columns)
      : orderProblems(sidecar, columns, { names: taken, source: "the inputs of the sidecar" });
  const stated = columnsOfModel(model);
  if (stated)
    problems.push(...orderProblems(sidecar, columns, { names: stated, source: "the model's metadata" }));
  return [
    ...problems,
    ...widthProblems(sidecar),
    ...columnTypeProblems(sidecar),
    ...duplicateProblems(sidecar, columns),
  ];
}

/** A column is read as the element type of the input that takes it. */
function columnTypeProblems(sidecar: Typed<Sidecar>): Problem[] {
  const columns = new Map(sidecar.value.columns.map((column, index) => [column.name, { column, index }]));
  return sidecar.value.inputs.flatMap((input) =>
    (input.columns ?? []).flatMap((name) => {
      const found = columns.get(name);
      if (!found || found.column.dtype === input.dtype) return [];
      const message = `${quote(name)} is ${found.column.dtype}; its input ${quote(input.name)} is ${input.dtype}.`;
      return [at(sidecar, `/columns/${found.index}/dtype`, "SIDECAR_DTYPE_MISMATCH", message)];
    }),
  );
}

/** Exports with one matrix as input say nothing of columns: who describes them must also say which input takes them. */
function untakenProblems(sidecar: Typed<Sidecar>, columns: readonly string[]): Problem[] {
  if (columns.length === 0) return [];
  const shown = columns.slice(0, 3).map((name) => quote(name));
  const names = [...shown, ...(columns.length > 3 ? ["…"] : [])].join(", ");
  return [
    problem(
      "SIDECAR_COLUMNS_MISMATCH",
      `The sidecar describes ${columns.length} columns, but no input lists which of them it takes.`,
      {
        where: sidecar.document.place("/inputs"),
        fix: `Add to the input that takes them, such as inputs[0]: "columns": [${names}]. If no input has feature columns, leave the list columns of the sidecar empty.`,
      },
    ),
  ];
}

function orderProblems(
  sidecar: Typed<Sidecar>,
  columns: readonly string[],
  other: { names: readonly string[]; source: string },
): Problem[] {
  const length = Math.max(columns.length, other.names.length);
  const index = Array.from({ length }, (_, at) => at).find((place) => columns[place] !== other.names[place]);
  if (index === undefined) return [];
  const [here, there] = [columns[index], other.names[index]].map((name) => quoted(name) ?? "missing");
  const message = `Column ${index + 1} is ${here}; in ${other.source} it is ${there}.`;
  return [at(sidecar, `/columns/${index}`, "SIDECAR_COLUMNS_MISMATCH", message)];
}

function widthProblems(sidecar: Typed<Sidecar>): Problem[] {
  return sidecar.value.inputs.flatMap((input, index) => {
    const width = input.shape?.at(-1);
    if (input.columns === undefined || typeof width !== "number" || width === input.columns.length) return [];
    const message = `${quote(input.name)} has ${input.columns.length} columns, but its last dimension is ${width}.`;
    return [at(sidecar, `/inputs/${index}/columns`, "SIDECAR_COLUMNS_MISMATCH", message)];
  });
}

function duplicateProblems(sidecar: Typed<Sidecar>, columns: readonly string[]): Problem[] {
  const index = columns.findIndex((name, place) => columns.indexOf(name) !== place);
  if (index === -1) return [];
  return [
    at(
      sidecar,
      `/columns/${index}`,
      "SIDECAR_COLUMNS_MISMATCH",
      `The column ${quote(columns[index] ?? "")} is listed twice.`,
    ),
  ];
}

/** Some exporters write the columns into the model as a JSON list of strings. */
function columnsOfModel(model: ModelSignature | null): readonly string[] | undefined {
  const text = model?.metadata["columns"];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((name) => typeof name === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

function tensorProblems(
  sidecar: Typed<Sidecar>,
  side: "inputs" | "outputs",
  specs: readonly TensorSpec[],
): Problem[] {
  const stated = sidecar.value[side];
  const length = Math.max(stated.length, specs.length);
  return Array.from({ length }, (_, index) => index).flatMap((index) => {
    const [said, real] = [stated[index], specs[index]];
    const pointer = `/${side}/${index}`;
    if (said === undefined || real === undefined || said.name !== real.name) {
      const message = `${side}[${index}] is ${name(said)} in the sidecar, and ${name(real)} in the model.`;
      return [at(sidecar, pointer, "SIDECAR_TENSOR_MISSING", message)];
    }
    return specProblems(sidecar, pointer, said, real);
  });
}

function specProblems(
  sidecar: Typed<Sidecar>,
  pointer: string,
  said: TensorSpec,
  real: TensorSpec,
): Problem[] {
  const problems: Problem[] = [];
  if (said.dtype !== real.dtype) {
    const message = `${quote(said.name)} is ${said.dtype} in the sidecar, and ${real.dtype} in the model.`;
    problems.push(at(sidecar, `${pointer}/dtype`, "SIDECAR_DTYPE_MISMATCH", message));
  }
  if (!shapesAgree(said.shape, real.shape)) {
    const message = `${quote(said.name)} has the shape ${shapeText(said.shape)} in the sidecar, and ${shapeText(real.shape)} in the model.`;
    problems.push(at(sidecar, `${pointer}/shape`, "SIDECAR_SHAPE_MISMATCH", message));
  }
  return problems;
}

/** The order of the classes is that of the columns: another order would be another answer. */
function classProblems(sidecar: Typed<Sidecar>, model: ModelSignature): Problem[] {
  return sidecar.value.outputs.flatMap(({ name, classes }, index) => {
    const real = model.outputs[index]?.zipMap?.classes ?? [];
    if (classes === undefined) return [];
    const length = Math.max(classes.length, real.length);
    const other = Array.from({ length }, (_, place) => place).find((place) => classes[place] !== real[place]);
    if (other === undefined) return [];
    const [said, is] = [classes[other], real[other]].map(classText);
    const message = `Class ${other + 1} of ${quote(name)} is ${said} in the sidecar, and ${is} in the model.`;
    return [at(sidecar, `/outputs/${index}/classes`, "SIDECAR_CLASSES_MISMATCH", message)];
  });
}

/** A dimension of unknown size may be anything; a symbolic one has some name; sizes are equal. */
function shapesAgree(said: TensorSpec["shape"], real: TensorSpec["shape"]): boolean {
  if (real === null || said === null) return real === null;
  return said.length === real.length && said.every((size, axis) => dimensionsAgree(size, real[axis] ?? null));
}

function dimensionsAgree(said: number | string | null, real: number | string | null): boolean {
  if (real === null) return true;
  return typeof real === "number" ? said === real : typeof said === "string";
}

function shapeText(shape: TensorSpec["shape"]): string {
  return shape === null ? "of unknown rank" : `[${shape.map(dimensionText).join(", ")}]`;
}

function name(spec: TensorSpec | undefined): string {
  return quoted(spec?.name) ?? "not there";
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : quote(text);
}

/** Names of dimensions are foreign text. */
function dimensionText(size: number | string | null): string {
  return typeof size === "string" && !/^\w{1,64}$/.test(size) ? quote(size) : String(size ?? "?");
}

function classText(one: number | string | undefined): string {
  return typeof one === "string" ? quote(one) : String(one ?? "not there");
}
