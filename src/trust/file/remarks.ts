import type { LayoutLine } from "./layout.ts";

/** What people wrote into a laid-out file: comments above lines and behind them, and blank lines. */
export interface Remarks {
  /** Lines above a path; those of the end of the file are above "". */
  readonly above: ReadonlyMap<string, readonly string[]>;
  /** What follows a line of a path, from the spaces before its `#` on. */
  readonly behind: ReadonlyMap<string, string>;
  /** Paths in their order. */
  readonly order: readonly string[];
}

/** The remarks in a text that is otherwise laid out as given; undefined when it is laid out in another way. */
export function remarksIn(text: string, layout: readonly LayoutLine[]): Remarks | undefined {
  const above = new Map<string, readonly string[]>();
  const behind = new Map<string, string>();
  const lines = text.replace(/\n$/, "").split("\n");
  let [at, pending] = [0, [] as string[]];
  for (const line of lines) {
    const next = layout[at];
    const rest = next && restOf(line, next.text);
    if (next && rest !== undefined) {
      if (pending.length > 0) above.set(next.path, pending);
      if (rest !== "") behind.set(next.path, rest);
      [at, pending] = [at + 1, []];
    } else if (/^\s*(?:#|$)/.test(line)) pending.push(line);
    else return undefined;
  }
  if (at < layout.length) return undefined;
  if (pending.length > 0) above.set("", pending);
  return { above, behind, order: layout.map(({ path }) => path) };
}

/** What stands behind a line: nothing, or a comment. Undefined when it is another line. */
function restOf(line: string, wanted: string): string | undefined {
  if (line === wanted) return "";
  const rest = line.startsWith(wanted) ? line.slice(wanted.length) : undefined;
  return rest !== undefined && /^\s+#/.test(rest) ? rest : undefined;
}

/** A layout with the remarks of an earlier one; what stood above a line that is gone stands above the next that is left. */
export function withRemarks(layout: readonly LayoutLine[], { above, behind, order }: Remarks): string {
  const left = new Set(layout.map(({ path }) => path));
  const moved = new Map<string, string[]>();
  for (const [path, lines] of above) {
    const from = path === "" ? order.length : order.indexOf(path);
    const anchor = order.slice(from).find((one) => left.has(one)) ?? "";
    moved.set(anchor, [...(moved.get(anchor) ?? []), ...lines]);
  }
  const body = layout.flatMap(({ path, text }) => [
    ...(moved.get(path) ?? []),
    `${text}${behind.get(path) ?? ""}`,
  ]);
  return `${[...body, ...(moved.get("") ?? [])].join("\n")}\n`;
}
