import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** The child program: its source when this runs from source, else the bundle beside this bundle. */
export function childEntry(): string {
  const kind = extname(import.meta.url);
  const entry = kind === ".ts" ? "./child/main.ts" : `./artifact-child${kind}`;
  return fileURLToPath(new URL(entry, import.meta.url));
}
