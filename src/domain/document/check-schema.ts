import { problem, refuse, type Problem } from "../../errors.ts";
import type { ReasonCode } from "../reasons/catalogue.ts";
import { childPointer, MAX_PROBLEMS, pointerKeys, type Document } from "./document.ts";
import { type Schema, type SchemaError, schemaErrors } from "./schema.ts";
import { nearestName } from "../nearest-name.ts";

/**
 * The document's value as the type that its schema (`schemas/<name>.schema.json`) describes.
 * Throws one GateError that lists every mismatch with its place: DOCUMENT_KEY_UNKNOWN and DOCUMENT_VALUE_UNKNOWN with the
 * nearest known name, DOCUMENT_KEY_MISSING, DOCUMENT_TYPE_WRONG, DOCUMENT_VALUE_INVALID, DOCUMENT_VERSION_UNKNOWN.
 */
// The caller names the type that belongs to the schema.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function checkSchema<T>(document: Document, schema: Schema): T {
  refuse(schemaProblems(document, schema));
  return document.value as T;
}

/** The same problems as a list, empty when the document fits; at most 100. */
export function schemaProblems(document: Document, schema: Schema): readonly Problem[] {
  return telling(schemaErrors(schema, document.value))
    .slice(0, MAX_PROBLEMS)
    .map((error) => toProblem(document, error));
}

/** Leaves out errors that only repeat others: the sum of an alternative, the shell of a key's own error. */
function telling(errors: readonly SchemaError[]): readonly SchemaError[] {
  const summaries = new Set<string>(["anyOf", "propertyNames"]);
  const details = errors.filter((error) => !summaries.has(error.keyword));
  const unique = new Map(
    oneTypeError(details).map((error) => [
      `${error.at}\0${error.keyword}\0${JSON.stringify(error.params)}`,
      error,
    ]),
  );
  return unique.size > 0 ? [...unique.values()] : errors;
}

/**
 * Each alternative of a value reports a type of its own. Where one of them accepts the type, only what it objects to
 * counts; else the first error names the types of all.
 */
function oneTypeError(errors: readonly SchemaError[]): readonly SchemaError[] {
  const isType = ({ keyword }: SchemaError) => keyword === "type";
  const ofType = Map.groupBy(errors.filter(isType), ({ at: place }) => place);
  const accepted = new Set(errors.filter((error) => !isType(error)).map(({ at: place }) => place));
  return errors.flatMap((error) => {
    const same = ofType.get(error.at) ?? [];
    if (!isType(error)) return [error];
    if (accepted.has(error.at) || same[0] !== error) return [];
    const types = same.flatMap(({ params }) => String(params["type"]).split(","));
    return [{ ...error, params: { type: [...new Set(types)] } }];
  });
}

function toProblem(document: Document, error: SchemaError): Problem {
  if (error.propertyName !== undefined) return keyProblem(document, error, error.propertyName);
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(document, error);
    case "required":
      return at(
        document,
        error,
        "DOCUMENT_KEY_MISSING",
        `The key ${show(error.params["missingProperty"])} is missing.`,
      );
    case "type":
      return at(
        document,
        error,
        "DOCUMENT_TYPE_WRONG",
        `${nameOf(error)} must be ${typeNames(error.params["type"])}.`,
      );
    case "enum":
    case "const":
      return unknownValue(document, error);
    default:
      return at(document, error, "DOCUMENT_VALUE_INVALID", `${nameOf(error)} ${demand(error)}.`);
  }
}

function at(document: Document, error: SchemaError, code: ReasonCode, message: string): Problem {
  return problem(code, message, { where: document.place(error.at) });
}

function keyProblem(document: Document, error: SchemaError, key: string): Problem {
  const where = document.keyPlace(childPointer(error.at, key));
  return problem("DOCUMENT_VALUE_INVALID", `The key ${show(key)} ${demand(error)}.`, { where });
}

function unknownKey(document: Document, error: SchemaError): Problem {
  const key = String(error.params["additionalProperty"]);
  const known = Object.keys(error.schema.properties ?? {});
  const where = document.keyPlace(childPointer(error.at, key));
  return problem("DOCUMENT_KEY_UNKNOWN", `There is no key ${show(key)} here.`, {
    where,
    fix: choice(key, known, "key"),
  });
}

function unknownValue(document: Document, error: SchemaError): Problem {
  const allowed = (
    (error.params["allowedValues"] as unknown[] | undefined) ?? [error.params["allowedValue"]]
  ).map(String);
  const value = valueAt(document.value, error.at);
  const code =
    error.at === "/schema_version" || error.at === "/apiVersion" ? "DOCUMENT_VERSION_UNKNOWN" : undefined;
  const message = `${nameOf(error)} must not be ${show(value)}.`;
  const where = document.place(error.at);
  return problem(code ?? "DOCUMENT_VALUE_UNKNOWN", message, {
    where,
    fix: choice(String(value), allowed, "value"),
  });
}

function choice(wrong: string, known: readonly string[], noun: "key" | "value"): string {
  const nearest = nearestName(wrong, known);
  const all = known.length > 0 && known.length <= 40 ? `Known ${noun}s: ${known.join(", ")}.` : "";
  return (
    [nearest === undefined ? "" : `Did you mean ${nearest}?`, all].filter(Boolean).join(" ") ||
    `Remove the ${noun}.`
  );
}

/** What the keyword demands, in words; for a pattern the description beside it in the schema. */
function demand(error: SchemaError): string {
  const { limit, comparison, i, j } = error.params;
  const amount = /^(min|max)(Length|Items|Properties)$/.exec(error.keyword);
  if (amount) {
    const unit = amount[2] === "Length" ? "characters" : "entries";
    return `must have at ${amount[1] === "min" ? "least" : "most"} ${String(limit)} ${unit}`;
  }
  if (error.keyword === "pattern") return `must be ${describe(error)}`;
  if (error.keyword === "uniqueItems")
    return `must not repeat itself (entries ${String(j)} and ${String(i)} are equal)`;
  if (typeof comparison === "string") return `must be ${comparison} ${String(limit)}`;
  return `does not fit the schema (${error.keyword})`;
}

/** A description is a sentence; here it goes on with one. */
function describe(error: SchemaError): string {
  const { description } = error.schema;
  if (description === undefined) return `of the form ${String(error.params["pattern"])}`;
  return description.replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase()).replace(/\.$/, "");
}

function typeNames(type: unknown): string {
  return (Array.isArray(type) ? type : String(type).split(",")).join(" or ");
}

function nameOf(error: SchemaError): string {
  return error.at === "" ? "The document" : `The value of ${show(error.at)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function valueAt(value: unknown, pointer: string): unknown {
  return pointerKeys(pointer).reduce<unknown>((at, key) => {
    return at !== null && typeof at === "object" && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  }, value);
}
