import { GraphqlResponseError } from "@octokit/graphql";
import { RequestError } from "@octokit/request-error";
import { reasons, type ReasonCode } from "../../domain/reasons/catalogue.ts";
import { GateError, gateError } from "../../errors.ts";

/** Permission of a workflow's token, as `permissions:` spells it, for example "pull-requests: write". */
export type Permission = `${string}: ${"read" | "write"}`;

const MAX_MESSAGE = 500;

/** What was needed, and what the verb needs besides: somebody who lacks one permission may lack more. */
export type Needed = readonly [Permission, ...Permission[]];

/** GitHub's error as a GateError with a FORGE_* code. Neither the token nor the request travels with it. */
export function failureOf(error: unknown, needs: Needed, token: string): unknown {
  if (error instanceof GateError || isAbort(error)) return error;
  const said = (text: string): string => text.replaceAll(token, "***").slice(0, MAX_MESSAGE);
  if (error instanceof GraphqlResponseError) return graphqlFailure(error, needs, said);
  if (error instanceof RequestError) return requestFailure(error, needs, said);
  const text = error instanceof Error ? error.message : String(error);
  return gateError("FORGE_BAD_ANSWER", said(text));
}

type Said = (text: string) => string;

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function requestFailure(error: RequestError, needs: Needed, said: Said): GateError {
  const { status, message } = error;
  const asked = `${error.request.method} ${pathOf(error.request.url)}`;
  // Octokit tells a connection that failed as status 500; GitHub has not answered anything then.
  const text = said(
    error.response ? `${asked} answered ${status}: ${message}` : `${asked} got no answer: ${message}`,
  );
  if (status === 401) return gateError("FORGE_TOKEN_REFUSED", text);
  if (message.includes("not permitted to create or approve pull requests")) {
    return gateError("FORGE_PULL_REQUESTS_FORBIDDEN", text);
  }
  if (status === 403) return forbidden(error, needs, text);
  if (status === 404)
    return gateError("FORGE_NOT_FOUND", text, { fix: `${reasons.FORGE_NOT_FOUND.fix} ${yamlOf(needs)}` });
  if (status === 429) return gateError("FORGE_RATE_LIMITED", text);
  return gateError(status >= 500 ? "FORGE_UNAVAILABLE" : "FORGE_REFUSED", text);
}

function forbidden(error: RequestError, needs: Needed, text: string): GateError {
  const { message } = error;
  if (/rate limit|abuse detection/i.test(message)) return gateError("FORGE_RATE_LIMITED", text);
  if (/rule violations|protected branch|protected ref/i.test(message))
    return gateError("FORGE_REFUSED", text);
  const accepted = error.response?.headers["x-accepted-github-permissions"];
  const wanted = typeof accepted === "string" ? parseAccepted(accepted) : [];
  const [asked, ...besides] = needs;
  return gateError("FORGE_PERMISSION_MISSING", text, {
    fix: yamlOf([...(wanted.length > 0 ? wanted : [asked]), ...besides]),
  });
}

/** `pull_requests=write; contents=read` as permissions of a workflow; of alternatives the first. */
function parseAccepted(header: string): readonly Permission[] {
  const [first = ""] = header.split(";");
  return first.split(",").flatMap((part): readonly Permission[] => {
    const match = /^\s*([a-z_]+)=(read|write)\s*$/.exec(part);
    return match?.[1] === undefined
      ? []
      : [`${match[1].replaceAll("_", "-")}: ${match[2] === "read" ? "read" : "write"}`];
  });
}

/** Each scope once, by name; who may write may read. */
function merged(permissions: readonly Permission[]): readonly Permission[] {
  const scopes = Map.groupBy(permissions, (one) => one.split(":")[0]);
  return [...scopes.values()]
    .flatMap((same) => same.find((one) => one.endsWith("write")) ?? same.slice(0, 1))
    .sort();
}

function yamlOf(permissions: readonly Permission[]): string {
  const lines = merged(permissions).map((one) => `  ${one}`);
  return `Add to the job:\n\npermissions:\n${lines.join("\n")}\n\nA GitHub App needs the same among its repository permissions. What each job needs in all: docs/guides/github.md, Permissions.`;
}

function graphqlFailure(error: GraphqlResponseError<unknown>, needs: Needed, said: Said): GateError {
  const errors = error.errors ?? [];
  const text = said(errors.map(({ message }) => message).join(" "));
  const code = errors.map(({ type, message }) => codeOf(type, message)).find((code) => code !== null);
  if (code === "FORGE_PERMISSION_MISSING") return gateError(code, text, { fix: yamlOf(needs) });
  return gateError(code ?? "FORGE_REFUSED", text);
}

/** GraphQL answers failures with status 200 and a type; a few have only their text. */
function codeOf(type: string | undefined, message: string): ReasonCode | null {
  if (type === "STALE_DATA" || /Expected branch to point to|but expected|is at .* but/i.test(message))
    return "FORGE_RACE_LOST";
  if (type === "FORBIDDEN" || message.includes("Resource not accessible")) return "FORGE_PERMISSION_MISSING";
  if (type === "RATE_LIMITED") return "FORGE_RATE_LIMITED";
  if (type === "NOT_FOUND") return "FORGE_NOT_FOUND";
  return null;
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return "";
  }
}
