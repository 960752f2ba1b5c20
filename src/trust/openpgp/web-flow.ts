import { gateError } from "../../errors.ts";
import { decodeBase64 } from "../base64.ts";
import type { NewKey } from "../file/edits.ts";
import { fingerprintOfPacket, type Packet, packetsOf } from "./fingerprint.ts";

/**
 * The key with which GitHub signs commits that it makes: its fingerprint, as GitHub publishes it in
 * https://github.com/web-flow.gpg since 2024-01-16. It proves that GitHub made a commit for somebody who was allowed to.
 */
export const WEB_FLOW_FINGERPRINT = "968479A1AFF927E37D1A566BB5690EEEBB952194";

const PUBLIC_KEY_PACKET = 6;
const BLOCK =
  /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[A-Za-z]+: [^\r\n]*\r?\n)*\r?\n([A-Za-z0-9+/=\r\n]+)-----END PGP PUBLIC KEY BLOCK-----/g;

/** Picks one key, by fingerprint, out of armoured blocks or bare packets of several. TRUST_WEB_FLOW_KEY_MISSING, TRUST_KEY_MALFORMED. */
export function openPgpKeyIn(bytes: Uint8Array, fingerprint: string = WEB_FLOW_FINGERPRINT): NewKey {
  const wanted = keysIn(bytes).find(([first]) => first && fingerprintOfPacket(first) === fingerprint);
  if (!wanted)
    throw gateError(
      "TRUST_WEB_FLOW_KEY_MISSING",
      `The file holds no key with the fingerprint ${fingerprint}.`,
    );
  const packets = Buffer.concat(wanted.map((packet) => packet.bytes));
  return { kind: "openpgp", fingerprint, public_key: armoured(packets) };
}

/** Packets from one public key to the next. */
function keysIn(bytes: Uint8Array): readonly (readonly Packet[])[] {
  const keys: Packet[][] = [];
  for (const packet of blocksIn(bytes).flatMap((block) => [...packetsOf(block)])) {
    if (packet.tag === PUBLIC_KEY_PACKET) keys.push([]);
    keys.at(-1)?.push(packet);
  }
  return keys;
}

function blocksIn(bytes: Uint8Array): readonly Buffer[] {
  const text = Buffer.from(bytes).toString("latin1");
  if (!text.includes("-----BEGIN")) return [Buffer.from(bytes)];
  return [...text.matchAll(BLOCK)].flatMap(([, lines = ""]) => {
    const data = lines.split(/\r?\n/).filter((line) => !line.startsWith("="));
    return decodeBase64(data.join("")) ?? [];
  });
}

/** RFC 9580 section 6, without the checksum, which proves nothing. */
function armoured(packets: Buffer): string {
  const lines = packets.toString("base64").match(/.{1,64}/g) ?? [];
  return [
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "",
    ...lines,
    "-----END PGP PUBLIC KEY BLOCK-----",
    "",
  ].join("\n");
}
