import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { GateError, gateError } from "../../errors.ts";
import type { SigningTrial } from "../../ports/forge.ts";
import type { Client } from "./client.ts";
import { NO_COMMIT } from "./branches.ts";
import { commitInput } from "./commit-on-branch.ts";
import type { Viewer } from "./people.ts";

/** Fields of a mutation are done one after the other, so that the branch is gone whatever the commit came to. */
const TRIAL = `mutation($make: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $remove: UpdateRefsInput!) {
  createRef(input: $make) { clientMutationId }
  createCommitOnBranch(input: $commit) { commit { signature { isValid state } } }
  updateRefs(input: $remove) { clientMutationId }
}`;

interface Tried {
  readonly createCommitOnBranch: {
    readonly commit: {
      readonly signature: { readonly isValid: boolean; readonly state: string } | null;
    } | null;
  } | null;
}

/** What would stop the promotion itself too. Anything else says nothing about it, and the promotion finds out. */
const CONCLUSIVE: ReadonlySet<ReasonCode> = new Set([
  "FORGE_PERMISSION_MISSING",
  "FORGE_TOKEN_REFUSED",
  "FORGE_RATE_LIMITED",
  "FORGE_UNAVAILABLE",
]);

/** `Forge.trySigning`, in one request. */
export async function trySigning(
  client: Client,
  viewer: () => Promise<Viewer>,
  trial: SigningTrial,
): Promise<void> {
  const commit = (await make(client, await viewer(), trial))?.createCommitOnBranch?.commit;
  if (!commit || commit.signature?.isValid) return;
  const reason = commit.signature?.state.toLowerCase() ?? "unsigned";
  const text = `GitHub says "${reason}" of an empty commit that it made with this token, to try it.`;
  throw gateError("FORGE_COMMIT_UNVERIFIED", text);
}

async function make(
  client: Client,
  { repositoryId }: Viewer,
  { branch, commit, message }: SigningTrial,
): Promise<Tried | null> {
  const name = `refs/heads/${branch}`;
  try {
    return await client.graphql<Tried>("contents: write", TRIAL, {
      make: { repositoryId, name, oid: commit },
      commit: commitInput(client, { branch, expectedHead: commit, message, change: new Map() }),
      remove: { repositoryId, refUpdates: [{ name, afterOid: NO_COMMIT, force: true }] },
    });
  } catch (error) {
    if (!(error instanceof GateError) || CONCLUSIVE.has(error.code)) throw error;
    return null;
  }
}
