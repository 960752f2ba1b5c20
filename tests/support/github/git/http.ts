import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import { GIT_ENV } from "../../git-repo.ts";
import { authenticate } from "../http/authentication.ts";
import { HttpError } from "../http/errors.ts";
import { pushViolations } from "../rules/push.ts";
import { workflowRefusal } from "../rules/workflows.ts";
import { actorOf, demand } from "../state/actor.ts";
import { afterMove } from "../state/refs.ts";
import type { Repository } from "../state/repository.ts";
import type { Need, Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";
import { BareRepository, NO_COMMIT } from "./bare.ts";
import { readCgi } from "./cgi.ts";

export interface GitExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

const SERVICE = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
/** Where the pre-receive hook asks for the server's verdict. */
const HOOK = "/_hooks/pre-receive";

/** Serves smart HTTP by `git http-backend`, with tokens and rules; false when the request is not for git. */
export async function serveGit(world: World, exchange: GitExchange): Promise<boolean> {
  if (exchange.url.pathname === HOOK) {
    await judgePush(world, exchange);
    return true;
  }
  const wanted = wantedBy(exchange);
  if (wanted === undefined) return false;
  const admitted = admit(world, exchange, wanted);
  record(world, exchange, { wanted, admitted });
  if (admitted === undefined) return true;
  const backend = { ...admitted, service: wanted.service };
  if (wanted.service !== "git-receive-pack") await runBackend(world, exchange, backend);
  else await backend.repo.lock.run(() => receive(world, exchange, backend));
  return true;
}

interface Wanted {
  readonly owner: string;
  readonly name: string;
  readonly service: string;
  readonly need: Need;
}

function wantedBy({ url }: GitExchange): Wanted | undefined {
  const found = SERVICE.exec(url.pathname);
  if (found === null) return undefined;
  const [, owner = "", name = "", service = ""] = found;
  const writes = [service, url.searchParams.get("service")].includes("git-receive-pack");
  return { owner, name, service, need: writes ? "contents:write" : "contents:read" };
}

function record(
  world: World,
  { request, url }: GitExchange,
  { wanted, admitted }: { wanted: Wanted; admitted: Admitted | undefined },
): void {
  const { method = "GET" } = request;
  const operation = `git ${wanted.need === "contents:write" ? "receive-pack" : "upload-pack"}`;
  const status = admitted === undefined ? 401 : 200;
  world.requests.push({
    method,
    path: url.pathname,
    operation,
    status,
    login: admitted?.token?.account.login,
  });
}

interface Admitted {
  readonly repo: Repository;
  readonly token: Token | undefined;
}

function admit(
  world: World,
  { request, response }: GitExchange,
  { owner, name, need }: Wanted,
): Admitted | undefined {
  const token = authenticate(world, request.headers.authorization);
  const repo = world.repository(owner, name);
  const open = repo !== undefined && !repo.facts.private && need === "contents:read";
  if (repo !== undefined && token === undefined && open) return { repo, token };
  if (token === undefined) return refuse(response, 401, "Authentication required.");
  if (repo === undefined) return refuse(response, 404, "Repository not found.");
  try {
    demand(token, repo, need);
    return { repo, token };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return refuse(response, 403, `Permission to ${repo.fullName}.git denied to ${token.account.login}.`);
  }
}

function refuse(response: ServerResponse, status: number, message: string): undefined {
  const headers = status === 401 ? { "www-authenticate": 'Basic realm="GitHub"' } : {};
  response.writeHead(status, { "content-type": "text/plain", ...headers });
  response.end(message);
}

interface Backend extends Admitted {
  readonly service: string;
}

/** A push: rules are asked by the hook while the pack is in quarantine; events follow when it is in. */
async function receive(world: World, exchange: GitExchange, backend: Backend): Promise<void> {
  const { repo, token } = backend;
  const before = await repo.bare.refs();
  const finish = await runBackend(world, exchange, backend);
  const after = await repo.bare.refs();
  if (token !== undefined) {
    for (const ref of new Set([...before.keys(), ...after.keys()])) {
      const from = before.get(ref) ?? NO_COMMIT;
      const to = after.get(ref) ?? NO_COMMIT;
      if (from !== to) await afterMove(world, repo, { ref, before: from, after: to, actor: actorOf(token) });
    }
  }
  finish();
}

/** Runs the CGI program. The caller of a push sends the end of the answer itself, when everything has followed. */
async function runBackend(
  world: World,
  { request, response, url }: GitExchange,
  { repo, token, service }: Backend,
): Promise<() => void> {
  const child = spawn("git", ["http-backend"], {
    env: {
      ...GIT_ENV,
      GIT_PROJECT_ROOT: repo.bare.folder,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.receivepack",
      GIT_CONFIG_VALUE_0: "true",
      PATH_INFO: `/${service}`,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: token?.account.login ?? "",
      LOOPBACK_HOOK: `${world.url}${HOOK}`,
      LOOPBACK_TOKEN: token?.text ?? "",
      LOOPBACK_REPOSITORY: repo.fullName,
      LOOPBACK_NODE: process.execPath,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  const [output] = await Promise.all([readCgi(child.stdout), once(child, "close")]);
  const send = (): void => {
    response.writeHead(output.status, output.headers);
    response.end(output.body);
  };
  if (service === "git-receive-pack") return send;
  send();
  return () => undefined;
}

interface Proposal {
  readonly repository: string;
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly lines: readonly string[];
}

/** Answers the hook: 200 lets the push in, 403 with GitHub's text refuses all of it. */
async function judgePush(world: World, { request, response }: GitExchange): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const proposal = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Proposal;
  const [owner = "", name = ""] = proposal.repository.split("/");
  const repo = world.repository(owner, name);
  const token = world.tokens.get(proposal.token);
  const text =
    repo === undefined || token === undefined
      ? "Not allowed."
      : await verdict(world, { repo, token, proposal });
  response.writeHead(text === "" ? 200 : 403, { "content-type": "text/plain" });
  response.end(text);
}

async function verdict(
  world: World,
  { repo, token, proposal }: { repo: Repository; token: Token; proposal: Proposal },
): Promise<string> {
  const bare = new BareRepository(repo.bare.folder, proposal.environment);
  const texts: string[] = [];
  for (const line of proposal.lines) {
    const [before = "", after = "", ref = ""] = line.split(" ");
    if (ref.startsWith("refs/pull/")) texts.push("error: refusing to update a hidden ref");
    const move = { ref, before, after, actor: actorOf(token), bare };
    const workflow = await workflowRefusal(repo, move);
    if (workflow !== undefined) texts.push(workflow);
    const broken = await pushViolations(world, repo, move);
    if (broken.length > 0) texts.push(rejection(world, { repo, ref, broken }));
  }
  return texts.join("\n");
}

/** What `git push` prints after `remote: `. */
function rejection(
  world: World,
  { repo, ref, broken }: { repo: Repository; ref: string; broken: readonly string[] },
): string {
  const rules = `${world.url}/${repo.fullName}/rules?ref=${encodeURIComponent(ref)}`;
  const list = broken.map((message) => `- ${message}`).join("\n\n");
  return `error: GH013: Repository rule violations found for ${ref}.\nReview all repository rules at ${rules}\n\n${list}\n`;
}
