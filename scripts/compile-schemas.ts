import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import standaloneModule from "ajv/dist/standalone/index.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SUFFIX = ".schema.json";

// ajv exports a CommonJS default; where it lands depends on who loads it.
const standaloneCode = "default" in standaloneModule ? standaloneModule.default : standaloneModule;

/** All of ajv's run time that our schemas need, so that the generated module stands alone. */
const PREAMBLE = `// Generated from schemas/*${SUFFIX} by scripts/compile-schemas.ts. Do not edit.
const codePoints = (text) => {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) { count -= 1; at += 1; }
  }
  return count;
};
const equal = (a, b) => {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
};
const note = (all, at, keyword, params, schema, propertyName) => {
  const error = { at, keyword, params, schema };
  if (propertyName !== undefined) error.propertyName = propertyName;
  if (all === null) return [error];
  all.push(error);
  return all;
};
`;

const REST = "(?:(?!const err).)*?";
const NOTE_ERROR = new RegExp(
  String.raw`const (err\d+) = \{instancePath(:${REST})?,schemaPath:${REST},keyword:("\w+"),params:(\{${REST}\}),` +
    String.raw`schema:${REST},parentSchema:(schema${REST}),data(?::\w+)?((?:,propertyName:${REST})?)\};` +
    String.raw`if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}errors\+\+;`,
  "g",
);

/**
 * Compiles every `schemas/<name>-v<n>.schema.json` into `src/generated/validators.js` and its types.
 * Run by `npm run prepare`; the output is not committed. Throws when a schema breaks ajv's strict mode.
 */
export function compileSchemas(root: string = ROOT): readonly string[] {
  const schemas = readSchemas(join(root, "schemas"));
  const folder = join(root, "src", "generated");
  mkdirSync(folder, { recursive: true });
  writeIfChanged(join(folder, "validators.js"), moduleOf(schemas));
  writeIfChanged(join(folder, "validators.d.ts"), typesOf([...schemas.keys()]));
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
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    ownProperties: true,
    discriminator: true,
    messages: false,
    loopRequired: 1,
    verbose: true,
    code: { source: true, esm: true },
  });
  const names = [...schemas.keys()];
  for (const [name, schema] of schemas) ajv.addSchema(schema, name);
  const code = standaloneCode(ajv, Object.fromEntries(names.map((name) => [identifier(name), name])));
  const table = names.map((name) => `  ${JSON.stringify(name)}: ${identifier(name)},`).join("\n");
  return `${PREAMBLE}${compact(code)}\nexport const validators = {\n${table}\n};\n`;
}

/** Replaces ajv's run-time imports by the preamble, and the text around each error by a call. */
function compact(code: string): string {
  const standalone = code
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', "codePoints")
    .replaceAll('require("ajv/dist/runtime/equal").default', "equal")
    .replaceAll(NOTE_ERROR, (...found: readonly (string | undefined)[]) => {
      const [, , path, keyword, params, parent, propertyName] = found;
      const at = path?.slice(1) ?? "instancePath";
      const more = propertyName ? [propertyName.slice(",propertyName:".length)] : [];
      return `vErrors=note(vErrors,${[at, keyword, params, parent, ...more].join()});errors++;`;
    });
  if (standalone.includes("vErrors.push"))
    throw new Error("An error site of ajv has another form than expected.");
  const left = /require\([^)]*\)/.exec(standalone);
  if (left) throw new Error(`The schemas need ${left[0]} at run time; say it with other keywords.`);
  return standalone;
}

function typesOf(names: readonly string[]): string {
  return `export type SchemaName = ${names.map((name) => JSON.stringify(name)).join(" | ")};

export interface SchemaError {
  /** JSON pointer of the value. */
  readonly at: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the keyword, for its description and its list of properties. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
}

export interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export declare const validators: Readonly<Record<SchemaName, Validator>>;
`;
}

function identifier(name: string): string {
  return name.replaceAll(/[^a-z0-9]/gi, "_");
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
