import { HttpError } from "../http/errors.ts";
import type { JsonObject } from "../http/json.ts";
import type { Contract } from "../openapi/contract.ts";
import type { ServedOperation } from "../openapi/served.ts";
import type { Actor } from "../state/actor.ts";
import type { Repository } from "../state/repository.ts";
import type { Need, Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";

/** One REST request that is authenticated, allowed and valid. */
export interface Call {
  readonly world: World;
  readonly repo: Repository;
  readonly token: Token;
  readonly actor: Actor;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

/** A request outside of any repository. */
export type GlobalCall = Omit<Call, "repo">;

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an operation is served: the permission that it needs, and what it does. */
export interface Route {
  readonly needs: Need;
  /** An alternative permission: labels of pull requests, for one. */
  readonly orNeeds?: Need;
  readonly handle: (call: Call) => Promise<Reply> | Reply;
}

export interface GlobalRoute {
  readonly global: (call: GlobalCall) => Promise<Reply> | Reply;
}

export type Routes = Readonly<Partial<Record<ServedOperation, Route | GlobalRoute>>>;

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const noContent = (): Reply => ({ status: 204 });

/** A number from the path. */
export function numberIn({ parameters }: Pick<Call, "parameters">, name: string): number {
  return Number(parameters[name]);
}

export function textIn({ parameters }: Pick<Call, "parameters">, name: string): string {
  return parameters[name] ?? "";
}

export function optionalText(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  return typeof value === "string" ? value : undefined;
}

/** A field that the contract has made sure is text. */
export function textOf(body: JsonObject, name: string): string {
  return optionalText(body, name) ?? "";
}

/** One page (30 items, at most 100) with GitHub's `link` header. */
export function pageOf<Item>(
  items: readonly Item[],
  query: URLSearchParams,
): { items: readonly Item[]; headers: Readonly<Record<string, string>> } {
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const page = Math.max(Number(query.get("page") ?? 1), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const link = (to: number, rel: string): string => {
    const next = new URLSearchParams(query);
    next.set("page", String(to));
    return `<?${next.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev"), link(1, "first")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
}

/** A page of things that become JSON. */
export async function listReply<Item>(
  call: Pick<Call, "query">,
  items: readonly Item[],
  toJson: (item: Item) => JsonObject | Promise<JsonObject>,
): Promise<Reply> {
  const page = pageOf(items, call.query);
  return {
    status: 200,
    headers: page.headers,
    body: await Promise.all(page.items.map(async (item) => await toJson(item))),
  };
}

/** Throws 422, as GitHub does for a request that its description does not allow. */
export function demandValid(
  contract: Contract,
  operation: ServedOperation,
  call: { query: URLSearchParams; body: unknown },
): void {
  const findings = contract.checkRequest(operation, call);
  if (findings.length === 0) return;
  throw new HttpError(422, `Invalid request.\n\n${findings.join("\n")}`);
}
