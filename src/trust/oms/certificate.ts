import { type KeyObject, X509Certificate } from "node:crypto";
import { X509Certificate as CertificateFields } from "@sigstore/core";
import { gateError } from "../../errors.ts";
import { curveHash } from "../dsse.ts";
import type { OmsBundle } from "./bundle.ts";
import { requireSignature } from "./key.ts";

/** A certificate, with the extensions that node does not tell. */
interface Certificate {
  readonly x509: X509Certificate;
  readonly fields: CertificateFields;
  readonly name: string;
}

/** Certificates of a chain at most; an honest one has two or three. */
const LONGEST_CHAIN = 8;

/** Critical extensions that are understood: basicConstraints, keyUsage, extKeyUsage, subjectAltName. */
const UNDERSTOOD: ReadonlySet<string> = new Set(["2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"]);
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** Every certificate of a PEM file. OMS_CERTIFICATE_MALFORMED. */
export function parseCertificates(pem: Uint8Array, file: string): readonly Uint8Array[] {
  const blocks = Buffer.from(pem)
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]{1,65536}-----END CERTIFICATE-----/g);
  if (blocks) return blocks.map((block) => new Uint8Array(read(Buffer.from(block), file).x509.raw));
  throw gateError("OMS_CERTIFICATE_MALFORMED", "The file holds no PEM certificate.", { where: { file } });
}

/**
 * Proves that a certificate below one of the trusted ones (DER) signed a bundle, all of them valid at `now`.
 * OMS_METHOD_MISMATCH, OMS_CERTIFICATE_MALFORMED, _UNTRUSTED, _EXPIRED, _USAGE, OMS_KEY_UNSUPPORTED, OMS_SIGNATURE_INVALID.
 */
export function verifyByCertificate(
  bundle: OmsBundle,
  trusted: readonly Uint8Array[],
  now: Date,
): { readonly subject: string } {
  const { material, file } = bundle;
  if (material.method !== "certificate") {
    const message = `The bundle was signed by the method ${material.method}, not by a certificate.`;
    throw gateError("OMS_METHOD_MISMATCH", message, { where: { file } });
  }
  const [leaf, ...rest] = material.chain.map((der) => read(der, file));
  if (!leaf) throw gateError("OMS_CERTIFICATE_MALFORMED", "There is no certificate.", { where: { file } });
  const anchors = trusted.map((der) => read(der, "--cert-chain"));
  const path = pathToAnchor(leaf, { anchors, others: rest, file });
  path.forEach((certificate, depth) => checkUse(certificate, { depth, now, file }));
  requireSignature(bundle, signingKey(leaf, file));
  return { subject: leaf.name };
}

function read(der: Uint8Array, file: string): Certificate {
  try {
    const x509 = new X509Certificate(der);
    const fields = CertificateFields.parse(x509.raw);
    return { x509, fields, name: x509.subject.replaceAll("\n", ", ") };
  } catch (cause) {
    throw gateError("OMS_CERTIFICATE_MALFORMED", "A certificate cannot be read.", { where: { file }, cause });
  }
}

interface Known {
  readonly anchors: readonly Certificate[];
  /** Certificates that the bundle brings along. */
  readonly others: readonly Certificate[];
  readonly file: string;
}

/** The certificates from the leaf to the first trusted one. */
function pathToAnchor(leaf: Certificate, known: Known): readonly Certificate[] {
  const path = [leaf];
  for (let last = leaf; path.length <= LONGEST_CHAIN; path.push(last)) {
    if (known.anchors.some(({ x509 }) => x509.raw.equals(last.x509.raw))) return path;
    const below = last;
    const issuer = [...known.anchors, ...known.others].find(
      (each) => !path.includes(each) && issued(each, below),
    );
    if (!issuer) break;
    last = issuer;
  }
  const message = `No chain leads from ${leaf.name} to a trusted certificate.`;
  throw gateError("OMS_CERTIFICATE_UNTRUSTED", message, { where: { file: known.file } });
}

function issued(issuer: Certificate, certificate: Certificate): boolean {
  try {
    return certificate.x509.checkIssued(issuer.x509) && certificate.x509.verify(issuer.x509.publicKey);
  } catch {
    return false;
  }
}

/** RFC 5280 §6.1 as far as it says yes or no here: validity, critical extensions, basicConstraints, keyUsage. */
function checkUse(certificate: Certificate, at: { depth: number; now: Date; file: string }): void {
  const { fields, name } = certificate;
  const where = { file: at.file };
  if (!fields.validForDate(at.now)) {
    const [from, to] = [fields.notBefore.toISOString(), fields.notAfter.toISOString()];
    throw gateError("OMS_CERTIFICATE_EXPIRED", `${name} is valid from ${from} to ${to}.`, { where });
  }
  const objection = at.depth === 0 ? objectionToLeaf(certificate) : objectionToIssuer(certificate, at.depth);
  if (objection !== undefined) throw gateError("OMS_CERTIFICATE_USAGE", `${name}: ${objection}.`, { where });
}

function objectionToLeaf(certificate: Certificate): string | undefined {
  const usage = certificate.fields.extKeyUsage;
  if (usage?.digitalSignature !== true) return "its keyUsage does not allow digitalSignature";
  const purposes = certificate.x509.keyUsage as readonly string[] | undefined;
  if (purposes && !purposes.includes(CODE_SIGNING)) return "its extKeyUsage does not allow codeSigning";
  return unknownCritical(certificate);
}

function objectionToIssuer(certificate: Certificate, depth: number): string | undefined {
  const { extBasicConstraints: constraints, extKeyUsage: usage } = certificate.fields;
  if (constraints?.isCA !== true) return "it is no CA";
  const limit = constraints.pathLenConstraint;
  if (limit !== undefined && limit < BigInt(depth - 1)) return `it allows ${limit} CAs below it`;
  if (usage !== undefined && !usage.keyCertSign) return "its keyUsage does not allow keyCertSign";
  return unknownCritical(certificate);
}

function unknownCritical({ fields }: Certificate): string | undefined {
  const oids = fields.extensions.flatMap((extension) => {
    const oid = extension.subs[0]?.toOID();
    return oid !== undefined && fields.extension(oid)?.critical === true && !UNDERSTOOD.has(oid) ? [oid] : [];
  });
  return oids.length === 0 ? undefined : `it has the critical extension ${oids.join(", ")}`;
}

function signingKey({ x509, name }: Certificate, file: string): KeyObject {
  const key = x509.publicKey;
  if (curveHash(key) !== undefined) return key;
  throw gateError("OMS_KEY_UNSUPPORTED", `The key of ${name} is ${key.asymmetricKeyType}.`, {
    where: { file },
  });
}
