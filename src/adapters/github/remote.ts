import { gateError } from "../../errors.ts";
import type { GitRemote } from "../../ports/git.ts";
import type { Client, GitHubOptions } from "./client.ts";

/** The repository's own address for Git over HTTP; any user name goes with a token. FORGE_BAD_ANSWER. */
export async function readRemote(
  { rest }: Client,
  { token, apiUrl }: Pick<GitHubOptions, "token" | "apiUrl">,
): Promise<GitRemote> {
  const { clone_url: url } = await rest("contents: read", "GET /repos/{owner}/{repo}", {});
  // A token that travels encrypted to the API must not leave in the clear.
  const protocol = apiUrl ? new URL(apiUrl).protocol : "https:";
  if (!URL.canParse(url) || new URL(url).protocol !== protocol) {
    throw gateError("FORGE_BAD_ANSWER", `The address of the repository does not start with ${protocol}`);
  }
  const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
  return { url, authorization: `Basic ${credentials}` };
}
