import { type Digest, digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Subject } from "../../domain/evidence.ts";
import type { Manifest } from "../../domain/manifest.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { GateError, gateError, type Problem, problem, refuse } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

/** 8 MiB: 4,096 files with long names. */
export const MANIFEST_LIMIT = 8 * 1024 * 1024;

/** One version of one model, read from the work tree. */
export interface ModelVersion {
  readonly ref: ModelRef;
  /** Relative to the repository's root. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Digest of the bytes of manifest.json. */
  readonly manifestDigest: Digest;
  readonly subject: Subject;
}

/** A version from the bytes of its manifest, which were parsed for it. */
export interface ReadVersion extends ModelVersion {
  readonly document: Document;
}

/**
 * Reads `models/<id>/<version>/manifest.json`; what it claims is not checked here (see check-version.ts).
 * Errors: MANIFEST_MISSING, MANIFEST_REF_MISMATCH, FILE_*, DOCUMENT_*.
 */
export async function loadVersion(files: Files, ref: ModelRef): Promise<ModelVersion> {
  const path = `${versionFolder(ref)}/manifest.json`;
  const bytes = await readManifest(files, path, ref);
  return versionOf(ref, bytes, parseJson(bytes, path, MANIFEST_LIMIT));
}

/** The same from bytes that the caller has read. MANIFEST_REF_MISMATCH, DOCUMENT_*. */
export function readVersion(ref: ModelRef, bytes: Uint8Array): ReadVersion {
  const document = parseJson(bytes, `${versionFolder(ref)}/manifest.json`, MANIFEST_LIMIT);
  return { ...versionOf(ref, bytes, document), document };
}

/** The same from a document that the caller has parsed. MANIFEST_REF_MISMATCH, DOCUMENT_*. */
export function versionOf(ref: ModelRef, bytes: Uint8Array, document: Document): ModelVersion {
  const manifest = checkSchema<Manifest>(document, MANIFEST_V1);
  refuse(refProblems(ref, manifest, document));
  const manifestDigest = digestOf(bytes);
  return {
    ref,
    folder: versionFolder(ref),
    manifest,
    manifestDigest,
    subject: {
      artifact_digest: manifest.artifact_hash,
      manifest_digest: manifestDigest,
      model_id: ref.id,
      version: ref.version,
    },
  };
}

async function readManifest(files: Files, path: string, ref: ModelRef): Promise<Uint8Array> {
  try {
    return await files.read(path, MANIFEST_LIMIT);
  } catch (error) {
    if (!(error instanceof GateError) || error.code !== "FILE_MISSING") throw error;
    const message = `There is no version ${formatModelRef(ref)}: ${path} is not there.`;
    throw gateError("MANIFEST_MISSING", message, { where: { file: path }, cause: error });
  }
}

function refProblems(ref: ModelRef, manifest: Manifest, document: Document): Problem[] {
  const expected = { model_id: ref.id, version: ref.version };
  return (["model_id", "version"] as const)
    .filter((field) => manifest[field] !== expected[field])
    .map((field) => {
      const message = `${field} is ${manifest[field]}, but the folder says ${expected[field]}.`;
      return problem("MANIFEST_REF_MISMATCH", message, { where: document.place(`/${field}`) });
    });
}
