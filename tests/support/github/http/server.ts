import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveArtifacts } from "../artifacts/serve.ts";
import { serveGit } from "../git/http.ts";
import { serveGraphql, operationField, type GraphqlRequest } from "../graphql/serve.ts";
import { restContract, type Match } from "../openapi/contract.ts";
import type { Reply } from "../rest/call.ts";
import { errorBody, serveRest } from "../rest/serve.ts";
import type { Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";
import { authenticate } from "./authentication.ts";
import { badCredentials, HttpError, notFound } from "./errors.ts";
import type { Trouble } from "./faults.ts";

/** GitHub accepts bodies up to 25 MB or so; more is a mistake of the test. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Starts to listen on a free port of the loopback address and sets `world.url`. */
export async function listen(world: World): Promise<Server> {
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => {
      // A client that went away is trouble for the client alone.
      if (!request.destroyed || request.complete)
        world.violations.push(`${request.method} ${request.url}: ${String((error as Error).stack)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", world.url);
  if (await serveGit(world, { request, response, url })) return;
  if (await serveArtifacts(world, { request, response, url })) return;
  await answerApi(world, { request, response, url });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

async function answerApi(world: World, { request, response, url }: Exchange): Promise<void> {
  const method = request.method ?? "GET";
  const body = await readBody(request);
  const match = restContract().match(method, url.pathname);
  const operation = operationName({ method, url, match, body });
  const token = authenticate(world, request.headers.authorization);
  const trouble = world.faults.take(operation);
  if (trouble?.kind === "meanwhile") await trouble.act();
  const reply =
    trouble?.kind === "refuse"
      ? refuse(trouble, match)
      : trouble?.kind === "drop" && !trouble.afterWork
        ? { status: 0 }
        : await work(world, { token, match, url, body });
  world.requests.push({
    method,
    path: url.pathname,
    operation,
    status: reply.status,
    login: token?.account.login,
  });
  if (trouble?.kind === "drop") return void response.destroy();
  send(world, response, reply);
}

interface Work {
  readonly token: Token | undefined;
  readonly match: Match | undefined;
  readonly url: URL;
  readonly body: unknown;
}

async function work(world: World, { token, match, url, body }: Work): Promise<Reply> {
  try {
    if (token === undefined) throw badCredentials();
    if (url.pathname === "/graphql") return await serveGraphql(world, token, body as GraphqlRequest);
    if (match === undefined) throw notFound();
    return await serveRest(world, { token, match, query: url.searchParams, body });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { status: error.status, headers: error.headers, body: errorBody(error, match) };
  }
}

function refuse(trouble: Extract<Trouble, { kind: "refuse" }>, match: Match | undefined): Reply {
  const error = new HttpError(trouble.status, trouble.message);
  return { status: trouble.status, headers: trouble.headers, body: errorBody(error, match) };
}

function operationName({
  method,
  url,
  match,
  body,
}: {
  method: string;
  url: URL;
  match: Match | undefined;
  body: unknown;
}): string {
  if (url.pathname === "/graphql") return `POST /graphql ${operationField((body ?? {}) as GraphqlRequest)}`;
  return match?.operation ?? `${method} ${url.pathname}`;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error("The body is too large for the loopback GitHub.");
    chunks.push(chunk as Buffer);
  }
  if (size === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(world: World, response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "x-github-request-id": `LOOP:${world.requests.length}`,
    "x-github-media-type": "github.v3; format=json",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": String(5000 - world.requests.length),
    "x-ratelimit-reset": String(world.seconds() + 3600),
    ...absoluteLinks(world, headers),
  });
  response.end(status === 204 ? undefined : text);
}

/** Links between pages name the whole address. */
function absoluteLinks(world: World, headers: Reply["headers"]): Readonly<Record<string, string>> {
  const path = world.requests.at(-1)?.path ?? "";
  const link = headers?.["link"];
  return link === undefined
    ? (headers ?? {})
    : { ...headers, link: link.replaceAll("<?", `<${world.url}${path}?`) };
}
