import { relative, resolve } from "node:path";

/** A path as the user typed it, relative to the repository's root and with `/`; `from` is where it was typed. */
export function belowRoot(root: string, path: string, from = "."): string {
  return relative(root, resolve(from, path)).replaceAll("\\", "/");
}
