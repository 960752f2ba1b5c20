import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject } from "../http/json.ts";
import type { World } from "../state/world.ts";
import { getBlob, putBlob } from "./blobs.ts";
import { scopeOf, type RuntimeScope } from "./runtime-token.ts";
import type { Artifact } from "./store.ts";

export interface ArtifactExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

const SERVICE = "/twirp/github.actions.results.api.v1.ArtifactService/";
const BLOBS = "/_blobs/artifacts/";

/** Serves the Results service (Twirp over JSON) and its blobs; false when the request is for neither. */
export async function serveArtifacts(world: World, exchange: ArtifactExchange): Promise<boolean> {
  const { pathname } = exchange.url;
  if (pathname.startsWith(BLOBS)) {
    const artifact = world.artifacts.byId(Number(pathname.slice(BLOBS.length)));
    const body = await bytesOf(exchange.request);
    const writes = exchange.request.method === "PUT";
    (writes ? putBlob : getBlob)({ ...exchange, artifact, body });
    record(world, exchange, `blob ${writes ? "PUT" : "GET"}`);
    return true;
  }
  if (!pathname.startsWith(SERVICE)) return false;
  const method = pathname.slice(SERVICE.length);
  const body = JSON.parse((await bytesOf(exchange.request)).toString("utf8")) as JsonObject;
  const scope = scopeOf(exchange.request.headers.authorization);
  const trouble = world.faults.take(`artifact ${method}`);
  const answer =
    trouble?.kind === "refuse"
      ? refused(trouble.status, "internal", trouble.message)
      : scope === undefined
        ? refused(401, "unauthenticated", "The runtime token is not valid.")
        : call(world, { method, body, scope });
  send(exchange.response, answer);
  record(world, exchange, `artifact ${method}`);
  return true;
}

function record(world: World, { request, response, url }: ArtifactExchange, operation: string): void {
  const { method = "GET" } = request;
  world.requests.push({
    method,
    path: url.pathname,
    operation,
    status: response.statusCode,
    login: undefined,
  });
}

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

function refused(status: number, code: string, msg: string): Answer {
  return { status, body: { code, msg } };
}

interface TwirpCall {
  readonly method: string;
  readonly body: JsonObject;
  readonly scope: RuntimeScope;
}

function call(world: World, twirp: TwirpCall): Answer {
  switch (twirp.method) {
    case "CreateArtifact":
      return create(world, twirp);
    case "FinalizeArtifact":
      return finalize(world, twirp);
    case "ListArtifacts":
      return list(world, twirp);
    case "GetSignedArtifactURL":
      return signedUrl(world, twirp);
    case "DeleteArtifact":
      return remove(world, twirp);
    default:
      return refused(404, "bad_route", `no handler for ${twirp.method}`);
  }
}

/** Fields come as the proto names them (snake_case) or as JSON does (camelCase). */
function text(body: JsonObject, name: string): string | undefined {
  const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const value = body[name] ?? body[camel];
  return typeof value === "string" ? value : undefined;
}

function blobUrl(world: World, { id }: Artifact): string {
  return `${world.url}${BLOBS}${id}?sig=loopback`;
}

function create(world: World, { body, scope }: TwirpCall): Answer {
  const name = text(body, "name") ?? "";
  if (name === "" || /["\r\n:<>|*?\\/]/.test(name))
    return refused(400, "invalid_argument", "The artifact name is not valid.");
  const expiresAt = text(body, "expires_at");
  const artifact = world.artifacts.create({ ...scope, name, createdAt: world.now(), expiresAt });
  if (artifact === undefined) {
    return refused(409, "already_exists", "an artifact with this name already exists on the workflow run");
  }
  const type = body["mime_type"] ?? body["mimeType"];
  if (typeof type === "string") artifact.contentType = type;
  return { status: 200, body: { ok: true, signed_upload_url: blobUrl(world, artifact) } };
}

function finalize(world: World, { body, scope }: TwirpCall): Answer {
  const artifact = world.artifacts.named(scope.run, text(body, "name") ?? "");
  if (artifact?.content === undefined) return refused(404, "not_found", "artifact not found");
  if (Number(body["size"]) !== artifact.content.length)
    return refused(400, "invalid_argument", "size does not match");
  artifact.finalized = true;
  artifact.digest = text(body, "hash");
  return { status: 200, body: { ok: true, artifact_id: String(artifact.id) } };
}

function list(world: World, { body, scope }: TwirpCall): Answer {
  const name = text(body, "name_filter");
  const id = text(body, "id_filter");
  const found = world.artifacts
    .finished(scope.run)
    .filter((one) => name === undefined || one.name === name)
    .filter((one) => id === undefined || String(one.id) === id);
  const artifacts = found.map((one) => ({
    workflow_run_backend_id: one.run,
    workflow_job_run_backend_id: one.job,
    database_id: String(one.id),
    name: one.name,
    size: String(one.content?.length ?? 0),
    created_at: one.createdAt,
    ...(one.digest === undefined ? {} : { digest: one.digest }),
  }));
  return { status: 200, body: { artifacts } };
}

function signedUrl(world: World, { body, scope }: TwirpCall): Answer {
  const artifact = world.artifacts.named(scope.run, text(body, "name") ?? "");
  if (artifact?.finalized !== true) return refused(404, "not_found", "artifact not found");
  return { status: 200, body: { signed_url: blobUrl(world, artifact) } };
}

function remove(world: World, { body, scope }: TwirpCall): Answer {
  const artifact = world.artifacts.named(scope.run, text(body, "name") ?? "");
  if (artifact === undefined) return refused(404, "not_found", "artifact not found");
  world.artifacts.delete(artifact);
  return { status: 200, body: { ok: true, artifact_id: String(artifact.id) } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
