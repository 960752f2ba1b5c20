import { gateError } from "../errors.ts";
import type { Forge } from "../forge-port.ts";

export interface ForgeAccess {
  readonly token: string;
  /** `owner/name`; null is GITHUB_REPOSITORY. */
  readonly repository: string | null;
  readonly signal: AbortSignal;
}

/**
 * GitHub as the environment names it: GITHUB_API_URL, GITHUB_GRAPHQL_URL. The client is loaded here, so that judging costs
 * nothing of it. FORGE_TOKEN_MISSING, FORGE_REPOSITORY_INVALID.
 */
export async function openForge(env: NodeJS.ProcessEnv, access: ForgeAccess): Promise<Forge> {
  const repository = access.repository ?? env["GITHUB_REPOSITORY"];
  if (!repository) throw gateError("FORGE_REPOSITORY_INVALID", "Nobody said which repository.");
  const { openGitHub } = await import("../adapters/github/forge.ts");
  return openGitHub({
    repository,
    token: access.token,
    signal: access.signal,
    apiUrl: env["GITHUB_API_URL"],
    graphqlUrl: env["GITHUB_GRAPHQL_URL"],
  });
}
