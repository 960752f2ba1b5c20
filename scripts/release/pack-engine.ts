import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Digest } from "../../src/domain/digest.ts";
import { ENGINE_FILES, engineAsset } from "../../src/adapters/onnx/engine-assets.ts";
import { PUBLISHED_BUILDS } from "../../src/adapters/onnx/published-builds.ts";

/**
 * Writes `<asset>.gz` for each native file of each platform of the onnxruntime-node that is installed: the release assets
 * that `fetchEngine` looks for. What is packed must be what src/adapters/onnx/published-builds.ts commits to.
 */
export function packEngine(packageFolder: string, out: string): string[] {
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
    version: string;
  };
  mkdirSync(out, { recursive: true });
  return Object.entries(ENGINE_FILES).flatMap(([platform, names]) => {
    const folder = join(packageFolder, "bin/napi-v6", platform.replace("-", "/"));
    const files = names.map((name) => ({ name, bytes: read(join(folder, name)) }));
    refuseUnknown(platform, version, files);
    return files.map(({ name, bytes }) => {
      const asset = engineAsset(version, platform, name);
      writeFileSync(join(out, asset), gzipSync(bytes, { level: 9 }));
      return asset;
    });
  });
}

interface NativeFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function read(file: string): Uint8Array {
  if (!existsSync(file)) throw new Error(`There is no ${file}.`);
  return readFileSync(file);
}

function refuseUnknown(platform: string, version: string, files: readonly NativeFile[]): void {
  const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");
  const lines = files.map(({ name, bytes }) => `${sha256(bytes)}  ${name}\n`).sort(byName);
  const digest: Digest = `sha256:${sha256(lines.join(""))}`;
  if (PUBLISHED_BUILDS.get(digest) === version) return;
  throw new Error(
    `${platform}: the files of ${version} have ${digest}, which published-builds.ts does not list.`,
  );
}

function byName(a: string, b: string): number {
  return a.slice(66) < b.slice(66) ? -1 : 1;
}

if (import.meta.main) {
  const manifest = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const assets = packEngine(dirname(manifest), resolve(process.argv[2] ?? "assets"));
  process.stdout.write(`${assets.join("\n")}\n`);
}
