/**
 * Cuts GitHub's published OpenAPI description down to what the loopback GitHub of the tests serves.
 *
 *     npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
 *     node scripts/prune-openapi.ts package/generated/api.github.com.json
 *
 * The package unpacks to 385 MB, so it is no dependency: the pruned file is committed. Only examples, descriptions and
 * unused parts are dropped; every schema stays as GitHub wrote it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { SERVED_OPERATIONS, SERVED_WEBHOOKS } from "../tests/support/github/openapi/served.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const TARGET = resolve(import.meta.dirname, "../tests/support/github/openapi");
const PROSE = new Set([
  "description",
  "example",
  "examples",
  "summary",
  "x-github-internal",
  "x-github",
  "x-octokit",
  "x-github-breaking-changes",
]);

const source = process.argv[2];
if (source === undefined) {
  process.stderr.write("Usage: node scripts/prune-openapi.ts PATH/api.github.com.json\n");
  process.exit(2);
}
const whole = JSON.parse(readFileSync(source, "utf8")) as JsonObject;
write("openapi.json", prune("paths", pathsServed(whole)));
write("webhooks.json", prune("x-webhooks", webhooksServed(whole)));

function pathsServed(document: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const operation of SERVED_OPERATIONS) {
    const [method = "", path = ""] = operation.split(" ");
    const item = at(document, "paths", path);
    const about = item?.[method.toLowerCase()];
    if (about === undefined) throw new Error(`GitHub's description has no ${operation}`);
    const sofar = (kept[path] ??= {}) as JsonObject;
    sofar[method.toLowerCase()] = about;
  }
  return kept;
}

function webhooksServed(document: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const name of SERVED_WEBHOOKS) {
    const about = at(document, "x-webhooks")?.[name];
    if (about === undefined) throw new Error(`GitHub's description has no webhook ${name}`);
    kept[name] = about;
  }
  return kept;
}

/** The section with the components that it reaches, directly or through others. */
function prune(section: string, content: JsonObject): JsonObject {
  const kept = withoutProse(content) as JsonObject;
  const components: JsonObject = {};
  const todo = references(kept);
  for (let reference = todo.pop(); reference !== undefined; reference = todo.pop()) {
    const [kind = "", name = ""] = reference.replace("#/components/", "").split("/");
    const group = (components[kind] ??= {}) as JsonObject;
    if (group[name] !== undefined) continue;
    const component = withoutProse(at(whole, "components", kind)?.[name] ?? null);
    group[name] = component;
    todo.push(...references(component));
  }
  return { openapi: whole["openapi"] ?? "", info: whole["info"] ?? {}, [section]: kept, components };
}

function references(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== "object") return [];
  const own = value["$ref"];
  return [...(typeof own === "string" ? [own] : []), ...Object.values(value).flatMap(references)];
}

/** Drops prose where it is an annotation; a property that is called "description" is a schema and stays. */
function withoutProse(value: Json, insideProperties = false): Json {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => insideProperties || !PROSE.has(key));
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutProse(item, key === "properties" && !insideProperties)]),
  );
}

function at(value: Json, ...keys: readonly string[]): JsonObject | undefined {
  let here: Json | undefined = value;
  for (const key of keys) {
    if (here === null || typeof here !== "object" || Array.isArray(here)) return undefined;
    here = here[key];
  }
  return here !== null && typeof here === "object" && !Array.isArray(here) ? here : undefined;
}

function write(name: string, document: JsonObject): void {
  writeFileSync(join(TARGET, name), `${JSON.stringify(document, null, 1)}\n`);
}
