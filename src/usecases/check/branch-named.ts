import type { Git } from "../../ports/git.ts";

/** The full name of the branch that a revision names here or on the first remote; null for any other revision. */
export async function branchNamed(git: Pick<Git, "resolve">, revision: string): Promise<string | null> {
  const [, remote = "", name = ""] = /^([^/]+)\/(.+)$/.exec(revision) ?? [];
  if ((await git.resolve(`refs/heads/${revision}`)) !== undefined) return `refs/heads/${revision}`;
  if (name === "" || (await git.resolve(`refs/remotes/${remote}/${name}`)) === undefined) return null;
  return `refs/heads/${name}`;
}
