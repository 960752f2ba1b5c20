/** The one spelling of our JSON files: keys sorted by UTF-16 code units, two spaces, LF, one LF at the end. */
export function formatJson(value: unknown): string {
  return `${formatPart(value, "")}\n`;
}

/** The same for a value inside of a document, whose lines after the first begin with `indent`. */
export function formatPart(value: unknown, indent: string): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  return Array.isArray(value)
    ? formatList(value, indent)
    : formatRecord(value as Readonly<Record<string, unknown>>, indent);
}

function formatList(values: readonly unknown[], indent: string): string {
  if (values.length === 0) return "[]";
  const deeper = `${indent}  `;
  // An index loop: holes are values here, and ledgers of 10,000 revisions are formatted at once.
  let text = "[";
  for (let at = 0; at < values.length; at += 1)
    text += `${at === 0 ? "\n" : ",\n"}${deeper}${formatPart(values[at], deeper)}`;
  return `${text}\n${indent}]`;
}

function formatRecord(record: Readonly<Record<string, unknown>>, indent: string): string {
  const deeper = `${indent}  `;
  let text = "{";
  for (const key of sortedKeys(record)) {
    const child = record[key];
    if (child === undefined) continue;
    text += `${text === "{" ? "\n" : ",\n"}${deeper}${quoted(key)}: ${formatPart(child, deeper)}`;
  }
  return text === "{" ? "{}" : `${text}\n${indent}}`;
}

/** Printable ASCII without quotes and backslashes stands as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/**
 * The keys of an object in the order of our spelling. Nearly all objects have their keys in order already. Keys that look like numbers come first, as
 * in every JSON.stringify.
 */
export function sortedKeys(record: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(record);
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] ?? "") > (keys[at] ?? "")) return Object.keys(Object.fromEntries(entriesOf(keys)));
  }
  return keys;
}

function entriesOf(keys: readonly string[]): (readonly [string, null])[] {
  return keys.toSorted((a, b) => (a < b ? -1 : 1)).map((key) => [key, null] as const);
}
