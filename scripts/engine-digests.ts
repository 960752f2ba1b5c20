/** Prints the rows of src/adapters/onnx/published-builds.ts for the onnxruntime-node that is installed. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PLATFORMS = [
  ["linux/x64", "libonnxruntime.so.1"],
  ["linux/arm64", "libonnxruntime.so.1"],
  ["darwin/arm64", "libonnxruntime.1.dylib"],
  ["win32/x64", "onnxruntime.dll"],
  ["win32/arm64", "onnxruntime.dll"],
] as const;

const manifest = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");

for (const [platform, library] of PLATFORMS) {
  const folder = join(dirname(manifest), "bin", "napi-v6", platform);
  const names = [library, "onnxruntime_binding.node"].sort();
  const lines = names.map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`);
  console.log(`  ["sha256:${sha256(lines.join(""))}", "${version}"], // ${platform.replace("/", "-")}`);
}
