import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Contest, findCommand, processSide } from "../side-by-side.ts";

const MEBIBYTES = 512;

/** SHA-256 of a large file, whole processes. */
export function digestContest(root: string, scratch: string): Contest {
  const file = join(scratch, "large.bin");
  if (!existsSync(file)) writeLargeFile(file);
  const openssl = findCommand([["openssl", "version"]]);
  return {
    title: `SHA-256 of ${MEBIBYTES} MB`,
    goal: 1.05,
    pairs: 11,
    ours: processSide({
      name: "Files.digest",
      command: process.execPath,
      args: [`${root}/bench/contests/digest-file.ts`, scratch, "large.bin"],
    }),
    peer: openssl
      ? processSide(
          { name: openssl.version, command: "openssl", args: ["dgst", "-sha256", "-r", file] },
          (stdout) => `sha256:${stdout.slice(0, 64)}`,
        )
      : { missing: "no openssl" },
  };
}

function writeLargeFile(file: string): void {
  const handle = openSync(file, "w");
  for (let i = 0; i < MEBIBYTES; i += 1) writeSync(handle, Buffer.alloc(2 ** 20, i));
  closeSync(handle);
}
