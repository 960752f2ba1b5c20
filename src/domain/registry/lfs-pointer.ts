import type { Digest } from "../digest.ts";

/** The file that a Git LFS pointer names. */
export interface PointedFile {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer has fewer than 1024 bytes. */
const LONGEST = 1024;
const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-\d-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n$/;

/** What the bytes point to when they are a whole Git LFS pointer; null for everything else. */
export function pointedFile(bytes: Uint8Array): PointedFile | null {
  if (bytes.length >= LONGEST) return null;
  const [, oid, size] = POINTER.exec(Buffer.from(bytes).toString("latin1")) ?? [];
  return oid === undefined ? null : { digest: `sha256:${oid}`, size: Number(size) };
}

/** The file that a Git blob holds or, as a Git LFS pointer, names. */
export interface BlobContent extends PointedFile {
  /** The bytes are in Git LFS and not in Git. */
  readonly inLfs: boolean;
}

/** `head` are the first bytes of a blob, and at least 1024 of them where it has so many. */
export function blobContent({
  head,
  digest,
  size,
}: PointedFile & { readonly head: Uint8Array }): BlobContent {
  const pointed = head.length === size ? pointedFile(head) : null;
  return pointed ? { ...pointed, inLfs: true } : { digest, size, inLfs: false };
}
