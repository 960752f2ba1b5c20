import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020, type AnySchemaObject, type ErrorObject } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduced } from "../../../../scripts/compile-schemas.ts";
import { type Schema, type SchemaError, schemaErrors } from "../../../../src/domain/document/json-schema.ts";
import type { SchemaName } from "../../../../src/generated/schemas.js";

const SUFFIX = ".schema.json";
const names = readdirSync("schemas").map((file) => file.slice(0, -SUFFIX.length) as SchemaName);

/** Texts that some pattern or length takes, and some that none does. */
const TEXTS = [
  ..."a flight-delay 1.2.0 5% 24h 2026-11-03T09:30:00Z 2026-11-03 float32 0123abcd models/a/b.onnx ../x _x1".split(
    " ",
  ),
  "",
  "A b",
  "a\u0007",
  "0a".repeat(20),
  `sha256:${"0a".repeat(32)}`,
  ...[64, 65, 128, 129, 512, 513, 2000, 2001].map((length) => "x".repeat(length)),
  ...[1, 64, 65, 2000].map((length) => "😀".repeat(length)),
  "é".repeat(64),
  "\ud83d".repeat(65),
];
const NUMBERS = [0, 1, 2, -1, 0.5, 1.5, 100, 4096, 4097, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -1e300, 1e-300];
const ANYTHING = fc.constantFrom<unknown>(null, true, [], {}, ["a", "a"], { a: 1 }, ...TEXTS, ...NUMBERS);

/** Values along a schema: mostly of the right form, with a wrong, a missing or a strange part here and there. */
function near(schema: Schema, root: Schema, depth = 0): fc.Arbitrary<unknown> {
  const forms: { arbitrary: fc.Arbitrary<unknown>; weight: number }[] = [{ arbitrary: ANYTHING, weight: 1 }];
  const likely = (arbitrary: fc.Arbitrary<unknown>) => forms.push({ arbitrary, weight: 8 });
  if (schema.$ref) likely(near(root.$defs![schema.$ref.slice("#/$defs/".length)]!, root, depth));
  for (const one of schema.anyOf ?? []) likely(near(one, root, depth));
  if (schema.const !== undefined) likely(fc.constant(schema.const));
  if (schema.enum) likely(fc.constantFrom(...schema.enum));
  for (const type of [schema.type ?? []].flat()) likely(ofType(type, { schema, root, depth }));
  return fc.oneof(...forms);
}

function ofType(
  type: string,
  { schema, root, depth }: { schema: Schema; root: Schema; depth: number },
): fc.Arbitrary<unknown> {
  if (type === "string") return fc.constantFrom(...TEXTS);
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type !== "array" && type !== "object") return fc.constantFrom(...NUMBERS);
  if (type === "array") return fc.array(near(schema.items ?? {}, root, depth + 1), { maxLength: 3 });
  const members = Object.entries(schema.properties ?? {}).map(([name, one]) => [
    name,
    near(one, root, depth + 1),
  ]);
  const known = fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [],
  });
  const free = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const others = fc.dictionary(fc.constantFrom(...TEXTS, "toString", "a/b~c"), near(free, root, depth + 1), {
    maxKeys: free === schema.additionalProperties ? 3 : 1,
  });
  return fc.tuple(known, others).map(([a, b]) => ({ ...a, ...b }));
}

/** One error, but which of several equal items were met first: that is free. */
function line(error: SchemaError): string {
  const { at, keyword, params, schema, propertyName } = error;
  return JSON.stringify([at, keyword, keyword === "uniqueItems" ? {} : params, schema, propertyName]);
}

function ofAjv({ instancePath, keyword, params, parentSchema, propertyName }: ErrorObject): SchemaError {
  const schema = reduced(parentSchema as AnySchemaObject, "") as Schema;
  const name = propertyName === undefined ? {} : { propertyName };
  return { at: instancePath, keyword: keyword as SchemaError["keyword"], params, schema, ...name };
}

describe.each(names)("%s", (name) => {
  const schema = JSON.parse(readFileSync(`schemas/${name}${SUFFIX}`, "utf8")) as Schema & AnySchemaObject;
  const ajv = new Ajv2020({ allErrors: true, verbose: true, ownProperties: true, strict: false });
  const validate = ajv.compile(schema);

  it("is read as ajv reads it: the same errors at the same places", () => {
    fc.assert(
      fc.property(near(schema, schema), (value) => {
        const fits = validate(value);
        const errors = schemaErrors(name, value);
        const expected = fits ? [] : (validate.errors ?? []).map(ofAjv);
        expect(errors.map(line).sort()).toEqual(expected.map(line).sort());
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe("a schema", () => {
  it("with a keyword that would not be read stops the build", () => {
    const schema = { properties: { a: { items: { anyOf: [{ type: "string", format: "date" }] } } } };
    expect(() => reduced(schema, "x-v1")).toThrow(
      'x-v1/properties/a/items//anyOf/0: the keyword "format" would not be read.',
    );
  });
});
