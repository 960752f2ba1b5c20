import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError } from "./file-error.ts";

/** Writes a file where the user said, whole or not at all. FILE_READ_ONLY, FILE_NO_SPACE, FILE_NOT_WRITTEN. */
export async function writeNamedFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    // Below a file that is no folder there is nothing to remove, and that is an error too.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path, "write");
  }
}
