import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Manifest } from "../../domain/manifest.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import type { Problem } from "../../errors.ts";
import { manifestSignatureProblems } from "../../trust/manifest-signature.ts";
import { MANIFEST_LIMIT } from "../registry/load-version.ts";
import type { Scene } from "./walk.ts";
import { MANIFEST_V1 } from "../../generated/manifest-v1.js";

/**
 * The signature of a manifest that a commit registers, by the keys that were in force before it.
 * MANIFEST_UNSIGNED, MANIFEST_SIGNING_KEY_MISMATCH, SIGNATURE_*, TRUST_*, DOCUMENT_*.
 */
export async function registeredSignatureProblems(
  { walk, after }: Scene,
  ref: ModelRef,
): Promise<readonly Problem[]> {
  const file = `${versionFolder(ref)}/manifest.json`;
  const bytes = await walk.snapshots.store.file(after, file);
  if (!bytes) return [];
  const document = parseJson(bytes, file, MANIFEST_LIMIT);
  const manifest = checkSchema<Manifest>(document, MANIFEST_V1);
  return manifestSignatureProblems(manifest, document, { trust: walk.trust, use: "now" });
}
