import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/domain/document/json.ts";
import { sidecarProblems } from "../../../../src/domain/registry/check-sidecar.ts";
import { type Sidecar, sidecarCrc32 } from "../../../../src/domain/registry/sidecar.ts";

/** A feature table of columns a, b, …, and one input with the list `taken`, as a hand would write it. */
function complaints(columns: readonly string[], taken: readonly string[] | null) {
  const body = {
    schema_version: "modelgate/sidecar/v1",
    feature_schema_id: "tabular",
    feature_schema_version: "1.0.0",
    columns: columns.map((name) => ({ name, dtype: "float32", kind: "numeric", description: "A number." })),
    inputs: [
      { name: "X", dtype: "float32", shape: ["N", null], ...(taken === null ? {} : { columns: taken }) },
    ],
    outputs: [{ name: "y", dtype: "float32", shape: ["N"] }],
  } as unknown as Omit<Sidecar, "crc32">;
  const value: Sidecar = { ...body, crc32: sidecarCrc32(body) };
  const document = parseJson(Buffer.from(JSON.stringify(value)), "sidecar.json");
  return sidecarProblems({ value, document }, null).map(({ code, message, fix }) => ({ code, message, fix }));
}

const ORDER = "Write the columns in the order in which the model was trained.";

describe("the columns of a sidecar", () => {
  it("are those of its inputs", () => {
    expect(complaints(["a", "b"], ["a", "b"])).toEqual([]);
  });

  it("need an input that takes them: the remedy has the line to add", () => {
    expect(complaints(["a", "b"], null)).toEqual([
      {
        code: "SIDECAR_COLUMNS_MISMATCH",
        message: "The sidecar describes 2 columns, but no input lists which of them it takes.",
        fix: 'Add to the input that takes them, such as inputs[0]: "columns": ["a", "b"]. If no input has feature columns, leave the list columns of the sidecar empty.',
      },
    ]);
  });

  it.each([
    [["a", "b"], ["a", "c"], 'Column 2 is "b"; in the inputs of the sidecar it is "c".'],
    [["a", "b"], ["a"], 'Column 2 is "b"; in the inputs of the sidecar it is missing.'],
    [["a"], ["a", "b"], 'Column 2 is missing; in the inputs of the sidecar it is "b".'],
  ])("%j against %j: says what each list has", (columns, taken, message) => {
    expect(complaints(columns, taken)).toContainEqual({
      code: "SIDECAR_COLUMNS_MISMATCH",
      message,
      fix: ORDER,
    });
  });
});
