import { hash } from "node:crypto";

/**
 * SHA-256 of what the signatures of a raw commit object are over, as git takes it: all but headers whose names begin with
 * `gpgsig`, with the lines that continue them. Null for a commit that carries none. Git finds one signature good under
 * every id that differs in such headers alone; the digest is the same for all of them.
 */
export function payloadDigest(raw: Buffer): string | null {
  const end = raw.indexOf("\n\n") + 1;
  const headers = raw.toString("latin1", 0, end);
  if (!/^gpgsig/m.test(headers)) return null;
  const signed = headers.replace(/^gpgsig.*\n(?: .*\n)*/gm, "");
  return hash("sha256", Buffer.concat([Buffer.from(signed, "latin1"), raw.subarray(end)]), "base64");
}
