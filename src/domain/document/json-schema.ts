import { type SchemaName, schemaTexts } from "../../generated/schemas.js";
import { childPointer } from "./document.ts";

/** A parsed schema: the part of JSON Schema 2020-12 that ours are written in. Any other keyword stops the build. */
export interface Schema {
  readonly $defs?: Readonly<Record<string, Schema>>;
  /** `#/$defs/<name>`. */
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Of texts and numbers only. */
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false | Schema;
}

/** What a value does not meet; `params` are called as in ajv. */
export interface SchemaError {
  /** JSON pointer of the value; of the object when it is about one of its keys. */
  readonly at: string;
  readonly keyword: keyof Schema;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the keyword, for its description and its list of properties. */
  readonly schema: Schema;
  /** The key that `propertyNames` objects to. */
  readonly propertyName?: string;
}

const parsed = new Map<SchemaName, Schema>();

/** Everything in a JSON value that does not meet `schemas/<name>.schema.json`; empty when it fits. */
export function schemaErrors(name: SchemaName, value: unknown): readonly SchemaError[] {
  const schema = parsed.get(name) ?? (JSON.parse(schemaTexts[name]) as Schema);
  parsed.set(name, schema);
  const walk = new SchemaWalk(schema);
  walk.check(schema, value);
  return walk.errors;
}

/**
 * Walks a value along its schema. No generated code: a process checks a few small documents, and compiling code for
 * them costs more than walking them. A test compares it with ajv on every schema.
 */
class SchemaWalk {
  readonly errors: SchemaError[] = [];
  readonly #root: Schema;
  readonly #path: (string | number)[] = [];

  constructor(root: Schema) {
    this.#root = root;
  }

  check(schema: Schema, value: unknown): void {
    if (schema.$ref !== undefined) this.check(this.#definition(schema.$ref), value);
    const { type } = schema;
    if (type !== undefined && !hasType(value, type)) this.#report(schema, "type", { type });
    if (typeof value === "number") this.#number(schema, value);
    else if (typeof value === "string") this.#text(schema, value);
    else if (Array.isArray(value)) this.#array(schema, value);
    else if (typeof value === "object" && value !== null) this.#object(schema, value);
    this.#choice(schema, value);
  }

  #definition(ref: string): Schema {
    const definition = this.#root.$defs?.[ref.slice("#/$defs/".length)];
    if (!definition) throw new TypeError(`The schema has no ${ref}.`);
    return definition;
  }

  #number(schema: Schema, value: number): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    if (maximum !== undefined && value > maximum) this.#limit(schema, "maximum", "<=");
    if (minimum !== undefined && value < minimum) this.#limit(schema, "minimum", ">=");
    if (exclusiveMaximum !== undefined && value >= exclusiveMaximum)
      this.#limit(schema, "exclusiveMaximum", "<");
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum)
      this.#limit(schema, "exclusiveMinimum", ">");
  }

  #limit(schema: Schema, keyword: keyof Schema, comparison: string): void {
    this.#report(schema, keyword, { comparison, limit: schema[keyword] });
  }

  #text(schema: Schema, value: string): void {
    this.#amount(schema, "Length", value.length - (value.match(ASTRAL)?.length ?? 0));
    const { pattern } = schema;
    if (pattern !== undefined && !patternOf(pattern).test(value))
      this.#report(schema, "pattern", { pattern });
  }

  #array(schema: Schema, values: readonly unknown[]): void {
    this.#amount(schema, "Items", values.length);
    if (schema.uniqueItems === true) this.#unique(schema, values);
    if (schema.items) for (const [index, value] of values.entries()) this.#child(index, schema.items, value);
  }

  #unique(schema: Schema, values: readonly unknown[]): void {
    const seen = new Map<unknown, number>();
    for (const [i, value] of values.entries()) {
      const j = seen.get(value);
      if (j !== undefined) return this.#report(schema, "uniqueItems", { i, j });
      seen.set(value, i);
    }
  }

  #object(schema: Schema, value: object): void {
    const { required = [], propertyNames, properties = {}, additionalProperties } = schema;
    const names = Object.keys(value);
    this.#amount(schema, "Properties", names.length);
    for (const name of required.filter((one) => !Object.hasOwn(value, one)))
      this.#report(schema, "required", { missingProperty: name });
    if (propertyNames) for (const name of names) this.#name(schema, propertyNames, name);
    const others = names.filter((name) => !Object.hasOwn(properties, name));
    if (additionalProperties === false) {
      for (const name of others) this.#report(schema, "additionalProperties", { additionalProperty: name });
    } else if (additionalProperties) {
      for (const name of others) this.#child(name, additionalProperties, Reflect.get(value, name));
    }
    for (const name of Object.keys(properties).filter((one) => Object.hasOwn(value, one)))
      this.#child(name, properties[name] as Schema, Reflect.get(value, name));
  }

  #name(schema: Schema, names: Schema, propertyName: string): void {
    const from = this.errors.length;
    this.check(names, propertyName);
    const found = this.errors.splice(from);
    this.errors.push(...found.map((error) => ({ ...error, propertyName })));
    if (found.length > 0) this.#report(schema, "propertyNames", { propertyName });
  }

  #child(key: string | number, schema: Schema, value: unknown): void {
    this.#path.push(key);
    this.check(schema, value);
    this.#path.pop();
  }

  #amount(schema: Schema, of: "Length" | "Items" | "Properties", amount: number): void {
    const [limit, least] = [schema[`max${of}`], schema[`min${of}`]];
    if (limit !== undefined && amount > limit) this.#report(schema, `max${of}`, { limit });
    if (least !== undefined && amount < least) this.#report(schema, `min${of}`, { limit: least });
  }

  #choice(schema: Schema, value: unknown): void {
    const { const: only, enum: known, anyOf } = schema;
    if (only !== undefined && value !== only) this.#report(schema, "const", { allowedValue: only });
    if (known && !known.some((one) => one === value)) this.#report(schema, "enum", { allowedValues: known });
    if (anyOf) this.#anyOf(schema, anyOf, value);
  }

  /** An alternative that fits silences what the others object to. */
  #anyOf(schema: Schema, alternatives: readonly Schema[], value: unknown): void {
    const from = this.errors.length;
    for (const alternative of alternatives) {
      const before = this.errors.length;
      this.check(alternative, value);
      if (this.errors.length === before) return void this.errors.splice(from);
    }
    this.#report(schema, "anyOf", {});
  }

  #report(schema: Schema, keyword: keyof Schema, params: SchemaError["params"]): void {
    this.errors.push({ at: this.#path.reduce<string>(childPointer, ""), keyword, params, schema });
  }
}

/** Code points of two code units: lengths are counted in code points. */
const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  const pattern = patterns.get(source) ?? new RegExp(source, "u");
  patterns.set(source, pattern);
  return pattern;
}

function hasType(value: unknown, type: string | readonly string[]): boolean {
  return typeof type === "string" ? isOf(type, value) : type.some((one) => isOf(one, value));
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
