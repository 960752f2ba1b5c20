import { type Digest, digestOf } from "../../domain/digest.ts";
import { formatJson } from "../../domain/document/format.ts";
import type { Evidence, EvidencePack } from "../../domain/evidence.ts";
import type { Verdict } from "../../domain/verdict.ts";

export type PackFiles = ReadonlyMap<string, Uint8Array>;

export interface PackedEvidence {
  readonly files: PackFiles;
  /** SHA-256 of the bytes of pack.json: what a transition calls `evidence_digest`. */
  readonly digest: Digest;
}

export type PackHead = Omit<EvidencePack, "schema_version" | "files" | "engine_digest">;

/**
 * One file a kind, the verdict, and `pack.json` that names them all with their digests.
 * The verdict is listed too: a verdict cannot be exchanged without changing the evidence digest.
 */
export function packEvidence(
  head: PackHead,
  evidence: readonly Evidence[],
  verdict: Verdict,
): PackedEvidence {
  const contents = new Map<string, Uint8Array>(
    evidence.map((one) => [`${one.kind}.json`, Buffer.from(formatJson(one))]),
  );
  contents.set("verdict.json", Buffer.from(formatJson(verdict)));
  const pack: EvidencePack = {
    schema_version: "modelgate/pack/v1",
    ...head,
    engine_digest: engineDigest(evidence),
    files: [...contents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => fileEntry(path, bytes)),
  };
  const bytes = Buffer.from(formatJson(pack));
  return { files: new Map([...contents, ["pack.json", bytes]]), digest: digestOf(bytes) };
}

/** The engine that all measurements share; null when none of them ran a model. */
export function engineDigest(evidence: readonly Evidence[]): Digest | null {
  return evidence.find((one) => one.runner.engine !== null)?.runner.engine?.digest ?? null;
}

function fileEntry(path: string, bytes: Uint8Array): EvidencePack["files"][number] {
  return { path, sha256: digestOf(bytes), size: bytes.byteLength };
}
