import type { Reason } from "./reason.ts";

export const signatureReasons = {
  SIGNATURE_ARMOR_MALFORMED: {
    meaning:
      "The text around a signature is not spelt as ssh-keygen or gpg spell it: something before, after or inside it is out of place.",
    fix: "Sign again and store the signature unchanged, with nothing before or after it.",
    exit: 1,
  },
  SIGNATURE_MALFORMED: {
    meaning: "The bytes of a signature do not follow their format to the last byte.",
    fix: "Sign again with ssh-keygen or modelgate; a signature cannot be mended by hand.",
    exit: 1,
  },
  SIGNATURE_VERSION_UNSUPPORTED: {
    meaning: "The signature is of a version of the SSHSIG format other than 1.",
    fix: "Sign again with OpenSSH 8.2 or newer.",
    exit: 1,
  },
  SIGNATURE_NAMESPACE_WRONG: {
    meaning:
      "The signature was made for another purpose: a signature on a commit counts for nothing on a manifest, and the other way round.",
    fix: "Sign again for this purpose; modelgate and git choose the namespace themselves.",
    exit: 1,
  },
  SIGNATURE_HASH_REFUSED: {
    meaning: "The signature hashes its message by something other than SHA-256 or SHA-512.",
    fix: "Sign again with ssh-keygen's default, SHA-512.",
    exit: 1,
  },
  SIGNATURE_ALGORITHM_REFUSED: {
    meaning:
      "The algorithm of the signature does not belong to its key, or is not accepted: RSA signs with rsa-sha2-256 or rsa-sha2-512 only, never with SHA-1.",
    fix: "Sign again with OpenSSH 8.2 or newer.",
    exit: 1,
  },
  SIGNATURE_WRONG: {
    meaning:
      "The signature is not one of its key over these bytes: the content or the signature was changed.",
    fix: "Find out what changed since it was signed; if the content is right, sign it again.",
    exit: 1,
  },
  SIGNATURE_KEY_REVOKED: {
    meaning: "The OpenPGP key, in the copy that trust.yaml has, is revoked by its own holder.",
    fix: "Sign with another key, and revoke this one in trust.yaml as well: modelgate trust revoke",
    exit: 1,
  },
  SIGNATURE_KEY_EXPIRED: {
    meaning: "By its own dates the OpenPGP key was not in use when the signature says that it was made.",
    fix: "Sign again with a key that has not expired, or extend the key and put its new copy into trust.yaml.",
    exit: 1,
  },
  SIGNATURE_KEY_UNFIT: {
    meaning:
      "By its own statements the OpenPGP key is not one to sign with: it is not bound to its owner's key, not meant for signing, or too weak.",
    fix: "Sign with a key that is meant for signing (gpg --edit-key shows S), RSA with at least 3072 bits or Ed25519.",
    exit: 1,
  },
  COMMIT_MALFORMED: {
    meaning:
      "A commit object is not spelt as git writes commits, so that two readers could understand it differently.",
    fix: "Look at it with: git cat-file commit <id>; and check the repository with: git fsck --strict",
    exit: 1,
  },
  COMMIT_SIGNATURE_MALLEABLE: {
    meaning:
      "A commit has a header outside of what git itself writes, or more than one signature: the same signature would fit under another commit id.",
    fix: "Make the commit again with git commit -S. Merge a branch rather than a signed tag: that adds a header as well.",
    exit: 1,
  },
  SIGNING_KEY_UNREADABLE: {
    meaning: "The file that was named as the signing key is missing, cannot be read, or holds no key.",
    fix: "Name a private key, or its .pub file when the private half is in an SSH agent.",
    exit: 2,
  },
  SIGNING_KEY_LOCKED: {
    meaning: "The signing key needs a passphrase, which modelgate never asks for, and no SSH agent holds it.",
    fix: "Unlock the key in an SSH agent with: ssh-add KEY; then run again.",
    exit: 2,
  },
  SIGNING_TOOL_MISSING: {
    meaning: "Signing with an OpenSSH key needs the program ssh-keygen, which was not found.",
    fix: "Install OpenSSH's client (Debian: openssh-client), or sign with a key in PEM.",
    exit: 3,
  },
  SIGNING_FAILED: {
    meaning: "ssh-keygen did not sign, or not with the key that was asked for. Nothing was signed.",
    fix: "Read ssh-keygen's own words in the message; is the key in the agent (ssh-add -l), and readable by you alone (chmod 600)?",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
