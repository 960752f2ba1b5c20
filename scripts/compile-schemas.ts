import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import standaloneModule from "ajv/dist/standalone/index.js";
import { minifySync } from "rolldown/utils";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SUFFIX = ".schema.json";
const HEADER = `// Generated from schemas/*${SUFFIX} by scripts/compile-schemas.ts. Do not edit.\n`;

// ajv exports a CommonJS default; where it lands depends on who loads it.
const standaloneCode = "default" in standaloneModule ? standaloneModule.default : standaloneModule;

/** What ajv's generated code takes from its run time, so that it stands alone. */
const RUN_TIME = {
  'require("ajv/dist/runtime/ucs2length").default': "codePoints",
  'require("ajv/dist/runtime/equal").default': "equal",
} as const;

const RUN_TIME_MODULE = `${HEADER}
/** Length of a text in code points. */
export function codePoints(text) {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) { count -= 1; at += 1; }
  }
  return count;
}

/** The errors so far and one more. */
export function note(errors, error) {
  if (errors === null) return [error];
  errors.push(error);
  return errors;
}

/** Whether two JSON values are equal. */
export function equal(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
`;

const REST = "(?:(?!const err).)*?";

/** Where ajv's code makes an error and keeps it: of its fields, those that are read are captured. */
const ERROR_SITE = new RegExp(
  String.raw`const (err\d+) = \{(instancePath(?::${REST})?),schemaPath:${REST},(keyword:"\w+",params:\{${REST}\}),` +
    String.raw`schema:${REST},(parentSchema:schema${REST}),data(?::\w+)?((?:,propertyName:${REST})?)\};` +
    String.raw`if\(vErrors === null\)\{vErrors = \[\1\];\}else \{vErrors\.push\(\1\);\}errors\+\+;`,
  "g",
);

/**
 * Compiles every `schemas/<name>-v<n>.schema.json` with ajv into a module of its own, `src/generated/<name>-v<n>.js`,
 * so that a process loads only the schemas that it checks. Run by `npm run prepare`; the output is not committed.
 * Throws when a schema breaks ajv's strict mode. Returns the names.
 */
export function compileSchemas(root: string = ROOT): readonly string[] {
  const schemas = readSchemas(join(root, "schemas"));
  const folder = join(root, "src", "generated");
  mkdirSync(folder, { recursive: true });
  writeIfChanged(join(folder, "schema-run-time.js"), RUN_TIME_MODULE);
  for (const [name, schema] of schemas) {
    writeIfChanged(join(folder, `${name}.js`), moduleOf(name, schema));
    writeIfChanged(join(folder, `${name}.d.ts`), typesOf(name));
  }
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

function moduleOf(name: string, schema: AnySchemaObject): string {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    ownProperties: true,
    messages: false,
    // Errors carry the schema around the keyword: its description and its list of properties.
    verbose: true,
    loopRequired: 1,
    loopEnum: 1,
    code: { source: true, esm: true },
  });
  const code = standAlone(standaloneCode(ajv, ajv.compile(schema)), name);
  const constant = `export const ${constantOf(name)} = { name: ${JSON.stringify(name)}, validate };\n`;
  const whole = `import { codePoints, equal, note } from "./schema-run-time.js";\n${code}\n${constant}`;
  return `${HEADER}${minifySync(`${name}.js`, whole, { module: true }).code}\n`;
}

/** Replaces ajv's run-time imports, the text around each error by a call, and the exports of its code by one name. */
function standAlone(code: string, name: string): string {
  const known = Object.entries(RUN_TIME).reduce((text, [from, to]) => text.replaceAll(from, to), code);
  const own = known
    .replace(/export const validate = (\w+);/, "const validate = $1;")
    .replace(/export default \w+;/, "")
    .replaceAll(ERROR_SITE, "vErrors=note(vErrors,{$2,$3,$4$5});errors++;");
  if (own.includes("vErrors.push"))
    throw new Error(`${name}: ajv makes an error in another form than expected.`);
  const left = /require\([^)]*\)|export /.exec(own);
  if (left) throw new Error(`${name}: ajv's code has ${left[0]}, which is not expected there.`);
  return own.replace('"use strict";', "");
}

function typesOf(name: string): string {
  const type = 'import type { Schema } from "../domain/document/schema.ts";';
  return `${HEADER}${type}\nexport declare const ${constantOf(name)}: Schema;\n`;
}

/** `parity-claim-v1` is exported as `PARITY_CLAIM_V1`. */
function constantOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]/gi, "_").toUpperCase();
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
