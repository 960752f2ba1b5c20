import { sign, type KeyObject } from "node:crypto";
import type { Signer } from "../../ports/signing.ts";
import { publicKeyFromKeyObject, type PublicKey } from "../../trust/public-key.ts";
import { encodeSshSignature, signedData } from "../../trust/ssh/sshsig.ts";
import { wireMpint } from "../../trust/ssh/wire.ts";

/** What ssh-keygen hashes a message with unless told otherwise. */
const HASH = "sha512";

/** Signs with a private key that node:crypto holds. TRUST_KEY_* when its kind is not accepted. */
export function keyObjectSigner(secret: KeyObject): Signer {
  const key = publicKeyFromKeyObject(secret);
  return {
    key,
    async sign(payload, namespace) {
      const data = signedData({ payload, namespace, hash: HASH });
      return encodeSshSignature({ key, namespace, hash: HASH, ...signBytes(key, secret, data) });
    },
  };
}

/** The algorithm's SSH name, and the signature as SSH writes it (RFC 5656 section 3.1.2, RFC 8332, RFC 8709). */
function signBytes(
  key: PublicKey,
  secret: KeyObject,
  data: Uint8Array,
): { algorithm: string; signature: Uint8Array } {
  switch (key.algorithm) {
    case "ed25519":
      return { algorithm: "ssh-ed25519", signature: sign(null, data, secret) };
    case "rsa":
      return { algorithm: "rsa-sha2-512", signature: sign("sha512", data, secret) };
    case "ecdsa-p256":
      return { algorithm: "ecdsa-sha2-nistp256", signature: ecdsa("sha256", data, secret) };
    case "ecdsa-p384":
      return { algorithm: "ecdsa-sha2-nistp384", signature: ecdsa("sha384", data, secret) };
    case "ecdsa-p521":
      return { algorithm: "ecdsa-sha2-nistp521", signature: ecdsa("sha512", data, secret) };
  }
}

function ecdsa(hash: string, data: Uint8Array, secret: KeyObject): Buffer {
  const pair = sign(hash, data, { key: secret, dsaEncoding: "ieee-p1363" });
  const half = pair.length / 2;
  return Buffer.concat([wireMpint(pair.subarray(0, half)), wireMpint(pair.subarray(half))]);
}
