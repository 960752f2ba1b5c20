import { wireString } from "../../src/trust/ssh/wire.ts";

/** The parts of an SSHSIG blob, each of which a test may bend. */
export interface SshSigParts {
  readonly magic: string;
  readonly version: number;
  readonly key: Uint8Array;
  readonly namespace: string;
  readonly reserved: string;
  readonly hash: string;
  /** The whole inner string. */
  readonly inner: Uint8Array;
  readonly rest: Uint8Array;
}

/** Cuts a well-formed blob into parts, without any check. */
export function sshSigParts(blob: Buffer): SshSigParts {
  let at = 10;
  const next = (): Buffer => {
    const end = at + 4 + blob.readUInt32BE(at);
    const part = blob.subarray(at + 4, end);
    at = end;
    return part;
  };
  return {
    magic: blob.toString("latin1", 0, 6),
    version: blob.readUInt32BE(6),
    key: next(),
    namespace: next().toString("latin1"),
    reserved: next().toString("latin1"),
    hash: next().toString("latin1"),
    inner: next(),
    rest: blob.subarray(at),
  };
}

export function sshSigBlob(of: SshSigParts): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32BE(of.version);
  return Buffer.concat([
    Buffer.from(of.magic, "latin1"),
    version,
    ...[of.key, of.namespace, of.reserved, of.hash, of.inner].map((part) => wireString(part)),
    of.rest,
  ]);
}

/** The inner string: an algorithm's name and the value. */
export function innerSignature(algorithm: string, value: Uint8Array): Buffer {
  return Buffer.concat([wireString(algorithm), wireString(value)]);
}

/** The algorithm and the value of an inner string. */
export function splitInner(inner: Uint8Array): { algorithm: string; value: Buffer } {
  const bytes = Buffer.from(inner);
  const length = bytes.readUInt32BE(0);
  return { algorithm: bytes.toString("latin1", 4, 4 + length), value: bytes.subarray(8 + length) };
}
