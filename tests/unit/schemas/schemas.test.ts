import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../src/domain/document/json.ts";

const FOLDER = "schemas";
const SUFFIX = ".schema.json";
const files = readdirSync(FOLDER).filter((file) => file.endsWith(SUFFIX));
/** Free by design: what a kind of evidence adds for people; the size of the file bounds it. */
const FREE = new Set(["evidence-v1#/properties/details"]);
/** Formats of others, whose readers must ignore what they do not know. */
const FOREIGN = new Set(["oms-bundle-v1", "oms-statement-v1", "vsa-v1"]);

interface Found {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

describe.each(files)("%s", (file) => {
  const base = file.slice(0, -SUFFIX.length);
  const root = parseJson(readFileSync(`${FOLDER}/${file}`), file).value as Record<string, unknown>;
  const schemas = subschemas(`${base}#`, root);
  const failing = (ok: (found: Found) => boolean) =>
    schemas.filter((one) => !ok(one)).map(({ path }) => path);

  it("has a versioned name, an $id that ends in it, and the dialect", () => {
    expect(base).toMatch(/^[a-z]+(-[a-z]+)*-v\d+$/);
    expect(root["$id"]).toMatch(new RegExp(`/${base}\\.schema\\.json$`));
    expect(root["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  it("closes every object", () => {
    const open = failing(({ schema }) => !isOf(schema, "object") || isClosed(schema));
    expect(FOREIGN.has(base) ? [] : open).toEqual([]);
  });

  it("bounds every string", () => {
    expect(
      failing(({ schema }) => !isOf(schema, "string") || isListed(schema) || has(schema, "maxLength")),
    ).toEqual([]);
  });

  it("bounds every list", () => {
    expect(
      failing(({ schema }) => !isOf(schema, "array") || (has(schema, "maxItems") && has(schema, "items"))),
    ).toEqual([]);
  });

  it("says the type of every value", () => {
    expect(failing(({ path, schema }) => FREE.has(path) || isTyped(schema))).toEqual([]);
  });

  it("describes every property to an editor", () => {
    const properties = schemas.filter(({ path }) => /\/properties\/[^/]+$/.test(path));
    const silent = properties.filter(({ schema }) => typeof described(schema, root) !== "string");
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("describes itself", () => {
    expect([root["title"], root["description"]]).toEqual([expect.any(String), expect.any(String)]);
  });
});

/** Every schema below a schema, by its path; lists of values and names of keys are none. */
function subschemas(path: string, schema: unknown): Found[] {
  if (schema === null || typeof schema !== "object" || Array.isArray(schema)) return [];
  const record = schema as Record<string, unknown>;
  const maps = ["properties", "$defs", "patternProperties", "dependentSchemas"].flatMap((word) =>
    Object.entries((record[word] as object | undefined) ?? {}).flatMap(([key, child]) =>
      subschemas(`${path}/${word}/${key}`, child),
    ),
  );
  const lists = ["anyOf", "oneOf", "prefixItems"].flatMap((word) =>
    ((record[word] as unknown[] | undefined) ?? []).flatMap((child, at) =>
      subschemas(`${path}/${word}/${at}`, child),
    ),
  );
  const singles = ["items", "additionalProperties", "propertyNames", "contains"].flatMap((word) =>
    subschemas(`${path}/${word}`, record[word]),
  );
  return [{ path, schema: record }, ...maps, ...lists, ...singles];
}

function has(schema: Readonly<Record<string, unknown>>, keyword: string): boolean {
  return Object.hasOwn(schema, keyword);
}

function isOf(schema: Readonly<Record<string, unknown>>, type: string): boolean {
  return [schema["type"]].flat().includes(type);
}

function isListed(schema: Readonly<Record<string, unknown>>): boolean {
  return has(schema, "enum") || has(schema, "const");
}

function isTyped(schema: Readonly<Record<string, unknown>>): boolean {
  return (
    ["type", "$ref", "enum", "const", "anyOf", "oneOf"].some((keyword) => has(schema, keyword)) ||
    isNameRule(schema)
  );
}

/** `propertyNames` applies to strings only, so its type goes without saying. */
function isNameRule(schema: Readonly<Record<string, unknown>>): boolean {
  return has(schema, "pattern") && has(schema, "maxLength");
}

/** Closed, or a map with bounded names, a schema for its values and a bounded number of them. */
function isClosed(schema: Readonly<Record<string, unknown>>): boolean {
  if (schema["additionalProperties"] === false) return true;
  const isMap = typeof schema["additionalProperties"] === "object";
  return isMap && has(schema, "propertyNames") && has(schema, "maxProperties");
}

function described(
  schema: Readonly<Record<string, unknown>>,
  root: Readonly<Record<string, unknown>>,
): unknown {
  if (has(schema, "description")) return schema["description"];
  const name = /^#\/\$defs\/(.+)$/.exec(String(schema["$ref"]))?.[1] ?? "";
  return (root["$defs"] as Record<string, Record<string, unknown>> | undefined)?.[name]?.["description"];
}
