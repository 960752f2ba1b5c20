import "reflect-metadata";
import { generateKeyPairSync, type KeyObject, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { signPayload } from "../../src/trust/dsse.ts";
import type { ModelPlace } from "../../src/ports/signing.ts";
import { signModel } from "../../src/usecases/oms/sign-model.ts";
import { verifyModel, type OmsTrust } from "../../src/usecases/oms/verify-model.ts";
import { type MemoryEntry, memoryFiles } from "./memory-files.ts";

const TYPE = "application/vnd.in-toto+json";

export const MODEL: Readonly<Record<string, string>> = {
  "config.json": "{}",
  "weights/part-1.bin": "0123456789",
  "weights/part-2.bin": "abc",
};

/** A model in memory, as if it lay in a folder called "model". */
export function placeOf(files: Readonly<Record<string, MemoryEntry>>): ModelPlace {
  const entries = Object.entries(files).map(([name, entry]) => [`model/${name}`, entry] as const);
  return { files: memoryFiles(Object.fromEntries(entries)), name: "model", single: false, path: "/m/model" };
}

export function keyPair(namedCurve = "P-256"): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve });
}

/** The JSON of a bundle; tests change it before they verify it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type LooseJson = any;

/** A bundle of a model by a key, its statement and envelope changed on the way. */
export async function signed(
  key: KeyObject,
  change: {
    readonly files?: Readonly<Record<string, MemoryEntry>>;
    readonly ignored?: readonly string[];
    /** Changed before it is signed: what a dishonest signer can do. */
    readonly statement?: (statement: LooseJson) => unknown;
    /** Changed after it was signed: what anybody can do. */
    readonly bundle?: (bundle: LooseJson) => unknown;
  } = {},
): Promise<Uint8Array> {
  const { bundle: text } = await signModel({
    place: placeOf(change.files ?? MODEL),
    ignored: change.ignored ?? [],
    signer: { key, chain: [], file: "key.pem" },
    payloadType: TYPE,
  });
  const bundle: LooseJson = JSON.parse(text);
  if (change.statement) {
    const statement: LooseJson = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
    const changed = change.statement(statement) ?? statement;
    const payload = typeof changed === "string" ? Buffer.from(changed) : Buffer.from(JSON.stringify(changed));
    bundle.dsseEnvelope.payload = payload.toString("base64");
    bundle.dsseEnvelope.signatures[0].sig = signPayload(key, { payloadType: TYPE, payload }).toString(
      "base64",
    );
  }
  return Buffer.from(JSON.stringify(change.bundle?.(bundle) ?? bundle));
}

export async function verify(
  bytes: Uint8Array,
  trust: OmsTrust,
  more: {
    files?: Readonly<Record<string, MemoryEntry>>;
    ignored?: readonly string[];
    unsignedAllowed?: boolean;
  } = {},
) {
  return verifyModel({
    place: placeOf(more.files ?? MODEL),
    bundle: { bytes, file: "model.sig" },
    trust,
    ignored: more.ignored ?? [],
    unsignedAllowed: more.unsignedAllowed ?? false,
  });
}

const EC = { name: "ECDSA", namedCurve: "P-256" };
x509.cryptoProvider.set(webcrypto as LooseJson);

export interface Issued {
  readonly der: Uint8Array;
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly key: KeyObject;
}

export interface Wish {
  readonly name: string;
  readonly issuer?: Issued;
  readonly from?: string;
  readonly to?: string;
  readonly extensions: readonly x509.Extension[];
}

/** A certificate as somebody wishes it, by an issuer or by itself. */
export async function issue({ name, issuer, from, to, extensions }: Wish): Promise<Issued> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "01",
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(from ?? "2026-01-01T00:00:00Z"),
    notAfter: new Date(to ?? "2027-01-01T00:00:00Z"),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    publicKey: keys.publicKey,
    signingKey: issuer?.keys.privateKey ?? keys.privateKey,
    extensions: [...extensions],
  });
  const { KeyObject: Keys } = await import("node:crypto");
  return {
    der: new Uint8Array(certificate.rawData),
    certificate,
    keys,
    key: Keys.from(keys.privateKey),
  };
}

export const AUTHORITY = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
];
export const SIGNING = [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)];
