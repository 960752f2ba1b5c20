import { NO_COMMIT } from "../git/bare.ts";
import { pushViolations, type RefMove } from "../rules/push.ts";
import { afterMove, moveRef } from "../state/refs.ts";
import type { Repository } from "../state/repository.ts";
import { asGraphql, graphqlError, repositoryNamed, type Context } from "./context.ts";
import { refNode } from "./nodes.ts";

interface Input {
  readonly clientMutationId?: string;
  readonly repositoryId: string;
  readonly refUpdates: readonly {
    readonly name: string;
    readonly beforeOid?: string;
    readonly afterOid: string;
    readonly force?: boolean;
  }[];
}

/** `createRef`: a branch or tag that is not there yet. */
export async function createRef(
  {
    input,
  }: { readonly input: { repositoryId: string; name: string; oid: string; clientMutationId?: string } },
  context: Context,
): Promise<object> {
  const { name, oid } = input;
  const repo = repositoryOf(context, input.repositoryId);
  await repo.lock.run(() =>
    asGraphql(async () => {
      if ((await repo.bare.commitOf(name)) !== undefined)
        throw graphqlError("UNPROCESSABLE", `A ref named "${name}" already exists in the repository.`);
      if ((await repo.bare.commitOf(oid)) !== oid)
        throw graphqlError("UNPROCESSABLE", `No commit object with oid '${oid}'`);
      await moveRef(context.world, repo, { ref: name, before: NO_COMMIT, after: oid, actor: context.actor });
    }),
  );
  return { clientMutationId: input.clientMutationId ?? null, ref: () => refNode(context, repo, name) };
}

/** `updateRefs`: all updates or none, each a compare-and-swap when it names `beforeOid`. */
export async function updateRefs({ input }: { readonly input: Input }, context: Context): Promise<object> {
  const repo = repositoryOf(context, input.repositoryId);
  await repo.lock.run(() => moveAll(context, repo, input));
  return { clientMutationId: input.clientMutationId ?? null };
}

/** The repository of a node id, when the token may write to it. */
function repositoryOf(context: Context, id: string): Repository {
  const known = [...context.world.repositories.values()].find(({ facts }) => `R_${facts.id}` === id);
  if (known === undefined)
    throw graphqlError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  return repositoryNamed(context, known.fullName, "contents:write");
}

async function moveAll(context: Context, repo: Repository, { refUpdates }: Input): Promise<void> {
  const moves: RefMove[] = [];
  for (const update of refUpdates) moves.push(await soundMove(context, repo, update));
  for (const { ref, before, after } of moves) await repo.bare.swapRef(ref, before, after);
  for (const move of moves) await afterMove(context.world, repo, move);
}

/** The move that an update asks for; throws when the ref is elsewhere, when it is not forward, or when a rule forbids it. */
async function soundMove(
  { world, actor }: Context,
  repo: Repository,
  { name, beforeOid, afterOid, force = false }: Input["refUpdates"][number],
): Promise<RefMove> {
  const tip = (await repo.bare.commitOf(name)) ?? NO_COMMIT;
  const before = beforeOid ?? tip;
  if (tip !== before) throw graphqlError("STALE_DATA", `${name} is at ${tip} but expected ${before}`);
  const forward =
    before === NO_COMMIT || afterOid === NO_COMMIT || (await repo.bare.isAncestor(before, afterOid));
  if (!force && !forward) throw graphqlError("UNPROCESSABLE", `${name}: update is not a fast forward`);
  const move = { ref: name, before, after: afterOid, actor };
  const broken = await pushViolations(world, repo, move);
  if (broken.length > 0)
    throw graphqlError("UNPROCESSABLE", `Repository rule violations found\n\n${broken.join("\n")}`);
  return move;
}
