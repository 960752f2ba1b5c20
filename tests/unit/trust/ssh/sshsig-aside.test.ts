import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { GateError } from "../../../../src/errors.ts";
import { publicKeyFromKeyObject } from "../../../../src/trust/public-key.ts";
import {
  encodeSshSignature,
  parseSshSignature,
  signedData,
  type SshSignature,
  verifySshSignature,
  verifySshSignatureAside,
} from "../../../../src/trust/ssh/sshsig.ts";

const OF = { payload: Buffer.from("tree\n\nmessage\n"), namespace: "git" };

function signatureBy(key: KeyObject): SshSignature {
  const signature = sign(null, signedData({ ...OF, hash: "sha512" }), key);
  const named = { key: publicKeyFromKeyObject(key), namespace: "git", hash: "sha512" } as const;
  return parseSshSignature(encodeSshSignature({ ...named, algorithm: "ssh-ed25519", signature }));
}

const GOOD = signatureBy(generateKeyPairSync("ed25519").privateKey);
const other = Buffer.from(GOOD.signature);
other[40] = (other[40] ?? 0) ^ 1;

describe("a signature that is verified on another thread comes out as on this one", () => {
  test.each<[string, SshSignature, typeof OF]>([
    ["good", GOOD, OF],
    ["a bit in it turned over", { ...GOOD, signature: other }, OF],
    ["over something else", GOOD, { ...OF, payload: Buffer.from("tree\n\nanother\n") }],
    ["for something else", GOOD, { ...OF, namespace: "file" }],
    ["too short", { ...GOOD, signature: GOOD.signature.subarray(1) }, OF],
    ["of an algorithm that is not its key's", { ...GOOD, algorithm: "ssh-rsa" }, OF],
  ])("%s", async (_what, signature, of) => {
    const here = told(() => verifySshSignature(signature, of).fingerprint);
    const there = await verifySshSignatureAside(signature, of).then(
      (key) => key.fingerprint,
      (error: unknown) => codeOf(error),
    );
    expect(there).toBe(here);
    expect(here === GOOD.key.fingerprint).toBe(signature === GOOD && of === OF);
  });
});

function told(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof GateError) return error.code;
  throw error;
}
