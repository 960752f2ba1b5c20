import { createHash } from "node:crypto";

/** One entry of what was signed: a file, or a part of one. */
export interface OmsResource {
  readonly name: string;
  /** Lower-case hex. */
  readonly digest: string;
  readonly algorithm: string;
}

/** SHA-256 over the raw digests in their listed order (OMS v1.0, §6.5.1). */
export function rootOf(resources: readonly Pick<OmsResource, "digest">[]): string {
  const hash = createHash("sha256");
  for (const { digest } of resources) hash.update(Buffer.from(digest, "hex"));
  return hash.digest("hex");
}
