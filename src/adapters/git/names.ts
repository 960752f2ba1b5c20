import type { RecordsRef } from "../../domain/records-ref.ts";
import { gateError } from "../../errors.ts";
import { printable } from "./failures.ts";

const CONTROL = /\p{Cc}/u;
const BRANCH_PART = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;

/** A revision that is safe to hand to git: no option, no control characters, no range. GIT_BAD_NAME otherwise. */
export function safeRevision(revision: string): string {
  if (revision === "" || revision.length > 1024 || revision.startsWith("-") || CONTROL.test(revision)) {
    throw gateError("GIT_BAD_NAME", `"${printable(revision)}" cannot be a revision.`);
  }
  return revision;
}

/**
 * A branch that we write: plain parts only, which is far stricter than git-check-ref-format(1). GIT_BAD_NAME otherwise.
 */
export function safeBranch(branch: string): string {
  const parts = branch.split("/");
  const plain = parts.every(
    (part) => BRANCH_PART.test(part) && !part.includes("..") && !part.endsWith(".lock"),
  );
  if (!plain || branch.length > 240)
    throw gateError("GIT_BAD_NAME", `"${printable(branch)}" cannot be the name of a branch.`);
  return branch;
}

const RECORDS = "refs/modelgate/";

/** A ref of records that we write: `refs/modelgate/` and plain parts. GIT_BAD_NAME otherwise. */
export function safeRecordsRef(ref: RecordsRef): RecordsRef {
  if (!ref.startsWith(RECORDS))
    throw gateError("GIT_BAD_NAME", `"${printable(ref)}" cannot be the name of a ref of records.`);
  safeBranch(ref.slice(RECORDS.length));
  return ref;
}

/** A path inside the tree, cut into its parts: relative, `/`, no empty part, `.`, `..` or `.git`. GIT_BAD_NAME otherwise. */
export function pathParts(path: string): string[] {
  const parts = path.split("/");
  const bad = parts.some(
    (part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git",
  );
  if (bad || CONTROL.test(path) || path.includes("\\") || path.length > 4096) {
    throw gateError("GIT_BAD_NAME", `"${printable(path)}" cannot be a path in a commit.`);
  }
  return parts;
}
