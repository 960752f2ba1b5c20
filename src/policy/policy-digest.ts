import { type Digest, digestOfJson } from "../domain/digest.ts";

const digests = new WeakMap<readonly unknown[], Digest>();

/** Digest of the policies that judged: over the RFC 8785 form of their files' `{path, sha256}`, sorted by path. */
export function policyDigestOf(
  policies: readonly { readonly path: string; readonly digest: Digest }[],
): Digest {
  const known = digests.get(policies);
  if (known !== undefined) return known;
  const files = policies.map(({ path, digest }) => ({ path, sha256: digest }));
  const digest = digestOfJson(files.sort((a, b) => (a.path < b.path ? -1 : 1)));
  digests.set(policies, digest);
  return digest;
}
