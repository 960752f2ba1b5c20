/** The one spelling of our JSON files: keys sorted by UTF-16 code units, two spaces, LF, one LF at the end. */
export function formatJson(value: unknown): string {
  return `${spelled(value)}\n`;
}

/** The same for a value inside of a document, whose lines after the first begin with `indent`. */
export function formatPart(value: unknown, indent: string): string {
  // Texts hold no line feed as such: JSON escapes it.
  return spelled(value).replaceAll("\n", `\n${indent}`);
}

function spelled(value: unknown): string {
  return JSON.stringify(inOrder(value), null, 2) ?? "null";
}

/** The same value with the keys of every object in order; itself where they are, as nearly everywhere. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value)
    ? listInOrder(value)
    : recordInOrder(value as Readonly<Record<string, unknown>>);
}

function listInOrder(values: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  // An index loop: holes are values here, and lists of 10,000 entries are formatted at once.
  for (let at = 0; at < values.length; at += 1) {
    const child = inOrder(values[at]);
    if (child !== values[at]) (copy ??= [...values])[at] = child;
  }
  return copy ?? values;
}

function recordInOrder(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = Object.keys(record);
  let ordered: unknown[] | null = null;
  for (let at = 0; at < keys.length; at += 1) {
    const child = record[keys[at] ?? ""];
    const spelt = inOrder(child);
    const late = at > 0 && (keys[at - 1] ?? "") > (keys[at] ?? "");
    if (late || spelt !== child) ordered ??= keys.slice(0, at).map((key) => record[key]);
    ordered?.push(spelt);
  }
  return ordered ? sorted(keys.map((key, at) => [key, ordered[at]])) : record;
}

function sorted(entries: (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The keys of an object in the order of our spelling. Keys that look like numbers come first, as in every JSON.stringify. */
export function sortedKeys(record: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(record);
  const late = keys.some((key, at) => at > 0 && (keys[at - 1] ?? "") > key);
  return late ? Object.keys(sorted(keys.map((key) => [key, null]))) : keys;
}
