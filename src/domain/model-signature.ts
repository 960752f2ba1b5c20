import { type Digest, isDigest } from "./digest.ts";

/** Name of the OpenSSF Model Signing bundle in a version folder; it covers every other file but the manifest. */
export const MODEL_BUNDLE = "model.sig";

/** Who signed a version's files, as it was proven: a principal of trust.yaml, or a keyless identity. */
export type ModelSignature = {
  /** Of the bundle. */
  readonly bundle: Digest;
} & (
  | { readonly method: "key"; readonly principal: string }
  | { readonly method: "sigstore"; readonly identity: string; readonly issuer: string }
);

/** The signature that the details of stored integrity evidence tell of; null for none, and for anything else. */
export function modelSignatureOf(details: unknown): ModelSignature | null {
  const told = own(details, "model_signature");
  const [bundle, method] = [own(told, "bundle"), own(told, "method")];
  if (!isDigest(bundle)) return null;
  const [principal, identity, issuer] = [own(told, "principal"), own(told, "identity"), own(told, "issuer")];
  if (method === "key" && typeof principal === "string") return { bundle, method, principal };
  if (method === "sigstore" && typeof identity === "string" && typeof issuer === "string")
    return { bundle, method, identity, issuer };
  return null;
}

function own(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
