import type { JsonWebKey } from "node:crypto";
import { gateError } from "../errors.ts";
import { wireMpint, WireReader, wireString } from "./ssh/wire.ts";

export type KeyAlgorithm = "ed25519" | "ecdsa-p256" | "ecdsa-p384" | "ecdsa-p521" | "rsa";

/** A public key in parts. `bits` is the size of the group or modulus; `jwk` is what node:crypto imports. */
export interface KeyParts {
  readonly algorithm: KeyAlgorithm;
  readonly bits: number;
  readonly jwk: JsonWebKey;
}

interface Curve {
  readonly algorithm: KeyAlgorithm;
  readonly jwk: string;
  /** Name in OpenSSH's key types. */
  readonly ssh: string;
  readonly bits: number;
  /** Length of a coordinate, and of r and s. */
  readonly bytes: number;
}

/** NIST's prime curves, as RFC 5656 names them. */
export const CURVES: readonly Curve[] = [
  { algorithm: "ecdsa-p256", jwk: "P-256", ssh: "nistp256", bits: 256, bytes: 32 },
  { algorithm: "ecdsa-p384", jwk: "P-384", ssh: "nistp384", bits: 384, bytes: 48 },
  { algorithm: "ecdsa-p521", jwk: "P-521", ssh: "nistp521", bits: 521, bytes: 66 },
];

const RSA_BITS = { least: 3072, most: 16_384 } as const;
const RSA_EXPONENT = "AQAB";

/** Reads a public key of RFC 4253 section 6.6 or RFC 5656 section 3.1, to the last byte. TRUST_KEY_*. */
export function readKeyParts(blob: Uint8Array): KeyParts {
  const reader = new WireReader(blob, { what: "The public key", code: "TRUST_KEY_MALFORMED" });
  const type = reader.name();
  const parts = readByType(type, reader);
  reader.end();
  return parts;
}

function readByType(type: string, reader: WireReader): KeyParts {
  if (type === "ssh-ed25519") return readEd25519(reader);
  if (type === "ssh-rsa") return readRsa(reader);
  const curve = CURVES.find(({ ssh }) => type === `ecdsa-sha2-${ssh}`);
  if (curve) return readEcdsa(reader, curve);
  throw refusedType(type);
}

function refusedType(type: string) {
  if (/-cert-v\d\d@/.test(type)) {
    return gateError("TRUST_KEY_CERTIFICATE_UNSUPPORTED", `${type} is an OpenSSH certificate, not a key.`);
  }
  if (/^(?:webauthn-)?sk-/.test(type)) {
    return gateError("TRUST_KEY_HARDWARE_UNSUPPORTED", `${type} is the key of a FIDO security key.`);
  }
  return gateError(
    "TRUST_KEY_ALGORITHM_REFUSED",
    `Keys of the type ${JSON.stringify(type)} are not accepted.`,
  );
}

/**
 * The y-coordinates, in hex, of the points whose order is 8 or less, non-canonical spellings among them: anybody can
 * sign for such a key. The sign bit of x is left out.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
]);

function readEd25519(reader: WireReader): KeyParts {
  const point = reader.string();
  if (point.length !== 32) throw reader.malformed(`its point has ${point.length} bytes in place of 32`);
  const y = Buffer.from(point);
  y[31] = (y[31] ?? 0) & 0x7f;
  if (SMALL_ORDER.has(y.toString("hex"))) {
    throw gateError("TRUST_KEY_WEAK", "The Ed25519 key is a point of small order: anybody can sign for it.");
  }
  return {
    algorithm: "ed25519",
    bits: 256,
    jwk: { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") },
  };
}

function readEcdsa(reader: WireReader, curve: Curve): KeyParts {
  if (reader.name() !== curve.ssh) throw reader.malformed("it names two curves");
  const point = reader.string();
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) {
    throw reader.malformed("its point is not an uncompressed point of its curve");
  }
  const x = point.toString("base64url", 1, 1 + curve.bytes);
  const y = point.toString("base64url", 1 + curve.bytes);
  return { algorithm: curve.algorithm, bits: curve.bits, jwk: { kty: "EC", crv: curve.jwk, x, y } };
}

function readRsa(reader: WireReader): KeyParts {
  const e = reader.mpint().toString("base64url");
  const modulus = reader.mpint();
  const bits = modulus.length * 8 - (Math.clz32(modulus[0] ?? 0) - 24);
  if (bits < RSA_BITS.least) {
    throw gateError("TRUST_KEY_WEAK", `The RSA key has ${bits} bits; at least ${RSA_BITS.least} are needed.`);
  }
  if (bits > RSA_BITS.most) throw reader.malformed(`it has ${bits} bits, more than OpenSSH itself accepts`);
  // A tiny exponent makes forgery easy (with 1, anything is a signature), a huge one makes verifying slow.
  if (e !== RSA_EXPONENT)
    throw gateError("TRUST_KEY_WEAK", "The public exponent of the RSA key is not 65537.");
  return { algorithm: "rsa", bits, jwk: { kty: "RSA", e, n: modulus.toString("base64url") } };
}

/** The SSH form of a public key that node:crypto exported as JWK. TRUST_KEY_ALGORITHM_REFUSED. */
export function writeKeyBlob(jwk: JsonWebKey): Buffer {
  const part = (name: "x" | "y" | "e" | "n"): Buffer => Buffer.from(jwk[name] ?? "", "base64url");
  if (jwk.crv === "Ed25519") return Buffer.concat([wireString("ssh-ed25519"), wireString(part("x"))]);
  if (jwk.kty === "RSA") {
    return Buffer.concat([wireString("ssh-rsa"), wireMpint(part("e")), wireMpint(part("n"))]);
  }
  const curve = CURVES.find(({ jwk: name }) => name === jwk.crv);
  if (!curve) {
    throw gateError(
      "TRUST_KEY_ALGORITHM_REFUSED",
      `Keys of the type ${jwk.crv ?? jwk.kty} are not accepted.`,
    );
  }
  const point = Buffer.concat([Buffer.of(4), part("x"), part("y")]);
  return Buffer.concat([wireString(`ecdsa-sha2-${curve.ssh}`), wireString(curve.ssh), wireString(point)]);
}
