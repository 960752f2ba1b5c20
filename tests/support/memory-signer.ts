import { generateKeyPairSync, sign } from "node:crypto";
import type { Signer } from "../../src/ports/signing.ts";
import { publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import { encodeSshSignature, signedData } from "../../src/trust/ssh/sshsig.ts";

/** A fresh Ed25519 key that exists in memory only. */
export function memorySigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const key = publicKeyFromKeyObject(publicKey);
  return {
    key,
    async sign(payload, namespace) {
      const hash = "sha512";
      const signature = sign(null, signedData({ payload, namespace, hash }), privateKey);
      return encodeSshSignature({ key, namespace, hash, algorithm: "ssh-ed25519", signature });
    },
  };
}
