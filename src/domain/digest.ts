import { hash } from "node:crypto";
import canonicalize from "canonicalize";

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && DIGEST.test(text);
}

export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${hash("sha256", bytes)}`;
}

/** SHA-256 over the RFC 8785 form of a JSON value. */
export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

/** RFC 8785 (JCS) text of a JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("Only JSON values have a canonical form.");
  return text;
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a === b;
}
