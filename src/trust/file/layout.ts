/** One line of a YAML text and what it is of: a path of keys, where entries of a list go by their name. */
export interface LayoutLine {
  readonly path: string;
  readonly text: string;
}

/** What trust.yaml is made of, as JSON. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * The one layout that modelgate writes trust.yaml in: block style, two spaces, lists of words on one line, texts of several
 * lines as literal blocks; keys in the order in which they are given. `value` is a map, its texts have no trailing spaces.
 */
export function layOut(value: Readonly<Record<string, Plain>>): readonly LayoutLine[] {
  return [...mapLines(value, { path: "", indent: "" })];
}

interface Where {
  readonly path: string;
  readonly indent: string;
}

function* mapLines(value: Readonly<Record<string, Plain>>, { path, indent }: Where): Generator<LayoutLine> {
  for (const [key, child] of Object.entries(value)) {
    const here = `${path}/${key}`;
    const inline = inlineText(child);
    yield { path: here, text: `${indent}${key}:${inline === undefined ? "" : ` ${inline}`}` };
    if (inline === "|" && typeof child === "string")
      yield* blockLines(child, { path: here, indent: `${indent}  ` });
    if (inline === undefined) yield* childLines(child, { path: here, indent: `${indent}  ` });
  }
}

function* childLines(child: Plain, where: Where): Generator<LayoutLine> {
  if (!Array.isArray(child)) return yield* mapLines(child as Readonly<Record<string, Plain>>, where);
  for (const [index, item] of (child as readonly Plain[]).entries()) yield* itemLines(item, index, where);
}

/** The dash stands before the first line of what it begins. */
function* itemLines(item: Plain, index: number, { path, indent }: Where): Generator<LayoutLine> {
  const here = `${path}/${nameOf(item) ?? index}`;
  const inline = inlineText(item);
  if (inline !== undefined) return yield { path: here, text: `${indent}- ${inline}` };
  let lead = "- ";
  for (const line of childLines(item, { path: here, indent: `${indent}  ` })) {
    yield { path: line.path, text: `${indent}${lead}${line.text.slice(indent.length + 2)}` };
    lead = "  ";
  }
}

function* blockLines(text: string, { path, indent }: Where): Generator<LayoutLine> {
  const lines = text.replace(/\n$/, "").split("\n");
  for (const [index, line] of lines.entries())
    yield { path: `${path}/${index}`, text: line === "" ? "" : `${indent}${line}` };
}

/** What follows a key on its own line; "|" begins a literal block, undefined goes on below. */
function inlineText(value: Plain): string | undefined {
  if (typeof value === "string") return value.includes("\n") && isBlock(value) ? "|" : scalar(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (!Array.isArray(value)) return Object.keys(value).length === 0 ? "{}" : undefined;
  const items = value as readonly Plain[];
  const texts = items.map(flowText);
  return texts.includes(undefined) ? undefined : `[${texts.join(", ")}]`;
}

/** A literal block keeps such a text to the byte: it ends in one line break, and no line begins or ends with a space. */
function isBlock(text: string): boolean {
  return /[^\n]\n$/.test(text) && !/^[ \t]|[ \t]$|[^\n\P{C}]/mu.test(text);
}

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._/@+=:-]*(?: [A-Za-z0-9._/@+=:(-][A-Za-z0-9._/@+=:()-]*)*$/;
/** Words that the core schema, or an older reader, takes for something else than a text. */
const NOT_TEXT = /^(?:[-+]?[\d._]+(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|true|false|null|yes|no|on|off|y|n)$/i;

function scalar(text: string): string {
  const plain = PLAIN.test(text) && !NOT_TEXT.test(text) && !/:(?: |$)/.test(text);
  return plain ? text : JSON.stringify(text);
}

/** An entry of a list on one line; undefined for what takes lines of its own. */
function flowText(item: Plain): string | undefined {
  if (typeof item === "string") return /[[\]{},]/.test(item) ? JSON.stringify(item) : scalar(item);
  return typeof item === "object" && item !== null ? undefined : String(item);
}

/** What an entry of a list is known by, so that a comment stays with it when others come and go. */
function nameOf(item: Plain): string | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
  const { id, digest, hash } = item as Readonly<Record<string, Plain>>;
  return [id, digest, hash].find((name) => typeof name === "string");
}
