import { GraphQLError } from "graphql";
import { HttpError } from "../http/errors.ts";
import { actorOf, demand, type Actor } from "../state/actor.ts";
import type { PullRequest } from "../state/records.ts";
import type { Repository } from "../state/repository.ts";
import type { Need, Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";

export interface Context {
  readonly world: World;
  readonly token: Token;
  readonly actor: Actor;
}

export function contextFor(world: World, token: Token): Context {
  return { world, token, actor: actorOf(token) };
}

/** An error as GitHub's GraphQL gives it: HTTP 200, with a `type` beside the message. */
export function graphqlError(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** The repository `owner/name`, when the token may use it so. */
export function repositoryNamed(context: Context, fullName: string, need: Need): Repository {
  const [owner = "", name = ""] = fullName.split("/");
  const repo = context.world.repository(owner, name);
  const missing = graphqlError("NOT_FOUND", `Could not resolve to a Repository with the name '${fullName}'.`);
  if (repo === undefined) throw missing;
  demandByGraphql(context, repo, { need, missing });
  return repo;
}

/** The pull request of a node id, when the token may use it so. */
export function pullById(
  context: Context,
  id: string,
  need: Need,
): { readonly repo: Repository; readonly pull: PullRequest } {
  const missing = graphqlError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  for (const repo of context.world.repositories.values()) {
    const pull = [...repo.pulls.values()].find((one) => `PR_${one.id}` === id);
    if (pull === undefined) continue;
    demandByGraphql(context, repo, { need, missing });
    if (pull.invisibleFor > 0) {
      pull.invisibleFor -= 1;
      throw missing;
    }
    return { repo, pull };
  }
  throw missing;
}

function demandByGraphql(
  { token }: Context,
  repo: Repository,
  { need, missing }: { need: Need; missing: GraphQLError },
): void {
  try {
    demand(token, repo, need);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw error.status === 404 ? missing : graphqlError("FORBIDDEN", error.message);
  }
}

/** Refusals of the shared state code, as GraphQL says them. */
export async function asGraphql<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw graphqlError(error.status === 403 ? "FORBIDDEN" : "UNPROCESSABLE", error.message);
  }
}
