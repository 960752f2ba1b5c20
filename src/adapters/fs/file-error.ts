import { GateError, gateError } from "../../errors.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";

const READING: Readonly<Record<string, readonly [ReasonCode, string]>> = {
  ENOENT: ["FILE_MISSING", "There is no such file."],
  ENOTDIR: ["FILE_MISSING", "There is no such file."],
  ELOOP: ["FILE_SYMLINK", "The path is a symbolic link."],
  EISDIR: ["FILE_NOT_REGULAR", "The path is no regular file."],
  ENXIO: ["FILE_NOT_REGULAR", "The path is no regular file."],
};

const WRITING: Readonly<Record<string, readonly [ReasonCode, string]>> = {
  EROFS: ["FILE_READ_ONLY", "The disk is read-only."],
  EACCES: ["FILE_READ_ONLY", "The folder cannot be written."],
  EPERM: ["FILE_READ_ONLY", "The folder cannot be written."],
  ENOSPC: ["FILE_NO_SPACE", "No space is left."],
  EDQUOT: ["FILE_NO_SPACE", "The quota is used up."],
};

/** What an error of node:fs means; a GateError is returned as it is. */
export function fileError(error: unknown, path: string, deed: "read" | "write"): GateError {
  if (error instanceof GateError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  const known = (deed === "read" ? READING : WRITING)[code];
  const [reason, message] = known ?? [
    deed === "read" ? "FILE_UNREADABLE" : "FILE_NOT_WRITTEN",
    `The operating system says ${code}.`,
  ];
  return gateError(reason, message, { where: { file: path }, cause: error });
}
