import { realpathSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { ModelPlace } from "../../ports/signing.ts";
import { createFiles } from "./files.ts";
import { fileError } from "./file-error.ts";

/** A folder or file anywhere, as somebody named it; links on the way to it are followed, below it they are not. FILE_*. */
export function openModelPlace(path: string): ModelPlace {
  try {
    const real = realpathSync.native(path);
    const single = !statSync(real).isDirectory();
    return { files: createFiles(dirname(real)), name: basename(real), single, path: real };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}
