/** Just as much of JSON Schema as the project's own schemas use. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** A leaf of a schema: where it is (`*` for any item or key), and what may stand there. */
export interface Field {
  readonly path: readonly string[];
  readonly node: SchemaNode;
}

/** Every leaf that a schema describes, in its order. */
export function fieldsOf(schema: SchemaNode): readonly Field[] {
  return walk(schema, schema, []);
}

function resolved(root: SchemaNode, node: SchemaNode): SchemaNode {
  const { $ref, ...rest } = node;
  const name = $ref?.slice("#/$defs/".length);
  const target = name === undefined ? {} : resolved(root, root.$defs?.[name] ?? {});
  const [one] = (node.anyOf ?? []).filter(({ type }) => type !== "null");
  return { ...target, ...(one ? resolved(root, one) : {}), ...rest };
}

function walk(root: SchemaNode, schema: SchemaNode, path: readonly string[]): readonly Field[] {
  const node = resolved(root, schema);
  if (node.items) return walk(root, node.items, [...path, "*"]);
  const named = Object.entries(node.properties ?? {});
  const any =
    typeof node.additionalProperties === "object" ? [["*", node.additionalProperties] as const] : [];
  const children = [...named, ...any];
  if (children.length === 0) return [{ path, node }];
  return children.flatMap(([key, child]) => walk(root, child, [...path, key]));
}

/**
 * A copy of a document in which one field has another value that its schema allows; where the document has no such field,
 * the list, the record or the object that would hold it is filled. Undefined when nothing else may stand there.
 */
export function withOther<T>(document: T, schema: SchemaNode, field: Field): T | undefined {
  const copy = structuredClone({ document });
  return bend(copy, { key: "document", root: schema, schema, path: field.path }) ? copy.document : undefined;
}

interface Spot {
  readonly key: string;
  readonly root: SchemaNode;
  readonly schema: SchemaNode;
  readonly path: readonly string[];
}

/** Changes the first value that the path leads to, below `holder[key]`. */
function bend(holder: Record<string, unknown>, { key, root, schema, path }: Spot): boolean {
  const node = resolved(root, schema);
  const value = holder[key];
  const [next, ...rest] = path;
  if (next === undefined) return put(holder, key, otherValue(node, value));
  const keys = next === "*" ? Object.keys(value ?? {}) : [next];
  if (typeof value !== "object" || value === null || keys.length === 0)
    return put(holder, key, sample(root, node));
  const child = node.items ?? node.properties?.[next] ?? (node.additionalProperties as SchemaNode);
  return keys.some((one) =>
    bend(value as Record<string, unknown>, { key: one, root, schema: child, path: rest }),
  );
}

function put(holder: Record<string, unknown>, key: string, value: unknown): boolean {
  if (value === undefined) return false;
  holder[key] = value;
  return true;
}

/** Something that the schema allows, with every property that it names. */
function sample(root: SchemaNode, schema: SchemaNode): unknown {
  const node = resolved(root, schema);
  if (node.items) return [sample(root, node.items)];
  if (node.properties)
    return Object.fromEntries(Object.entries(node.properties).map(([key, one]) => [key, sample(root, one)]));
  if (typeof node.additionalProperties === "object")
    return { "1.0.0": sample(root, node.additionalProperties) };
  return node.const ?? node.enum?.[0] ?? ofType(node);
}

/** Another value for a leaf, as near as can be: one that the schema allows, unless that names the only one. */
function otherValue(node: SchemaNode, value: unknown): unknown {
  if (node.const !== undefined) return `${JSON.stringify(node.const)}x`;
  if (node.enum) return node.enum.find((each) => each !== value && each !== null);
  if (typeof value === "number") return value + 1 <= (node.maximum ?? Infinity) ? value + 1 : value / 2;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" ? otherText(value) : ofType(node);
}

const DAY_MS = 24 * 3_600_000;

/** Digests, commits, run ids, times, versions and shares keep their form. */
function otherText(text: string): string {
  if (/[0-9a-f]{8}$/.test(text)) return `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`;
  if (/^\d{4}-.*Z$/.test(text)) return new Date(Date.parse(text) + DAY_MS).toISOString().replace(".000", "");
  if (/^\d+\.\d+\.\d+$/.test(text)) return "9.9.9";
  if (/^[\d.]+%$/.test(text)) return "77%";
  if (/^[A-Z_]+$/.test(text)) return `${text}_X`;
  return `${text}x`;
}

function ofType({ type, pattern }: SchemaNode): unknown {
  const types = [type].flat();
  if (types.includes("integer") || types.includes("number")) return 1;
  if (types.includes("boolean")) return true;
  if (pattern?.includes("sha256")) return `sha256:${"0".repeat(64)}`;
  if (pattern?.includes("%")) return "77%";
  if (pattern?.startsWith("^[A-Z]")) return "GATE_X";
  return types.includes("string") || types.includes(undefined) ? "x" : undefined;
}
