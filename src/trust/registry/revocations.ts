import { type Digest, isDigest } from "../../domain/digest.ts";
import { at, elements, type Reader, textOr } from "../../domain/document/reader.ts";
import type { Revocation, TrustRegistry } from "./entries.ts";
import { complainOfTwins } from "./complaints.ts";

/** Reads what is revoked besides keys. */
export function readRevocations(reader: Reader): TrustRegistry["revoked"] {
  return {
    datasets: readList(at(reader, "datasets"), "digest"),
    trainerCode: readList(at(reader, "trainer_code"), "hash"),
  };
}

function readList(reader: Reader, name: "digest" | "hash"): readonly Revocation[] {
  const items = elements(reader);
  const named = items.map((item) => ({ reader: at(item, name), name: textOr(at(item, name), "") }));
  complainOfTwins(named, "TRUST_REVOCATION_DUPLICATE", "revocations");
  return items.map((item) => ({
    digest: digestIn(at(item, name)),
    reason: textOr(at(item, "reason"), ""),
    lifted: textOr(at(at(item, "lifted"), "reason"), null),
  }));
}

/** What is no digest is the schema's business, and ends the parse. */
function digestIn({ value }: Reader): Digest {
  return isDigest(value) ? value : "sha256:";
}
