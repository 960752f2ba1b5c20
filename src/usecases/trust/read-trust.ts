import type { Git } from "../../ports/git.ts";
import { parseTrust, type TrustRegistry } from "../../trust/registry.ts";
import { TRUST_FILE } from "../../domain/policy-files.ts";

/** Who a commit trusts; null where it has no trust.yaml. TRUST_*, DOCUMENT_*, GIT_*. */
export async function readTrust(git: Pick<Git, "show">, commit: string): Promise<TrustRegistry | null> {
  const bytes = await git.show(commit, TRUST_FILE);
  return bytes ? parseTrust(bytes, TRUST_FILE) : null;
}
