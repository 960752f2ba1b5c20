/** The version of ONNX Runtime that is looked for and published. */
export const ENGINE_VERSION = "1.30.0";

/** The node addon that loads the library beside it. */
export const BINDING = "onnxruntime_binding.node";

/** What each platform needs to run models on the CPU, by `<process.platform>-<process.arch>`. */
export const ENGINE_FILES: Readonly<Record<string, readonly [library: string, binding: string]>> = {
  "linux-x64": ["libonnxruntime.so.1", BINDING],
  "linux-arm64": ["libonnxruntime.so.1", BINDING],
  "darwin-arm64": ["libonnxruntime.1.dylib", BINDING],
  "win32-x64": ["onnxruntime.dll", BINDING],
  "win32-arm64": ["onnxruntime.dll", BINDING],
};

/** Name of the release asset that holds one of these files, compressed by gzip. */
export function engineAsset(version: string, platform: string, file: string): string {
  return `onnxruntime-${version}-${platform}-${file}.gz`;
}
