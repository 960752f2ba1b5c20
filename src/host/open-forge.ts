import { gateError } from "../errors.ts";
import type { Forge } from "../forge-port.ts";

/** The run that asks: where its environment says that GitHub is, and what ends it. */
interface Asking {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** The token of a terminal: GITHUB_TOKEN, else GH_TOKEN; empty without either. */
export function tokenOf(env: NodeJS.ProcessEnv): string {
  return env["GITHUB_TOKEN"] ?? env["GH_TOKEN"] ?? "";
}

/**
 * GitHub as the environment names it: GITHUB_API_URL, GITHUB_GRAPHQL_URL; `repository` null is GITHUB_REPOSITORY. Only what
 * proposes, records or reads reviews imports this, so that nothing which measures can reach a network through it.
 * FORGE_TOKEN_MISSING, FORGE_REPOSITORY_INVALID.
 */
export async function openForge(
  { env, signal }: Asking,
  token: string,
  repository: string | null,
): Promise<Forge> {
  const name = repository ?? env["GITHUB_REPOSITORY"];
  if (!name) throw gateError("FORGE_REPOSITORY_INVALID", "It was not said which repository.");
  const { openGitHub } = await import("../adapters/github/forge.ts");
  const [apiUrl, graphqlUrl] = [env["GITHUB_API_URL"], env["GITHUB_GRAPHQL_URL"]];
  return openGitHub({ repository: name, token, signal, apiUrl, graphqlUrl });
}

/**
 * Where a promotion is proposed; null, a plain branch, when neither token nor repository was given. Who names a repository
 * wants a pull request there: a secret that is not set must not pass for a plain branch. FORGE_TOKEN_MISSING.
 */
export async function forgeToPropose(
  asking: Asking,
  token: string | null,
  repository: string | null,
): Promise<Forge | null> {
  if (token === null && repository === null) return null;
  return openForge(asking, token ?? "", repository);
}
