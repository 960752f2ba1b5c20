import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { formatJson } from "../../domain/document/format.ts";
import { gateError } from "../../errors.ts";
import { curveHash, IN_TOTO_PAYLOAD_TYPE, signPayload } from "../dsse.ts";
import { OMS_MEDIA_TYPE } from "./bundle.ts";
import { keyHint } from "./key.ts";
import { byCodePoints } from "./paths.ts";
import { OMS_PREDICATE_TYPE, STATEMENT_TYPE, type StatementJson } from "./statement.ts";
import { rootOf } from "./resource.ts";

/** A model to be signed: its base name, and each file with its SHA-256 in lower-case hex. */
export interface ModelFiles {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly digest: string }[];
  /** What was left out, relative to the model. */
  readonly ignored: readonly string[];
}

/** Whoever signs by a key that they hold; `chain` is DER, leaf first, and empty when the key itself is known. */
export interface OmsSigner {
  readonly key: KeyObject;
  readonly chain: readonly Uint8Array[];
}

/** The statement about a model (OMS v1.0, §6.4 to §6.6), as the bytes to be signed. OMS_MODEL_EMPTY. */
export function omsPayload(model: ModelFiles): Uint8Array {
  const { name, files, ignored } = model;
  if (files.length === 0) throw gateError("OMS_MODEL_EMPTY", `${name} holds no file to sign.`);
  const resources = files
    .map((file) => ({ name: file.name, digest: file.digest, algorithm: "sha256" }))
    .sort((a, b) => byCodePoints(a.name, b.name));
  const statement: StatementJson = {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: rootOf(resources) } }],
    predicateType: OMS_PREDICATE_TYPE,
    predicate: {
      resources,
      serialization: {
        method: "files",
        hash_type: "sha256",
        allow_symlinks: false,
        ignore_paths: ignored.toSorted(byCodePoints),
      },
    },
  };
  return Buffer.from(JSON.stringify(statement));
}

/** The bundle of a payload, signed by a key or by the key of a certificate; canonical text. */
export function signBundle(payload: Uint8Array, { key, chain }: OmsSigner): string {
  const signature = signPayload(key, { payloadType: IN_TOTO_PAYLOAD_TYPE, payload });
  const certificates = chain.map((der) => ({ rawBytes: Buffer.from(der).toString("base64") }));
  const material =
    certificates.length > 0
      ? { x509CertificateChain: { certificates } }
      : { publicKey: { hint: keyHint(createPublicKey(key)) } };
  return formatJson({
    mediaType: OMS_MEDIA_TYPE,
    verificationMaterial: { ...material, tlogEntries: [] },
    dsseEnvelope: {
      payload: Buffer.from(payload).toString("base64"),
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      signatures: [{ sig: signature.toString("base64"), keyid: "" }],
    },
  });
}

/** Refuses a key that models are not signed with, and a certificate of another key. OMS_KEY_UNSUPPORTED, OMS_CERTIFICATE_USAGE. */
export function requireSigner({ key, chain }: OmsSigner, file: string): void {
  if (curveHash(key) === undefined) {
    throw gateError("OMS_KEY_UNSUPPORTED", `The key is ${key.asymmetricKeyType}.`, { where: { file } });
  }
  const [leaf] = chain;
  if (leaf && !new X509Certificate(leaf).checkPrivateKey(key)) {
    throw gateError("OMS_CERTIFICATE_USAGE", "The signing certificate is of another key.", {
      where: { file },
    });
  }
}
