/** A compiled JSON Schema 2020-12: `src/generated/<name>.js`, made of `schemas/<name>.schema.json` by ajv. */
export interface Schema {
  /** For example "manifest-v1". */
  readonly name: string;
  readonly validate: Validate;
}

interface Validate {
  (value: unknown): boolean;
  errors?: readonly AjvError[] | null;
}

/** What ajv's generated code reports. */
interface AjvError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema: SchemaPart;
  readonly propertyName?: string;
}

/** The part of a schema that messages are made of. */
export interface SchemaPart {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** What a value does not meet. */
export interface SchemaError {
  /** JSON pointer of the value; of the object when it is about one of its keys. */
  readonly at: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema that holds the keyword. */
  readonly schema: SchemaPart;
  /** The key that `propertyNames` objects to. */
  readonly propertyName?: string;
}

/** Everything in a JSON value that does not meet a schema; empty when it fits. */
export function schemaErrors(schema: Schema, value: unknown): readonly SchemaError[] {
  if (schema.validate(value)) return [];
  return (schema.validate.errors ?? []).map(
    ({ instancePath, keyword, params, parentSchema, propertyName }) => ({
      at: instancePath,
      keyword,
      params,
      schema: parentSchema,
      ...(propertyName === undefined ? {} : { propertyName }),
    }),
  );
}
