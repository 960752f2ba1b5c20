import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createFiles } from "../../src/adapters/fs/files.ts";
import { type Contest, findCommand, processSide, type Run } from "../side-by-side.ts";

const MEBIBYTES = 512;

/** SHA-256 of a large file: ours in a process that runs already, the peer with its start of a few milliseconds. */
export function digestContest(scratch: string): Contest {
  const file = join(scratch, "large.bin");
  if (!existsSync(file)) writeLargeFile(file);
  const openssl = findCommand([["openssl", "version"]]);
  return {
    title: `SHA-256 of ${MEBIBYTES} MB`,
    goal: 1.05,
    pairs: 11,
    ours: { name: "Files.digest, in process", run: async () => digestTimed(scratch) },
    peer: openssl
      ? processSide(
          { name: openssl.version, command: "openssl", args: ["dgst", "-sha256", "-r", file] },
          (stdout) => `sha256:${stdout.slice(0, 64)}`,
        )
      : { missing: "no openssl" },
  };
}

async function digestTimed(scratch: string): Promise<Run> {
  const start = performance.now();
  const { digest } = await createFiles(scratch).digest("large.bin");
  return { ms: performance.now() - start, answer: digest };
}

function writeLargeFile(file: string): void {
  const handle = openSync(file, "w");
  for (let i = 0; i < MEBIBYTES; i += 1) writeSync(handle, Buffer.alloc(2 ** 20, i));
  closeSync(handle);
}
