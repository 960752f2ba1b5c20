import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";

/**
 * The absolute path of a file of the work tree. Refuses absolute paths, `..`, backslashes and NUL (FILE_OUTSIDE), and a
 * symbolic link in any folder on the way (FILE_SYMLINK, FILE_OUTSIDE when it leaves the root). `realRoot` has no links.
 */
export function safePath(realRoot: string, path: string): string {
  if (!isInside(path))
    throw gateError("FILE_OUTSIDE", "The path leads out of the repository.", { where: { file: path } });
  const absolute = join(realRoot, path);
  const parent = dirname(absolute);
  const real = realFolder(parent, path);
  if (real !== undefined && real !== parent) throw linkError(realRoot, real, path);
  return absolute;
}

/** Relative, `/`-separated, without empty, `.` or `..` parts. */
export function isInside(path: string): boolean {
  if (path === "" || /[\\\0]/.test(path)) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function realFolder(folder: string, path: string): string | undefined {
  try {
    return realpathSync.native(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError(error, path, "read");
  }
}

function linkError(realRoot: string, real: string, path: string): Error {
  const inside = real === realRoot || real.startsWith(`${realRoot}/`);
  const message = inside
    ? "A folder of this path is a symbolic link."
    : "A folder of this path is a link out of the repository.";
  return gateError(inside ? "FILE_SYMLINK" : "FILE_OUTSIDE", message, { where: { file: path } });
}
