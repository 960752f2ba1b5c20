import { checkSchema } from "../../domain/document/check-schema.ts";
import type { Document } from "../../domain/document/document.ts";
import { parseJson } from "../../domain/document/json.ts";
import { gateError } from "../../errors.ts";
import { OMS_BUNDLE_V1 } from "../../generated/oms-bundle-v1.js";
import { decodeBase64 } from "../base64.ts";
import { IN_TOTO_PAYLOAD_TYPE } from "../dsse.ts";

export const OMS_METHODS = ["key", "certificate", "sigstore"] as const;
/** How a model is signed: by a long-lived key, by a certificate of one's own authority, or keyless. */
export type OmsMethod = (typeof OMS_METHODS)[number];

/** The only media type that is read; every release of model-signing since 0.2.0 writes it. */
export const OMS_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** What says who signed. Nothing in it is trusted by itself. */
export type OmsMaterial =
  | { readonly method: "key"; readonly hint: string | null; readonly pem: Uint8Array | null }
  | { readonly method: "certificate"; readonly chain: readonly Uint8Array[] }
  | { readonly method: "sigstore" };

/** A bundle that is well-formed; whether it holds is for others to prove. */
export interface OmsBundle {
  readonly file: string;
  readonly material: OmsMaterial;
  /** The statement as it was signed: never written anew before it is verified. */
  readonly payload: Uint8Array;
  /** DER. */
  readonly signature: Uint8Array;
  /** The bundle as JSON, for libraries of Sigstore. */
  readonly json: unknown;
}

interface BundleJson {
  readonly mediaType: string;
  readonly verificationMaterial: {
    readonly publicKey?: { readonly hint?: string; readonly rawBytes?: string };
    readonly x509CertificateChain?: { readonly certificates: readonly { readonly rawBytes: string }[] };
    readonly certificate?: { readonly rawBytes: string };
  };
  readonly dsseEnvelope: {
    readonly payload: string;
    readonly payloadType: string;
    readonly signatures: readonly [{ readonly sig: string }];
  };
}

/**
 * Reads a bundle: JSON of a Sigstore bundle v0.3 with one DSSE signature over an in-toto statement (OMS v1.0, §4).
 * DOCUMENT_*, OMS_MEDIA_TYPE, OMS_BUNDLE_MALFORMED, OMS_PAYLOAD_TYPE.
 */
export function parseOmsBundle(bytes: Uint8Array, file: string): OmsBundle {
  const document = parseJson(bytes, file);
  const mediaType: unknown = (document.value as { mediaType?: unknown } | null)?.mediaType;
  if (typeof mediaType === "string" && mediaType !== OMS_MEDIA_TYPE) {
    const where = document.place("/mediaType");
    throw gateError("OMS_MEDIA_TYPE", `The bundle calls itself ${quoted(mediaType)}.`, { where });
  }
  const json = checkSchema<BundleJson>(document, OMS_BUNDLE_V1);
  const { dsseEnvelope: envelope } = json;
  if (envelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    const where = document.place("/dsseEnvelope/payloadType");
    throw gateError("OMS_PAYLOAD_TYPE", `The envelope holds ${quoted(envelope.payloadType)}.`, { where });
  }
  return {
    file,
    material: materialOf(document, json.verificationMaterial),
    payload: decoded(document, "/dsseEnvelope/payload", envelope.payload),
    signature: decoded(document, "/dsseEnvelope/signatures/0/sig", envelope.signatures[0].sig),
    json,
  };
}

function materialOf(document: Document, material: BundleJson["verificationMaterial"]): OmsMaterial {
  const { publicKey, x509CertificateChain, certificate } = material;
  const kinds = [publicKey, x509CertificateChain, certificate].filter((each) => each !== undefined);
  const at = "/verificationMaterial";
  if (kinds.length !== 1) {
    const message = `There are ${kinds.length} kinds of verification material; a bundle has one.`;
    throw gateError("OMS_BUNDLE_MALFORMED", message, { where: document.place(at) });
  }
  if (certificate) return { method: "sigstore" };
  if (x509CertificateChain) {
    const chain = x509CertificateChain.certificates.map(({ rawBytes }, n) =>
      decoded(document, `${at}/x509CertificateChain/certificates/${n}/rawBytes`, rawBytes),
    );
    return { method: "certificate", chain };
  }
  const raw = publicKey?.rawBytes;
  return {
    method: "key",
    hint: publicKey?.hint ?? null,
    pem: raw === undefined ? null : decoded(document, `${at}/publicKey/rawBytes`, raw),
  };
}

function decoded(document: Document, pointer: string, text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes !== undefined && bytes.length > 0) return bytes;
  const where = document.place(pointer);
  throw gateError("OMS_BUNDLE_MALFORMED", "This is not base64 as RFC 4648 spells it.", { where });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
