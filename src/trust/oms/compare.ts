import { problem, type Problem } from "../../errors.ts";
import type { SignedFile } from "./shards.ts";

/** A file of the model as it lies there: its digests are of the same parts that were signed. */
export interface FoundFile {
  readonly name: string;
  readonly digests: readonly string[];
  readonly size: number;
}

/**
 * What differs between the signed files and those that are there, by exact names (OMS v1.0, §8.4).
 * OMS_FILE_MISSING, OMS_FILE_CHANGED, OMS_FILE_UNSIGNED. A file of no bytes has no parts, so it cannot be signed in parts.
 */
export function compareFiles(
  signed: readonly SignedFile[],
  found: readonly FoundFile[],
  options: { readonly inParts: boolean; readonly unsignedAllowed: boolean },
): Problem[] {
  const byName = new Map(found.map((file) => [file.name, file]));
  const names = new Set(signed.map(({ name }) => name));
  const unsigned = found.filter(
    ({ name, size }) => !options.unsignedAllowed && !names.has(name) && !(options.inParts && size === 0),
  );
  return [
    ...signed.flatMap((file) => differences(file, byName.get(file.name))),
    ...unsigned.map(({ name }) => about("OMS_FILE_UNSIGNED", name, "Nobody signed this file.")),
  ];
}

function differences(signed: SignedFile, found: FoundFile | undefined): Problem[] {
  const { name, digests, size } = signed;
  if (!found) return [about("OMS_FILE_MISSING", name, "The signed file is not there.")];
  if (size !== null && size !== found.size)
    return [about("OMS_FILE_CHANGED", name, `It has ${found.size} bytes; ${size} were signed.`)];
  const same =
    digests.length === found.digests.length && digests.every((each, n) => each === found.digests[n]);
  if (same) return [];
  const first = digests.findIndex((each, n) => each !== found.digests[n]);
  const message = `It has the SHA-256 ${found.digests[first] ?? "of other parts"}; signed was ${digests[first] ?? "less"}.`;
  return [about("OMS_FILE_CHANGED", name, message)];
}

function about(
  code: "OMS_FILE_MISSING" | "OMS_FILE_CHANGED" | "OMS_FILE_UNSIGNED",
  name: string,
  message: string,
) {
  return problem(code, message, { where: { file: name } });
}
