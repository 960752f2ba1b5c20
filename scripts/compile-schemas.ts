import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SUFFIX = ".schema.json";

/** Keywords that `src/domain/document/json-schema.ts` reads, by what their value is. */
const READ = {
  value: new Set(
    (
      "$ref type const enum minimum maximum exclusiveMinimum exclusiveMaximum minLength maxLength pattern " +
      "minItems maxItems uniqueItems minProperties maxProperties required description"
    ).split(" "),
  ),
  schema: new Set(["items", "propertyNames", "additionalProperties"]),
  schemas: new Set(["anyOf"]),
  named: new Set(["$defs", "properties"]),
};

/** For people and editors. */
const ANNOTATIONS = new Set(["$schema", "$id", "title", "examples"]);

/**
 * Puts every `schemas/<name>-v<n>.schema.json`, without what is for people only, into `src/generated/schemas.js` with
 * its types. Run by `npm run prepare`; the output is not committed. Throws when a schema breaks ajv's strict mode, or
 * has a keyword that would not be read.
 */
export function compileSchemas(root: string = ROOT): readonly string[] {
  const schemas = readSchemas(join(root, "schemas"));
  const folder = join(root, "src", "generated");
  mkdirSync(folder, { recursive: true });
  writeIfChanged(join(folder, "schemas.js"), moduleOf(schemas));
  writeIfChanged(join(folder, "schemas.d.ts"), typesOf([...schemas.keys()]));
  return [...schemas.keys()];
}

function readSchemas(folder: string): Map<string, AnySchemaObject> {
  const files = readdirSync(folder).filter((file) => file.endsWith(SUFFIX));
  return new Map(
    files
      .sort()
      .map((file) => [file.slice(0, -SUFFIX.length), JSON.parse(readFileSync(join(folder, file), "utf8"))]),
  );
}

function moduleOf(schemas: Map<string, AnySchemaObject>): string {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  for (const schema of schemas.values()) ajv.compile(schema);
  const texts = [...schemas].map(([name, schema]) => [name, JSON.stringify(reduced(schema, name))]);
  const table = JSON.stringify(Object.fromEntries(texts), null, 2);
  return `// Generated from schemas/*${SUFFIX} by scripts/compile-schemas.ts. Do not edit.\nexport const schemaTexts = ${table};\n`;
}

/** The schema without annotations; throws at a keyword that is not read, with its place. */
export function reduced(schema: AnySchemaObject, at: string): AnySchemaObject {
  const entries = Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.has(keyword));
  return Object.fromEntries(entries.map(([keyword, value]) => [keyword, reducedValue(keyword, value, at)]));
}

function reducedValue(keyword: string, value: unknown, at: string): unknown {
  const below = (part: unknown, key: string | number = ""): unknown =>
    typeof part === "object" ? reduced(part as AnySchemaObject, `${at}/${keyword}/${key}`) : part;
  if (READ.value.has(keyword)) return value;
  if (READ.schema.has(keyword)) return below(value);
  if (READ.schemas.has(keyword)) return (value as unknown[]).map(below);
  if (!READ.named.has(keyword)) throw new Error(`${at}: the keyword "${keyword}" would not be read.`);
  return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, below(part, name)]));
}

function typesOf(names: readonly string[]): string {
  return `export type SchemaName = ${names.map((name) => JSON.stringify(name)).join(" | ")};

/** JSON of each schema, parsed when it is used. */
export declare const schemaTexts: Readonly<Record<SchemaName, string>>;
`;
}

function writeIfChanged(file: string, text: string): void {
  if (readIfThere(file) !== text) writeFileSync(file, text);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) console.log(`${compileSchemas().length} schemas compiled`);
