import type { GitObjects } from "../../ports/git-objects.ts";
import { sshCommitKey } from "../../trust/commit-key.ts";
import { isTrusted, judgeKey } from "../../trust/judge-key.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { ROLES } from "../../trust/roles.ts";
import { openPgpCommitKey } from "./openpgp-commit-key.ts";
import { provenKey } from "./proven-key.ts";

type Objects = Pick<GitObjects, "object">;

/** The principal whose key has signed a commit; null when it is not signed, or by nobody who is known. GIT_*. */
export async function commitSigner(
  git: Objects,
  trust: TrustRegistry,
  commit: string,
): Promise<string | null> {
  const fingerprint = await commitKey(git, trust, commit);
  const judged = fingerprint === null ? null : judgeKey(trust, { fingerprint, roles: ROLES, use: "now" });
  return judged !== null && isTrusted(judged) ? judged.principal : null;
}

/** The key that has signed a commit, whatever it may sign; null when none that could be verified did. GIT_*. */
export async function commitKey(git: Objects, trust: TrustRegistry, commit: string): Promise<string | null> {
  return provenKey(git, commit, async (signed) => {
    switch (signed.signature.kind) {
      case "ssh":
        return sshCommitKey(signed);
      case "openpgp":
        return openPgpCommitKey(signed, trust);
      case "x509":
        return null;
    }
  });
}
