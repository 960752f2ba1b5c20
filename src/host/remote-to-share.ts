import { readRemotes } from "../adapters/git/remotes.ts";

/** Where nobody can tell which of several is meant. */
const ANY = "REMOTE";

/**
 * The name of the remote to push to, as a command to copy has it: what git would take for the first of some branches, else
 * origin, else the only one; null where the clone has none. GIT_*.
 */
export async function remoteToShare(
  cwd: string,
  env: NodeJS.ProcessEnv,
  branches: readonly string[],
): Promise<string | null> {
  const { names, push } = await readRemotes({ cwd, env }, branches);
  if (push !== null) return push;
  if (names.includes("origin")) return "origin";
  const [only, ...others] = names;
  return only !== undefined && others.length > 0 ? ANY : (only ?? null);
}
