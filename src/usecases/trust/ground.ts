import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import type { Git } from "../../ports/git.ts";
import type { SignatureGround } from "../../trust/manifest-signature.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { readTrust } from "./read-trust.ts";

/** The commit that says who is trusted, and what it says; both null in a repository without commits. */
export interface Ground {
  readonly commit: string | null;
  readonly trust: TrustRegistry | null;
}

/** The ground that a base commit gives. TRUST_*, DOCUMENT_*, GIT_*. */
export async function groundOf(git: Pick<Git, "show">, commit: string | null): Promise<Ground> {
  return { commit, trust: commit === null ? null : await readTrust(git, commit) };
}

/** What a version's signature is judged by: the base has it already, so that it was judged when it came, or it is new. */
export async function signatureGround(
  git: Pick<Git, "show">,
  { commit, trust }: Ground,
  ref: ModelRef,
): Promise<SignatureGround> {
  if (commit === null || !trust) return { trust, use: "now" };
  const known = await git.show(commit, `${versionFolder(ref)}/manifest.json`);
  return { trust, use: known ? "earlier" : "now" };
}
