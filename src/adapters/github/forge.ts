import type { Forge } from "../../ports/forge.ts";
import { type GitHubOptions, openClient } from "./client.ts";
import { commits } from "./commits.ts";
import { conversation } from "./conversation.ts";
import { outcomes } from "./outcomes.ts";
import { people, viewerOf } from "./people.ts";
import { pullRequests } from "./pull-requests.ts";
import { readRemote } from "./remote.ts";
import { readSettings } from "./settings.ts";

export type { GitHubOptions } from "./client.ts";

/** A repository on github.com or a GitHub Enterprise Server. Nothing is asked before it is needed. FORGE_TOKEN_MISSING. */
export function openGitHub(options: GitHubOptions): Forge {
  const client = openClient(options);
  const viewer = viewerOf(client);
  return {
    repository: client.repository,
    async identity() {
      const { login, kind } = await viewer();
      return { login, kind };
    },
    remote: () => readRemote(client, options),
    ...commits(client, viewer),
    ...pullRequests(client),
    ...conversation(client),
    ...people(client),
    ...outcomes(client),
    settings: () => readSettings(client),
  };
}
