/** Paths at the top of a model that no signature covers (OMS v1.0, §6.2). */
export const DEFAULT_IGNORES = [".git", ".gitattributes", ".github", ".gitignore"] as const;

/** A relative path with `/`, without empty, `.` and `..` components, NUL, or halves of surrogate pairs (OMS v1.0, §6.1.2). */
export function isCanonicalPath(path: string): boolean {
  if (path.includes("\0") || !path.isWellFormed()) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Whether a path is one of the ignored ones or lies below one. Exact and case-sensitive; no patterns (§6.2.1). */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((each) => path === each || path.startsWith(`${each}/`));
}

/** By UTF-8 bytes, which is the order of code points; JavaScript's own order differs above U+FFFF. */
export function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
