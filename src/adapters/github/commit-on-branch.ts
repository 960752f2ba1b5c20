import { shortCommit } from "../../domain/short-commit.ts";
import type { Forge, ForgeCommit, ForgeCommitRequest } from "../../ports/forge.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Client } from "./client.ts";

const MUTATION = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}`;

type Reading = Pick<Forge, "branch" | "commit">;

/** Lets GitHub make and sign a commit, then reads it back from another place than the one that made it. */
export async function commitOnBranch(
  client: Client,
  reading: Reading,
  request: ForgeCommitRequest,
): Promise<ForgeCommit> {
  const oid = await create(client, reading, request);
  const { branch, expectedHead, message } = request;
  return readBack(reading, oid, { on: branch, parents: [expectedHead], message });
}

/** A commit that GitHub was asked for, as it is: signed and the one that was meant. FORGE_COMMIT_UNVERIFIED. */
export async function readBack(
  reading: Pick<Forge, "commit">,
  oid: string,
  asked: { on: string; parents: readonly string[]; message: string },
): Promise<ForgeCommit> {
  const made = await reading.commit(oid);
  if (!made.verified) {
    const text = `GitHub says "${made.reason}" of the commit ${shortCommit(oid)} on ${asked.on}.`;
    throw gateError("FORGE_COMMIT_UNVERIFIED", text);
  }
  return asAsked(made, asked);
}

/** The commit that was meant, signed or not. FORGE_COMMIT_UNVERIFIED for any other. */
export function asAsked(made: ForgeCommit, asked: Parameters<typeof isAsked>[1]): ForgeCommit {
  if (isAsked(made, asked)) return made;
  const text = `The commit ${shortCommit(made.commit)} is not the one that was asked for.`;
  throw gateError("FORGE_COMMIT_UNVERIFIED", text);
}

async function create(client: Client, reading: Reading, request: ForgeCommitRequest): Promise<string> {
  try {
    const answer = await client.graphql<Created>("contents: write", MUTATION, {
      input: commitInput(client, request),
    });
    const oid = answer.createCommitOnBranch?.commit?.oid;
    if (oid === undefined) throw gateError("FORGE_BAD_ANSWER", "createCommitOnBranch named no commit.");
    return oid;
  } catch (error) {
    // A repeated request loses against its own first try when only the answer of that was lost.
    const lost = error instanceof GateError && error.code === "FORGE_RACE_LOST";
    const own = lost ? await ownCommit(reading, request) : null;
    if (own === null) throw error;
    return own;
  }
}

interface Created {
  readonly createCommitOnBranch: { readonly commit: { readonly oid: string } | null } | null;
}

async function ownCommit(reading: Reading, request: ForgeCommitRequest): Promise<string | null> {
  const tip = await reading.branch(request.branch);
  if (tip === null || tip === request.expectedHead) return null;
  const asked = { parents: [request.expectedHead], message: request.message };
  return isAsked(await reading.commit(tip), asked) ? tip : null;
}

function isAsked(
  made: ForgeCommit,
  { parents, message }: { parents: readonly string[]; message: string },
): boolean {
  return made.parents.join(" ") === parents.join(" ") && made.message.trim() === message.trim();
}

/** A request as `CreateCommitOnBranchInput`. */
export function commitInput(
  client: Client,
  { branch, expectedHead, message, change }: ForgeCommitRequest,
): unknown {
  const [headline = "", ...rest] = message.split("\n");
  const body = rest.join("\n").trim();
  const entries = [...change];
  return {
    branch: { repositoryNameWithOwner: client.repository, branchName: branch },
    expectedHeadOid: expectedHead,
    message: { headline, ...(body === "" ? {} : { body }) },
    fileChanges: {
      additions: entries.flatMap(([path, bytes]) =>
        bytes === null ? [] : [{ path, contents: Buffer.from(bytes).toString("base64") }],
      ),
      deletions: entries.flatMap(([path, bytes]) => (bytes === null ? [{ path }] : [])),
    },
  };
}
