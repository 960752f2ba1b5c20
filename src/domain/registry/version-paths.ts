import { isModelId, isVersion, type ModelRef, versionComplaint } from "../model-ref.ts";
import { problem, type Problem } from "../../errors.ts";

/** Where a path of the registry belongs: to a version, to a folder that only looks like one, or to the model at large. */
export type RegistryPlace =
  | { readonly kind: "version"; readonly ref: ModelRef }
  | { readonly kind: "misnamed"; readonly folder: string }
  | { readonly kind: "other" };

/** Sorts `models/<id>/<version>/…` from training code and other files; the path of a version folder itself counts. */
export function registryPlace(path: string): RegistryPlace {
  const [root, id, version, ...rest] = path.split("/");
  if (root !== "models" || id === undefined || version === undefined) return { kind: "other" };
  if (isModelId(id) && isVersion(version)) return { kind: "version", ref: { id, version } };
  const folder = `models/${id}/${version}`;
  const meant = looksLikeVersion(version) || rest.join("/") === "manifest.json";
  return meant ? { kind: "misnamed", folder } : { kind: "other" };
}

/** `1.0`, `v2`, `1.0.0+build`, `01.2.3`: somebody meant a version. */
function looksLikeVersion(name: string): boolean {
  return /^v?\d+(?:[.+-]|$)/i.test(name);
}

export function misnamedProblem(folder: string): Problem {
  const complaint = versionComplaint(folder.split("/").at(-1) ?? "");
  const message = `${JSON.stringify(folder)} is not models/<id>/<version> with a strict SemVer.${complaint ? ` ${complaint}` : ""}`;
  return problem("MANIFEST_FOLDER_NAME", message, { where: { file: folder } });
}

/** Versions of one model, by folder name, that stand for one number (SemVer 2.0.0 section 10 ignores build metadata). */
export function duplicateVersionProblems(id: string, names: readonly string[]): Problem[] {
  const seen = new Map<string, string>();
  return names.flatMap((name) => {
    const key = versionNumber(name);
    if (key === undefined) return [];
    const other = seen.get(key);
    if (other === undefined) seen.set(key, name);
    return other === undefined ? [] : [duplicate(id, name, other)];
  });
}

function duplicate(id: string, name: string, other: string): Problem {
  const message = `models/${id}/${name} and models/${id}/${other} are one version number.`;
  return problem("MANIFEST_VERSION_DUPLICATE", message, { where: { file: `models/${id}/${name}` } });
}

/** What makes two spellings one number: without a leading v, leading zeros, case and build metadata. */
function versionNumber(name: string): string | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9a-z.-]+)?(?:\+.*)?$/i.exec(name);
  if (!match) return undefined;
  const numbers = [match[1], match[2], match[3]].map((part) => BigInt(part ?? "0"));
  return `${numbers.join(".")}${(match[4] ?? "").toLowerCase()}`;
}
