import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Digest, digestOf } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import { PUBLISHED_BUILDS } from "./published-builds.ts";

/** The native files that run a model, and what they are. */
export interface NativeLibraries {
  /** SHA-256 over the lines `<sha256 of a file>  <its name>`, sorted by name: another build is another engine. */
  readonly digest: Digest;
  /** Version that the library was built as; "unknown" when it does not tell. */
  readonly version: string;
  /** True for the files that npm's onnxruntime-node has. */
  readonly isPublished: boolean;
}

const LIBRARY: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "libonnxruntime.so.1",
  darwin: "libonnxruntime.1.dylib",
  win32: "onnxruntime.dll",
};

/** Hashes the binding and the library beside it. ENGINE_BROKEN when one of them cannot be read. */
export async function readNativeLibraries(binding: string): Promise<NativeLibraries> {
  const library = join(dirname(binding), LIBRARY[process.platform] ?? "libonnxruntime.so.1");
  const files = [binding, library];
  const lines = await Promise.all(files.map(async (file) => `${await fileHash(file)}  ${basename(file)}\n`));
  const digest = digestOf(lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(""));
  const published = PUBLISHED_BUILDS.get(digest);
  return {
    digest,
    version: published ?? (await builtVersion(library)),
    isPublished: published !== undefined,
  };
}

const CHUNK = 2 ** 20;

async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  await eachChunk(path, (chunk) => {
    hash.update(chunk);
    return true;
  });
  return hash.digest("hex");
}

/** ELF names its symbol version `VERS_1.30.0`; a dylib carries its own file name. */
async function builtVersion(library: string): Promise<string> {
  let version = "unknown";
  await eachChunk(library, (chunk) => {
    const match = /(?:VERS_|libonnxruntime\.)(\d+\.\d+\.\d+)/.exec(chunk.toString("latin1"));
    version = match?.[1] ?? version;
    return version === "unknown";
  });
  return version;
}

/** Reads a file in chunks of 1 MiB until `take` says false. */
async function eachChunk(path: string, take: (chunk: Buffer) => boolean): Promise<void> {
  try {
    await using file = await open(path);
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0 || !take(buffer.subarray(0, bytesRead))) return;
    }
  } catch (error) {
    throw gateError("ENGINE_BROKEN", `${basename(path)} of ONNX Runtime cannot be read.`, { cause: error });
  }
}
