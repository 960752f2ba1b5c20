import { fileURLToPath } from "node:url";

/** The child program: its source when this runs from source, else the bundle beside this bundle. */
export function childEntry(): string {
  const entry = import.meta.url.endsWith(".ts") ? "./child/main.ts" : "./onnx-child.js";
  return fileURLToPath(new URL(entry, import.meta.url));
}
