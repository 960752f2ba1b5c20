import { GateError, gateError } from "../../errors.ts";
import type { BranchMove, Forge } from "../../ports/forge.ts";
import type { Client } from "./client.ts";
import type { Viewer } from "./people.ts";

/** What stands for "no such branch" on either side of a move. */
export const NO_COMMIT = "0".repeat(40);

/** All moves or none, each a compare-and-swap. FORGE_RACE_LOST. */
export async function moveBranches(
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

/** Where a branch points; null when there is none. */
export async function branchTip({ rest }: Client, name: string): Promise<string | null> {
  try {
    const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
    return (await rest("contents: read", route, { ref: `heads/${name}` })).object.sha;
  } catch (error) {
    if (error instanceof GateError && error.code === "FORGE_NOT_FOUND") return null;
    throw error;
  }
}

/** The same of several, in one request. */
export async function branchTips(
  { graphql, owner, repo }: Client,
  names: readonly string[],
): Promise<readonly (string | null)[]> {
  const each = (text: (at: number) => string): string => names.map((_, at) => text(at)).join("");
  const query = `query($owner: String!, $repo: String!${each((at) => `, $b${at}: String!`)}) {
    repository(owner: $owner, name: $repo) {${each((at) => ` b${at}: ref(qualifiedName: $b${at}) { target { oid } }`)} }
  }`;
  const refs = Object.fromEntries(names.map((name, at) => [`b${at}`, `refs/heads/${name}`]));
  const { repository } = await graphql<Tips>("contents: read", query, { owner, repo, ...refs });
  return names.map((_, at) => repository[`b${at}`]?.target.oid ?? null);
}

interface Tips {
  readonly repository: Readonly<Record<string, { readonly target: { readonly oid: string } } | null>>;
}
