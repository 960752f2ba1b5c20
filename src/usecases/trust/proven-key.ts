import { triedOr } from "../../errors.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { parseCommitObject } from "../../trust/commit.ts";
import { type SignedCommit, sshCommitKey } from "../../trust/commit-key.ts";

type Objects = Pick<GitObjects, "object">;

/** What `prove` says of a commit's signature; null for a commit that has none, that cannot be read, or that it refuses. GIT_*. */
export async function provenKey(
  git: Objects,
  commit: string,
  prove: (signed: SignedCommit) => Promise<string | null>,
): Promise<string | null> {
  const raw = await git.object(commit);
  if (raw?.type !== "commit") return null;
  return triedOr(null, async () => {
    const { signature, payload } = parseCommitObject(commit, raw.bytes);
    return signature ? prove({ signature, payload }) : null;
  });
}

/** The SSH key that has signed a commit, whatever it may sign; null for any other signature, and for none. GIT_*. */
export async function sshKeyOf(git: Objects, commit: string): Promise<string | null> {
  return provenKey(git, commit, async (signed) =>
    signed.signature.kind === "ssh" ? sshCommitKey(signed) : null,
  );
}
