import type { RecordsRef } from "../../domain/records-ref.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Forge, ForgeCommit } from "../../ports/forge.ts";
import type { Client } from "./client.ts";
import { asAsked } from "./commit-on-branch.ts";

type Records = Pick<Forge, "lastRecord" | "appendRecord">;
type Request = Parameters<Forge["appendRecord"]>[0];

/**
 * Records on refs outside of branches, by GitHub's git database: `createCommitOnBranch` writes branches alone. GitHub signs
 * such a commit for a bot that leaves author, committer and signature out; a person's stays unsigned, and is kept all the same
 * (https://docs.github.com/authentication/managing-commit-signature-verification/about-commit-signature-verification).
 */
export function records(client: Client, commit: Forge["commit"]): Records {
  const lastRecord = (ref: RecordsRef): Promise<string | null> => tipOf(client, ref);
  return {
    lastRecord,
    async appendRecord(request) {
      const made = await makeCommit(client, commit, request);
      await moveForward(client, lastRecord, { ...request, to: made.commit });
      return made;
    },
  };
}

/** A commit that no ref names yet, read back before one does. */
async function makeCommit(client: Client, commit: Forge["commit"], request: Request): Promise<ForgeCommit> {
  const { rest } = client;
  const { after, message } = request;
  const parents = after === null ? [] : [after];
  const tree = await makeTree(client, request);
  const body = { message, tree, parents };
  const { sha } = await rest("contents: write", "POST /repos/{owner}/{repo}/git/commits", body);
  return asAsked(await commit(sha), { parents, message });
}

async function makeTree(client: Client, { after, files }: Request): Promise<string> {
  const { rest } = client;
  const tree = await Promise.all([...files].map(([path, bytes]) => entryOf(client, path, bytes)));
  const base = after === null ? {} : { base_tree: await treeOf(client, after) };
  return (await rest("contents: write", "POST /repos/{owner}/{repo}/git/trees", { ...base, tree })).sha;
}

async function treeOf({ rest }: Client, commit: string): Promise<string> {
  const route = "GET /repos/{owner}/{repo}/git/commits/{commit_sha}";
  return (await rest("contents: read", route, { commit_sha: commit })).tree.sha;
}

/** Text travels in the tree itself; what is no UTF-8 would not come back the same. */
async function entryOf({ rest }: Client, path: string, bytes: Uint8Array) {
  const entry = { path, mode: "100644", type: "blob" } as const;
  const text = Buffer.from(bytes).toString("utf8");
  if (Buffer.from(text).equals(bytes)) return { ...entry, content: text };
  const blob = { content: Buffer.from(bytes).toString("base64"), encoding: "base64" };
  return { ...entry, sha: (await rest("contents: write", "POST /repos/{owner}/{repo}/git/blobs", blob)).sha };
}

/** Without force GitHub only moves a ref to what stands on it: who came second is told. */
async function moveForward(
  { rest }: Client,
  lastRecord: Forge["lastRecord"],
  { ref, after, to }: Request & { to: string },
): Promise<void> {
  try {
    if (after === null)
      await rest("contents: write", "POST /repos/{owner}/{repo}/git/refs", { ref, sha: to });
    else {
      const move = { ref: nameOf(ref), sha: to, force: false };
      await rest("contents: write", "PATCH /repos/{owner}/{repo}/git/refs/{ref}", move);
    }
  } catch (error) {
    // Where the ref is tells a lost answer and a lost race from a refusal, whatever words GitHub finds for them.
    const tip = await lastRecord(ref);
    if (tip === to) return;
    if (tip !== after) throw gateError("FORGE_RACE_LOST", `The ref ${ref} moved in the meantime.`);
    throw error;
  }
}

async function tipOf({ rest }: Client, ref: RecordsRef): Promise<string | null> {
  try {
    const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
    return (await rest("contents: read", route, { ref: nameOf(ref) })).object.sha;
  } catch (error) {
    if (error instanceof GateError && error.code === "FORGE_NOT_FOUND") return null;
    throw error;
  }
}

/** As GitHub's paths spell it, without `refs/`. */
function nameOf(ref: RecordsRef): string {
  return ref.slice("refs/".length);
}
