import { HttpError, notFound } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import { restContract, type Match } from "../openapi/contract.ts";
import type { ServedOperation } from "../openapi/served.ts";
import { actorOf, demand } from "../state/actor.ts";
import type { Repository } from "../state/repository.ts";
import { allows, type Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";
import { demandValid, type Reply, type Route } from "./call.ts";
import { ROUTES } from "./routes.ts";

export interface RestRequest {
  readonly match: Match;
  readonly token: Token;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** Serves one REST request: permission, then GitHub's description of the request, then the work, then that of the answer. */
export async function serveRest(world: World, request: RestRequest): Promise<Reply> {
  const { match, token, query, body } = request;
  const { operation, parameters } = match;
  const route = ROUTES[operation];
  if (route === undefined) throw new Error(`No route serves ${operation}`);
  const common = { world, token, actor: actorOf(token), parameters, query, body: (body ?? {}) as JsonObject };
  if ("global" in route) {
    demandValid(restContract(), operation, { query, body });
    return checked(world, operation, await route.global(common));
  }
  const repo = repositoryOf(world, parameters);
  demandAccess(token, repo, route);
  demandValid(restContract(), operation, { query, body });
  const work = async (): Promise<Reply> => await route.handle({ ...common, repo });
  return checked(world, operation, operation.startsWith("GET ") ? await work() : await repo.lock.run(work));
}

function repositoryOf(world: World, parameters: Match["parameters"]): Repository {
  const repo = world.repository(parameters["owner"] ?? "", parameters["repo"] ?? "");
  if (repo === undefined) throw notFound();
  return repo;
}

function demandAccess(token: Token, repo: Repository, { needs, orNeeds }: Route): void {
  const alternative = orNeeds !== undefined && allows(token.permissions, orNeeds);
  demand(token, repo, alternative ? orNeeds : needs);
}

/** An answer that GitHub would not give is this server's mistake: it is recorded, and the client sees a 500. */
function checked(world: World, operation: ServedOperation, reply: Reply): Reply {
  const body = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body));
  const findings = restContract().checkResponse(operation, reply.status, body);
  if (findings.length === 0) return reply;
  const message = `${operation} ${reply.status}: ${findings.slice(0, 10).join("; ")}`;
  world.violations.push(message);
  throw new HttpError(500, `The loopback GitHub broke GitHub's contract: ${message}`);
}

/** The body of a refusal, in the shape that GitHub gives to all of them. */
export function errorBody(error: HttpError, match: Match | undefined): JsonObject {
  return {
    message: error.message,
    ...(error.errors === undefined ? {} : { errors: error.errors as JsonObject["errors"] }),
    documentation_url:
      match === undefined ? "https://docs.github.com/rest" : restContract().documentationUrl(match.operation),
    status: String(error.status),
  };
}
