import { readFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import { buildManifest } from "../../src/domain/registry/build-manifest.ts";
import type { Sidecar } from "../../src/domain/registry/sidecar.ts";
import type { ParityRuntime, Training } from "../../src/domain/registry/training.ts";

const SAMPLE = join(import.meta.dirname, "../../models/flight-delay/1.0.0");

/** The training code of every synthetic version. */
export const CODE = { path: "src/fit.py", text: "fit()\n" } as const;

const listed = { path: CODE.path, sha256: digestOf(CODE.text), size: CODE.text.length };
const training = { ...read<Training>("training.json"), code: [listed] };
/** Small documents of a sample version, the same for all. */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ["evaluation.json", text("evaluation.json")],
  ["parity.json", text("parity.json")],
  ["sidecar.json", text("sidecar.json")],
  ["training.json", formatJson(training)],
]);

/** All files of a version that differs from all others, by their paths in its folder, with a manifest that lists them. */
export function syntheticVersion(id: string, version: string): ReadonlyMap<string, string> {
  const contents = new Map([...DOCUMENTS, ["model.onnx", `${id}@${version}`]]);
  const manifest = buildManifest({
    ref: { id, version },
    artifact: "model.onnx",
    sidecar: read<Sidecar>("sidecar.json"),
    training,
    parity: read<ParityRuntime>("parity.json"),
    files: [...contents].map(([path, bytes]) => ({
      path,
      digest: digestOf(bytes),
      size: Buffer.byteLength(bytes),
    })),
    createdAt: "2026-11-21T09:00:00Z",
  });
  return new Map([...contents, ["manifest.json", formatJson(manifest)]]);
}

function text(path: string): string {
  return readFileSync(join(SAMPLE, path), "utf8");
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file holds
function read<T>(path: string): T {
  return JSON.parse(text(path)) as T;
}
