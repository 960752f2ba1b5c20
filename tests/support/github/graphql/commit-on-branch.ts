import type { FileChange } from "../git/bare.ts";
import { moveRef } from "../state/refs.ts";
import type { Repository } from "../state/repository.ts";
import { commitFor, signsFor } from "../state/signing.ts";
import { asGraphql, graphqlError, repositoryNamed, type Context } from "./context.ts";
import { commitNode, refNode } from "./nodes.ts";

interface Input {
  readonly clientMutationId?: string;
  readonly branch: {
    readonly id?: string;
    readonly repositoryNameWithOwner?: string;
    readonly branchName?: string;
  };
  readonly message: { readonly headline: string; readonly body?: string };
  readonly expectedHeadOid: string;
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[];
    readonly deletions?: readonly { readonly path: string }[];
  };
}

/** `createCommitOnBranch`: one commit on an existing branch that must be at `expectedHeadOid`. */
export async function createCommitOnBranch(
  { input }: { readonly input: Input },
  context: Context,
): Promise<object> {
  const { repositoryNameWithOwner, branchName } = input.branch;
  if (repositoryNameWithOwner === undefined || branchName === undefined) {
    throw graphqlError("UNPROCESSABLE", "A branch needs repositoryNameWithOwner and branchName.");
  }
  const repo = repositoryNamed(context, repositoryNameWithOwner, "contents:write");
  return await repo.lock.run(() => asGraphql(() => commit(context, repo, { input, branchName })));
}

async function commit(
  context: Context,
  repo: Repository,
  { input, branchName }: { input: Input; branchName: string },
): Promise<object> {
  const { world, actor } = context;
  const ref = `refs/heads/${branchName.replace(/^refs\/heads\//, "")}`;
  const head = await repo.bare.commitOf(ref);
  if (head === undefined) {
    throw graphqlError("NOT_FOUND", `Could not resolve to a Branch with the name '${branchName}'.`);
  }
  if (head !== input.expectedHeadOid) {
    const text = `Expected branch to point to "${input.expectedHeadOid}" but it did not. Pull and try again.`;
    throw graphqlError("STALE_DATA", text);
  }
  const tree = await repo.bare.writeTree(head, await changesOf(repo, head, input));
  const message = [input.message.headline, input.message.body ?? ""].join("\n\n").trimEnd();
  const signed = signsFor(world, actor);
  const sha = await commitFor(world, repo, { actor, signed, tree, parents: [head], message });
  await moveRef(world, repo, { ref, before: head, after: sha, actor });
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: () => commitNode(context, repo, sha),
    ref: () => refNode(context, repo, ref),
  };
}

async function changesOf(repo: Repository, head: string, { fileChanges }: Input): Promise<FileChange[]> {
  const additions = fileChanges?.additions ?? [];
  const deletions = fileChanges?.deletions ?? [];
  const paths = [...additions, ...deletions].map(({ path }) => path);
  refusePaths(paths);
  for (const { path } of deletions) {
    if ((await repo.bare.resolve(`${head}:${path}`)) !== undefined) continue;
    throw graphqlError(
      "UNPROCESSABLE",
      `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
    );
  }
  return [
    ...additions.map(({ path, contents }) => ({ path, content: decode(contents) })),
    ...deletions.map(({ path }) => ({ path, content: undefined })),
  ];
}

function refusePaths(paths: readonly string[]): void {
  if (new Set(paths).size < paths.length) {
    throw graphqlError("UNPROCESSABLE", "Each path may be changed once in a commit.");
  }
  const bad = paths.find((path) => path.startsWith("/") || /(^|\/)(\.{1,2}|\.git)?(\/|$)/i.test(path));
  if (bad !== undefined) throw graphqlError("UNPROCESSABLE", `The path ${JSON.stringify(bad)} is invalid.`);
}

/** Padded Base64, as the schema's Base64String demands. */
function decode(contents: string): Buffer {
  const sound = contents.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(contents);
  if (!sound) throw graphqlError("UNPROCESSABLE", "Contents must be Base64 with padding.");
  return Buffer.from(contents, "base64");
}
