import { gateError, type GateError } from "../../errors.ts";
import { decodeBase64 } from "../base64.ts";

const BEGIN = "-----BEGIN SSH SIGNATURE-----\n";
const END = "\n-----END SSH SIGNATURE-----\n";
/** Characters in a line, as ssh-keygen breaks them. */
const LINE = 70;
/** RSA of 16384 bits takes about 6000 bytes. */
const TEXT_LIMIT = 16 * 1024;

/**
 * The SSHSIG blob inside its armor. Only the spelling of ssh-keygen passes, with nothing before and after it: another
 * one would be another commit id, or another file, under the same signature. SIGNATURE_ARMOR_MALFORMED.
 */
export function dearmor(armored: Uint8Array): Buffer {
  if (armored.length > TEXT_LIMIT) throw malformed(`it has ${armored.length} bytes`);
  const text = Buffer.from(armored.buffer, armored.byteOffset, armored.byteLength).toString("latin1");
  if (!text.startsWith(BEGIN)) throw malformed("it does not begin with -----BEGIN SSH SIGNATURE-----");
  if (!text.endsWith(END)) throw malformed("it does not end with -----END SSH SIGNATURE-----");
  const blob = decodeBase64(text.slice(BEGIN.length, -END.length).replaceAll("\n", ""));
  if (!blob) throw malformed("what it holds is not base64");
  if (armor(blob) !== text) throw malformed("its lines are not broken as ssh-keygen breaks them");
  return blob;
}

/** The text that `ssh-keygen -Y sign` writes around an SSHSIG blob. */
export function armor(blob: Uint8Array): string {
  const base64 = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString("base64");
  const lines = [];
  for (let at = 0; at < base64.length; at += LINE) lines.push(base64.slice(at, at + LINE));
  return BEGIN + lines.join("\n") + END;
}

function malformed(how: string): GateError {
  return gateError("SIGNATURE_ARMOR_MALFORMED", `The armor of the signature is malformed: ${how}.`);
}
