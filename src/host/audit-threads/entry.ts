import { extname } from "node:path";

/** The thread's program: its source when this runs from source, else the bundle beside this bundle. */
export function threadEntry(): URL {
  const kind = extname(import.meta.url);
  return new URL(kind === ".ts" ? "./main.ts" : `./audit-thread${kind}`, import.meta.url);
}
