import type { BranchMove, Forge, ForgeCommit } from "../../forge-port.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Client } from "./client.ts";
import { commitOnBranch } from "./commit-on-branch.ts";
import { personOrNull, type Viewer } from "./people.ts";
import { records } from "./records.ts";

type Commits = Pick<
  Forge,
  "branch" | "createBranch" | "moveBranches" | "commit" | "commitOnBranch" | "lastRecord" | "appendRecord"
>;

export function commits(client: Client, viewer: () => Promise<Viewer>): Commits {
  const { rest } = client;
  const branch = (name: string): Promise<string | null> => branchTip(client, name);
  const commit = (id: string): Promise<ForgeCommit> => readCommit(client, id);
  return {
    branch,
    commit,
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

/** What stands for "no such branch" on either side of a move. */
const NO_COMMIT = "0".repeat(40);

async function moveBranches(
  { graphql }: Client,
  { branch, viewer }: { branch: Forge["branch"]; viewer: () => Promise<Viewer> },
  moves: readonly BranchMove[],
): Promise<void> {
  const { repositoryId } = await viewer();
  const mutation = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
  try {
    await graphql("contents: write", mutation, { input: { repositoryId, refUpdates: moves.map(updateOf) } });
  } catch (error) {
    // Where the branches are tells a lost answer and a lost race from a refusal, whatever words GitHub finds for them.
    const tips = await Promise.all(moves.map((move) => branch(move.branch)));
    if (moves.every(({ to }, at) => tips[at] === to)) return;
    const raced = moves.find(({ from }, at) => tips[at] !== from);
    if (raced) throw gateError("FORGE_RACE_LOST", `The branch ${raced.branch} moved in the meantime.`);
    throw error;
  }
}

function updateOf({ branch, from, to }: BranchMove): object {
  return {
    name: `refs/heads/${branch}`,
    beforeOid: from ?? NO_COMMIT,
    afterOid: to ?? NO_COMMIT,
    force: true,
  };
}

async function branchTip({ rest }: Client, name: string): Promise<string | null> {
  try {
    const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
    return (await rest("contents: read", route, { ref: `heads/${name}` })).object.sha;
  } catch (error) {
    if (error instanceof GateError && error.code === "FORGE_NOT_FOUND") return null;
    throw error;
  }
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
