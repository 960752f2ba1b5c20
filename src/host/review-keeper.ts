import type { Forge } from "../ports/forge.ts";
import type { Git } from "../ports/git.ts";
import type { GitObjects } from "../ports/git-objects.ts";
import type { RecordPorts } from "../usecases/forge/record.ts";
import { recordReviews } from "../usecases/forge/record-reviews.ts";

/** Keeps reviews for the audit, signed by the key at a path where one is given. SIGNING_KEY_*, TRUST_KEY_*. */
export async function reviewKeeper(
  ports: { readonly git: Git & Pick<GitObjects, "object">; readonly forge: Forge },
  key: string | null,
  env: NodeJS.ProcessEnv,
): Promise<NonNullable<RecordPorts["keepReviews"]>> {
  const { openSigner } = await import("../adapters/signing/open-signer.ts");
  const signer = key === null ? null : await openSigner(key, env);
  return (of) => recordReviews({ ...ports, signer }, of);
}
