import type { NewKey } from "./file/edits.ts";
import { openPgpFingerprint } from "./openpgp/fingerprint.ts";
import { openSshLine, parsePublicKey } from "./public-key.ts";

/**
 * A public key as trust.yaml holds it: one OpenSSH line without its comment, also of a key in PEM; OpenPGP stays armoured.
 * TRUST_KEY_*.
 */
export function newKeyFrom(text: string): NewKey {
  if (text.includes("BEGIN PGP")) {
    const armoured = `${text.trim().replaceAll("\r\n", "\n")}\n`;
    return { kind: "openpgp", fingerprint: openPgpFingerprint(armoured), public_key: armoured };
  }
  const key = parsePublicKey(text);
  return { fingerprint: key.fingerprint, public_key: openSshLine(key) };
}
