import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import type { Json, JsonObject } from "../http/json.ts";

/** What is wrong with a value: one line a finding; empty when it is fine. */
export type Findings = readonly string[];

/**
 * A part of GitHub's OpenAPI description as JSON Schema validators, compiled when first needed. OpenAPI 3.0 differs from JSON
 * Schema in `nullable`, which is translated.
 */
export class Description {
  readonly document: JsonObject;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly #closed = new WeakMap<object, JsonObject>();

  constructor(file: string) {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    const raw = JSON.parse(text.replaceAll('"#/components/', '"github#/components/')) as Json;
    this.document = translate(raw) as JsonObject;
    this.#ajv = new Ajv({ strict: false, allErrors: true, logger: false, formats: FORMATS });
    this.#ajv.addSchema({ components: this.document["components"] }, "github");
  }

  check(schema: JsonObject, value: unknown): Findings {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(schema as object);
      this.#compiled.set(schema, validate);
    }
    return validate(value) ? [] : (validate.errors ?? []).map(toLine);
  }

  /** Checks a body, which may have no other fields at its top than those described. */
  checkClosed(schema: JsonObject, value: unknown): Findings {
    let closed = this.#closed.get(schema);
    if (closed === undefined) {
      closed = close(schema);
      this.#closed.set(schema, closed);
    }
    return this.check(closed, value);
  }

  /** A schema that may be a reference. */
  deref(schema: JsonObject): JsonObject {
    const reference = schema["$ref"];
    if (typeof reference !== "string") return schema;
    let here: Json | undefined = this.document;
    for (const key of reference.replace("github#/", "").split("/")) here = (here as JsonObject)[key];
    return here as JsonObject;
  }
}

function close(schema: JsonObject): JsonObject {
  const either = schema["anyOf"] as readonly JsonObject[] | undefined;
  if (either?.[0]?.["type"] === "null") return { anyOf: either.map(close) };
  const open = schema["properties"] === undefined || schema["additionalProperties"] !== undefined;
  return open ? schema : { ...schema, additionalProperties: false };
}

function translate(value: Json): Json {
  if (Array.isArray(value)) return value.map(translate);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value as JsonObject).map(([key, item]) => [key, translate(item ?? null)]);
  const schema = Object.fromEntries(entries) as JsonObject;
  if (schema["nullable"] !== true) return schema;
  const { nullable: _, ...rest } = schema;
  return { anyOf: [{ type: "null" }, rest] };
}

/** GitHub writes "" where there is no address. */
const URI = /^([a-z][a-z0-9+.-]*:\S+)?$/i;
const FORMATS = {
  "date-time": (text: string) => !Number.isNaN(Date.parse(text)) && text.includes("T"),
  timestamp: (text: string) => !Number.isNaN(Date.parse(text)),
  uri: URI,
  "uri-template": /^\S*$/,
  email: /^\S+@\S+$/,
  "repo.nwo": /^[^/]+\/[^/]+$/,
  int64: true,
} as const;

function toLine({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath === "" ? "/" : instancePath} ${message ?? ""}${extra === undefined ? "" : `: ${extra}`}`;
}
