import { join } from "node:path";
import { GateError } from "../../errors.ts";
import type { FileSwap } from "../../ports/files.ts";
import { type IsHeld, withLock } from "./lock.ts";
import { readRegularFile } from "./read-file.ts";
import { type WritePlace, writeAtomically } from "./write-file.ts";

/**
 * Compare-and-swap of files of a work tree. All swaps of one work tree exclude each other by one lock, which is held from
 * the comparison to the last rename and no longer. False: a file has other bytes than expected, and nothing was written.
 */
export function swapFiles(place: WritePlace, { expected, wanted }: FileSwap): Promise<boolean> {
  return withLock(join(place.scratch ?? place.realRoot, "swap.lock"), (isHeld) => {
    for (const [path, bytes] of expected) if (!holds(place.realRoot, path, bytes)) return false;
    return writeAll(place, wanted, isHeld);
  });
}

function holds(realRoot: string, path: string, expected: Uint8Array | null): boolean {
  try {
    const bytes = readRegularFile(realRoot, path, expected?.length ?? 0);
    return expected !== null && Buffer.compare(bytes, expected) === 0;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    if (error.code === "FILE_MISSING") return expected === null;
    if (error.code === "FILE_TOO_LARGE" || error.code === "FILE_CHANGED") return false;
    throw error;
  }
}

/** A lock that another process took away ends the swap before the next file: what is left is done by the next try. */
function writeAll(place: WritePlace, wanted: FileSwap["wanted"], isHeld: IsHeld): boolean {
  for (const [path, bytes] of wanted) {
    if (!isHeld()) return false;
    writeAtomically(place, path, bytes);
  }
  return true;
}
