import type { Forge, ForgeCommit } from "../../ports/forge.ts";
import { GateError, gateError } from "../../errors.ts";
import { branchTip, branchTips, moveBranches } from "./branches.ts";
import type { Client } from "./client.ts";
import { commitOnBranch } from "./commit-on-branch.ts";
import { personOrNull, type Viewer } from "./people.ts";
import { records } from "./records.ts";
import { trySigning } from "./try-signing.ts";

type Commits = Pick<
  Forge,
  | "branch"
  | "branches"
  | "createBranch"
  | "moveBranches"
  | "commit"
  | "commitOnBranch"
  | "lastRecord"
  | "appendRecord"
  | "trySigning"
>;

export function commits(client: Client, viewer: () => Promise<Viewer>): Commits {
  const { rest } = client;
  const branch = (name: string): Promise<string | null> => branchTip(client, name);
  const commit = (id: string): Promise<ForgeCommit> => readCommit(client, id);
  return {
    branch,
    branches: (names) => branchTips(client, names),
    commit,
    trySigning: (trial) => trySigning(client, viewer, trial),
    async createBranch(name, sha) {
      try {
        await rest("contents: write", "POST /repos/{owner}/{repo}/git/refs", {
          ref: `refs/heads/${name}`,
          sha,
        });
      } catch (error) {
        if (!isExisting(error)) throw error;
        // A repeated request may find what the first one made, although its answer was lost.
        if ((await branch(name)) !== sha)
          throw gateError("FORGE_RACE_LOST", `The branch ${name} exists already.`);
      }
    },
    moveBranches: (moves) => moveBranches(client, { branch, viewer }, moves),
    commitOnBranch: (request) => commitOnBranch(client, { branch, commit }, request),
    ...records(client, commit),
  };
}

async function readCommit({ rest }: Client, ref: string): Promise<ForgeCommit> {
  return commitOf(await rest("contents: read", "GET /repos/{owner}/{repo}/commits/{ref}", { ref }));
}

/** A commit as REST tells it, in its own place or in the list of a pull request. */
export function commitOf(data: {
  readonly sha: string;
  readonly parents: readonly { readonly sha: string }[];
  readonly commit: {
    readonly message: string;
    readonly verification?: { readonly verified: boolean; readonly reason: string } | undefined;
  };
  readonly author: object | null;
  readonly committer: object | null;
}): ForgeCommit {
  const { verification, message } = data.commit;
  return {
    commit: data.sha,
    parents: data.parents.map(({ sha }) => sha),
    message,
    verified: verification?.verified === true,
    reason: verification?.reason ?? "unknown",
    author: personOrNull(data.author),
    committer: personOrNull(data.committer),
  };
}

function isExisting(error: unknown): boolean {
  return (
    error instanceof GateError &&
    error.code === "FORGE_REFUSED" &&
    error.message.includes("Reference already exists")
  );
}
