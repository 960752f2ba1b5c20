import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Digest } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import { BINDING, ENGINE_FILES, ENGINE_VERSION, engineAsset } from "./engine-assets.ts";
import { PUBLISHED_BUILDS } from "./published-builds.ts";

/** Where release assets are, and where what was fetched stays for the next job on this runner. */
export interface EngineDownload {
  /** Address of the folder of assets, without a slash at its end. */
  readonly url: string;
  /** RUNNER_TOOL_CACHE. */
  readonly toolCache: string;
  readonly signal: AbortSignal | undefined;
}

interface NativeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAX_COMPRESSED = 64 * 2 ** 20;
const MAX_BYTES = 128 * 2 ** 20;
const TIMEOUT_MS = 120_000;
const unzip = promisify(gunzip);

/**
 * Fetches this platform's ONNX Runtime from the assets of a release into the tool cache, and returns the path of its
 * binding. Nothing is written before the digest of all files is one that PUBLISHED_BUILDS commits to.
 * Errors: ENGINE_MISSING (no build for this platform), ENGINE_NOT_FETCHED, ENGINE_UNTRUSTED.
 */
export async function fetchEngine(from: EngineDownload): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const names = ENGINE_FILES[platform];
  if (!names)
    throw gateError("ENGINE_MISSING", `ONNX Runtime ${ENGINE_VERSION} has no build for ${platform}.`);
  const files = await Promise.all(names.map((name) => fetchFile(from, platform, name)));
  const digest = digestOfFiles(files);
  if (PUBLISHED_BUILDS.get(digest) !== ENGINE_VERSION) {
    throw gateError(
      "ENGINE_UNTRUSTED",
      `What ${from.url} serves for ${platform} (${digest}) is no published build.`,
    );
  }
  const folder = join(from.toolCache, "ort", `${ENGINE_VERSION}-${digest.slice(7, 19)}`, process.arch);
  await install(folder, files);
  return join(folder, BINDING);
}

async function fetchFile(from: EngineDownload, platform: string, name: string): Promise<NativeFile> {
  const address = `${from.url}/${engineAsset(ENGINE_VERSION, platform, name)}`;
  try {
    const compressed = await download(address, from.signal);
    return { name, bytes: await unzip(compressed, { maxOutputLength: MAX_BYTES }) };
  } catch (cause) {
    from.signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : "no answer";
    throw gateError("ENGINE_NOT_FETCHED", `${address}: ${why}.`, { cause });
  }
}

async function download(address: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(address, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
  if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_COMPRESSED) throw new Error(`it has more than ${MAX_COMPRESSED} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As `readNativeLibraries` makes it. */
function digestOfFiles(files: readonly NativeFile[]): Digest {
  const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");
  const lines = files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`);
  return `sha256:${sha256(lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join(""))}`;
}

/** All files or none; where another job was faster, its files are the same ones. */
async function install(folder: string, files: readonly NativeFile[]): Promise<void> {
  const temporary = `${folder}.${randomBytes(6).toString("hex")}`;
  await mkdir(temporary, { recursive: true });
  try {
    for (const { name, bytes } of files) await writeFile(join(temporary, name), bytes);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(join(folder, BINDING))) throw error;
  }
}
