import type { Document } from "../document/document.ts";
import { LIMITS } from "../limits.ts";
import type { Manifest, ManifestFile } from "../manifest.ts";
import { problem, type Problem } from "../../errors.ts";
import { foldedName } from "./file-names.ts";
import { type FolderFile, REQUIRED_FILES } from "./version-facts.ts";

/** UTF-8 byte order, in which the manifest lists its files. */
export function byPath(a: { path: string }, b: { path: string }): number {
  return Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));
}

/** A version folder with more files than are read; asked before one of them is. MANIFEST_TOO_MANY_FILES. */
export function tooManyFiles(folder: string, count: number): Problem[] {
  if (count <= LIMITS.versionFiles) return [];
  const message = `The folder has ${count} files; a version has at most ${LIMITS.versionFiles}.`;
  return [problem("MANIFEST_TOO_MANY_FILES", message, { where: { file: folder } })];
}

/** What a manifest must list beside the model, and a model that can be measured: MANIFEST_REQUIRED_FILE_MISSING, MANIFEST_ARTIFACT_NOT_ONNX. */
export function requiredProblems(manifest: Manifest, document: Document): Problem[] {
  const listed = new Set(manifest.files.map((file) => file.path));
  const lacking = [manifest.artifact_uri, ...REQUIRED_FILES].filter((path) => !listed.has(path));
  const problems = lacking.map((path) => {
    const where = document.place("/files");
    return problem("MANIFEST_REQUIRED_FILE_MISSING", `The version has no ${path}.`, { where });
  });
  if (manifest.artifact_uri.endsWith(".onnx")) return problems;
  const place = { where: document.place("/artifact_uri") };
  return [
    ...problems,
    problem("MANIFEST_ARTIFACT_NOT_ONNX", `The artifact is ${manifest.artifact_uri}.`, place),
  ];
}

/**
 * The files of a folder against those that its manifest lists: MANIFEST_FILE_MISSING, …_UNLISTED, …_HASH_MISMATCH,
 * …_SIZE_MISMATCH, …_LISTED_TWICE, MANIFEST_FILES_NOT_SORTED. `unreadable` are files that are there but were refused.
 */
export function fileProblems(of: {
  manifest: Manifest;
  document: Document;
  folder: string;
  files: readonly FolderFile[];
  unreadable: readonly string[];
}): Problem[] {
  const { manifest, document, folder } = of;
  const present = new Map(of.files.map((file) => [file.path, file]));
  const refused = new Set(of.unreadable);
  const listed = new Set(manifest.files.map((file) => file.path));
  return [
    ...orderProblems(manifest.files, document),
    ...listedTwice(manifest.files, document),
    ...manifest.files.flatMap((file, index) => {
      const found = present.get(file.path);
      if (found) return differences(file, found, { document, pointer: `/files/${index}` });
      return refused.has(file.path) ? [] : [missing(file, document, index)];
    }),
    ...of.files.filter((file) => !listed.has(file.path)).map((file) => unlisted(`${folder}/${file.path}`)),
  ];
}

function missing(file: ManifestFile, document: Document, index: number): Problem {
  const where = document.place(`/files/${index}`);
  return problem("MANIFEST_FILE_MISSING", `${file.path} is listed, but not in the folder.`, { where });
}

function unlisted(path: string): Problem {
  return problem("MANIFEST_FILE_UNLISTED", "The manifest does not list this file.", {
    where: { file: path },
  });
}

function differences(
  listed: ManifestFile,
  found: FolderFile,
  at: { document: Document; pointer: string },
): Problem[] {
  const problems: Problem[] = [];
  if (listed.size !== found.size) {
    const where = at.document.place(`${at.pointer}/size`);
    const message = `${listed.path} has ${found.size} bytes; the manifest says ${listed.size}.`;
    problems.push(problem("MANIFEST_FILE_SIZE_MISMATCH", message, { where }));
  }
  if (listed.sha256 !== found.digest) {
    const where = at.document.place(`${at.pointer}/sha256`);
    const message = `${listed.path} has the digest ${found.digest}; the manifest says ${listed.sha256}.`;
    problems.push(problem("MANIFEST_FILE_HASH_MISMATCH", message, { where }));
  }
  return problems;
}

function orderProblems(files: readonly ManifestFile[], document: Document): Problem[] {
  const index = files.findIndex((file, at) => at > 0 && byPath(files[at - 1] ?? file, file) > 0);
  if (index === -1) return [];
  const message = `${files[index]?.path} stands at the wrong place of the list.`;
  return [problem("MANIFEST_FILES_NOT_SORTED", message, { where: document.place(`/files/${index}`) })];
}

/** Names that file systems which fold case and normalise take for one; byte for byte the same ones among them. */
function listedTwice(files: readonly ManifestFile[], document: Document): Problem[] {
  const seen = new Map<string, string>();
  return files.flatMap(({ path }, index) => {
    const key = foldedName(path);
    const other = seen.get(key);
    if (other === undefined) seen.set(key, path);
    if (other === undefined) return [];
    const message =
      other === path ? `${path} is listed twice.` : `${path} and ${other} are one name on some file systems.`;
    return [problem("MANIFEST_FILE_LISTED_TWICE", message, { where: document.place(`/files/${index}`) })];
  });
}
