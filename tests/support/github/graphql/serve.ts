import { execute, GraphQLError, Kind, parse, validate, type DocumentNode } from "graphql";
import type { Reply } from "../rest/call.ts";
import type { Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";
import { createCommitOnBranch } from "./commit-on-branch.ts";
import { contextFor, graphqlError, pullById, repositoryNamed, type Context } from "./context.ts";
import { pullNode, repositoryNode, viewerNode } from "./nodes.ts";
import * as pulls from "./pull-mutations.ts";
import { createRef, updateRefs } from "./ref-mutations.ts";
import { graphqlSchema } from "./schema.ts";

/** What is served: everything else of the schema answers null, or an error where the schema forbids null. */
const ROOT = {
  ...pulls,
  createCommitOnBranch,
  createRef,
  updateRefs,
  viewer: (_: object, context: Context) => viewerNode(context),
  repository: ({ owner, name }: { owner: string; name: string }, context: Context) =>
    repositoryNode(context, repositoryNamed(context, `${owner}/${name}`, "metadata:read")),
  node: ({ id }: { id: string }, context: Context) => {
    const { repo, pull } = pullById(context, id, "pull_requests:read");
    return pullNode(context, repo, pull);
  },
};

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/** Answers as GitHub does: HTTP 200 also for errors, each with `type`, `path`, `locations` and `message`. */
export async function serveGraphql(world: World, token: Token, request: GraphqlRequest): Promise<Reply> {
  if (typeof request.query !== "string") {
    return {
      status: 200,
      body: { errors: [{ message: "A query attribute must be specified and must be a string." }] },
    };
  }
  const document = read(request.query);
  if (document instanceof GraphQLError) return { status: 200, body: { errors: [errorJson(document)] } };
  const invalid = validate(graphqlSchema(), document);
  if (invalid.length > 0) return { status: 200, body: { errors: invalid.map(errorJson) } };
  const result = await execute({
    schema: graphqlSchema(),
    document,
    rootValue: ROOT,
    contextValue: contextFor(world, token),
    variableValues: request.variables ?? {},
    operationName: request.operationName ?? null,
  });
  const { data, errors } = result;
  return {
    status: 200,
    body: { ...(data === undefined ? {} : { data }), ...(errors ? { errors: errors.map(errorJson) } : {}) },
  };
}

/** The first field of the operation, for the list of requests: `createCommitOnBranch`. */
export function operationField({ query }: GraphqlRequest): string {
  const document = typeof query === "string" ? read(query) : undefined;
  if (document === undefined || document instanceof GraphQLError) return "invalid";
  const first = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)?.selectionSet
    .selections[0];
  return first?.kind === Kind.FIELD ? first.name.value : "invalid";
}

function read(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    return error instanceof GraphQLError ? error : graphqlError("UNPROCESSABLE", String(error));
  }
}

function errorJson(error: GraphQLError): object {
  const { type, ...extensions } = error.extensions as Readonly<Record<string, unknown>>;
  return {
    ...(type === undefined ? {} : { type }),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
    locations: error.locations ?? [],
    message: error.message,
  };
}
