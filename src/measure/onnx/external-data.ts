import { MAX_PROBLEMS } from "../../domain/document/document.ts";
import { problem, type Problem } from "../../errors.ts";
import { quote } from "../../domain/quote.ts";
import type { ExternalLocation } from "./tensor-proto.ts";

/** A file that the manifest lists; `path` is relative to the model's folder, `size` in bytes. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
}

/**
 * Every reason, at most 100, why a model's external data may not be loaded: MODEL_EXTERNAL_DATA_UNSAFE (absolute, `..`,
 * backslash, an in-memory address …), MODEL_EXTERNAL_DATA_UNLISTED, MODEL_EXTERNAL_DATA_SHORT. The engine itself loads
 * any file in the folder, and hard links to files outside of it: this check is what binds the data to the manifest.
 */
export function externalDataProblems(
  externalData: readonly ExternalLocation[],
  listed: readonly ListedFile[],
  file = "model.onnx",
): Problem[] {
  const sizes = new Map(listed.map((entry) => [entry.path, entry.size]));
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const external of externalData) {
    const found = problemOf(external, sizes, file);
    if (!found || seen.has(found.message)) continue;
    seen.add(found.message);
    problems.push(found);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems;
}

function problemOf(
  external: ExternalLocation,
  sizes: ReadonlyMap<string, number>,
  file: string,
): Problem | undefined {
  const { location } = external;
  const where = { file };
  if (!isPlainPath(location)) {
    return problem(
      "MODEL_EXTERNAL_DATA_UNSAFE",
      `External data at ${quote(location)} is not a plain relative path.`,
      { where },
    );
  }
  const size = sizes.get(location);
  if (size === undefined) {
    return problem(
      "MODEL_EXTERNAL_DATA_UNLISTED",
      `External data at ${quote(location)} is not listed by the manifest.`,
      { where },
    );
  }
  const end = (external.offset ?? 0) + (external.length ?? 0);
  if (end <= size) return undefined;
  return problem(
    "MODEL_EXTERNAL_DATA_SHORT",
    `External data reaches to byte ${end} of ${quote(location)}, which has ${size}.`,
    { where },
  );
}

function isPlainPath(location: string): boolean {
  if (location === "" || location.length > 255 || !/^[\w.@+-][\w.@+/-]*$/.test(location)) return false;
  return location
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && part !== "_ORT_MEM_ADDR_");
}

/** Paths of the external files that a model loads, each once, sorted. */
export function externalFiles(externalData: readonly ExternalLocation[]): string[] {
  return [...new Set(externalData.map((external) => external.location))].sort();
}
