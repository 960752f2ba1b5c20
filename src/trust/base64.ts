const ALPHABET = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Bytes of base64 (RFC 4648 section 4) in its one canonical spelling; undefined for any other text. Node's own decoder
 * skips what it does not know and ignores unused bits, so that many texts would mean the same bytes.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (!ALPHABET.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
