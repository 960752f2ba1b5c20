import { GateError } from "../../errors.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { parseCommitObject } from "../../trust/commit.ts";
import { sshCommitKey } from "../../trust/commit-key.ts";
import { isTrusted, judgeKey } from "../../trust/judge-key.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { ROLES } from "../../trust/roles.ts";
import { openPgpCommitKey } from "./openpgp-commit-key.ts";

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
  const raw = await git.object(commit);
  if (raw?.type !== "commit") return null;
  try {
    return await signingKey(trust, commit, raw.bytes);
  } catch (error) {
    if (error instanceof GateError) return null;
    throw error;
  }
}

async function signingKey(trust: TrustRegistry, commit: string, bytes: Uint8Array): Promise<string | null> {
  const { signature, payload } = parseCommitObject(commit, bytes);
  switch (signature?.kind) {
    case "ssh":
      return sshCommitKey({ signature, payload });
    case "openpgp":
      return openPgpCommitKey({ signature, payload }, trust);
    case "x509":
    case undefined:
      return null;
  }
}
