import type { Reason } from "./reason.ts";

export const trustReasons = {
  TRUST_KEY_MALFORMED: {
    meaning: "A public key is neither one OpenSSH line nor one PEM block of a public key, to the last byte.",
    fix: "Copy the whole .pub file of the key, or export it with: openssl pkey -in KEY -pubout",
    exit: 2,
  },
  TRUST_KEY_ALGORITHM_REFUSED: {
    meaning:
      "The key is of a kind that is not accepted. Accepted are Ed25519, ECDSA on P-256, P-384 or P-521, and RSA.",
    fix: "Make a new key with: ssh-keygen -t ed25519",
    exit: 2,
  },
  TRUST_KEY_WEAK: {
    meaning:
      "Signatures of the key can be forged: RSA of fewer than 3072 bits or with an exponent other than 65537, or an Ed25519 point of small order.",
    fix: "Make a new key with: ssh-keygen -t ed25519 (or: ssh-keygen -t rsa -b 4096)",
    exit: 2,
  },
  TRUST_KEY_HARDWARE_UNSUPPORTED: {
    meaning: "Keys of FIDO security keys (sk-ssh-ed25519, sk-ecdsa) are not supported yet.",
    fix: "Use a key without sk- in its type, for example: ssh-keygen -t ed25519",
    exit: 2,
  },
  TRUST_KEY_CERTIFICATE_UNSUPPORTED: {
    meaning: "OpenSSH certificates are not supported: trust is in keys, each listed on its own.",
    fix: "Sign with, and list, the plain public key (the .pub file without -cert).",
    exit: 2,
  },
  TRUST_KEY_PRIVATE: {
    meaning: "This is a private key where a public key belongs.",
    fix: "Do not commit it. If it was ever shared, make a new key; the public half is in the .pub file.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
