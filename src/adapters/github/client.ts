import { setTimeout } from "node:timers/promises";
import { Octokit } from "@octokit/core";
import type { Endpoints } from "@octokit/types";
import { gateError } from "../../errors.ts";
import { failureOf, type Permission } from "./failures.ts";
import { allPages } from "./pages.ts";
import { bePatient, type Patience } from "./patience.ts";

export interface GitHubOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  /** `GITHUB_API_URL`; https://api.github.com without it. */
  readonly apiUrl?: string | undefined;
  /** `GITHUB_GRAPHQL_URL`; derived from the other without it. */
  readonly graphqlUrl?: string | undefined;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  /** All that the verb needs, told together when one is missing; without it the missing one alone. */
  readonly permissions?: readonly Permission[];
}

type Route = keyof Endpoints;
type Parameters<R extends Route> = Omit<Endpoints[R]["parameters"], "owner" | "repo">;
type Answer<R extends Route> = Endpoints[R]["response"]["data"];
type Item<R extends Route> = Answer<R> extends readonly (infer One)[] ? One : never;

type Asked = [needs: Permission, route: string, parameters: object, patience?: { readonly once: boolean }];

/** One repository on GitHub: Octokit, patient, with every failure as a GateError. */
export interface Client {
  readonly repository: string;
  readonly owner: string;
  readonly repo: string;
  /** Calls a route, by default of this repository; `needs` names the permission to ask for when it is forbidden. */
  readonly rest: <R extends Route>(
    needs: Permission,
    route: R,
    parameters: Parameters<R>,
    patience?: { readonly once: boolean },
  ) => Promise<Answer<R>>;
  /** The same for a route that lists: the items of all its pages. FORGE_BAD_ANSWER when there is no end to them. */
  readonly list: <R extends Route>(
    needs: Permission,
    route: R,
    parameters: Parameters<R>,
  ) => Promise<readonly Item<R>[]>;
  readonly graphql: <T>(
    needs: Permission,
    query: string,
    variables: Readonly<Record<string, unknown>>,
  ) => Promise<T>;
}

const SECONDS = 1000;
const ANSWER_WITHIN_MS = 30 * SECONDS;

/** FORGE_TOKEN_MISSING, FORGE_REPOSITORY_INVALID. */
export function openClient(options: GitHubOptions): Client {
  const { repository, token } = options;
  const [, owner = "", repo = ""] = /^([\w.-]{1,100})\/([\w.-]{1,100})$/.exec(repository) ?? [];
  if (repo === "")
    throw gateError(
      "FORGE_REPOSITORY_INVALID",
      `${JSON.stringify(repository.slice(0, 80))} is no repository.`,
    );
  if (token === "") throw gateError("FORGE_TOKEN_MISSING", "No token was given.");
  const octokit = openOctokit(options);
  const call = async <T>(needs: Permission, answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      options.signal?.throwIfAborted();
      throw failureOf(error, [needs, ...(options.permissions ?? [])], token);
    }
  };
  const graphql: Client["graphql"] = (needs, query, variables) => {
    const url = options.graphqlUrl ? { url: options.graphqlUrl } : {};
    return call(needs, octokit.graphql({ ...url, query, ...variables } as { query: string }));
  };
  const request = (...[needs, route, parameters, patience = { once: false }]: Asked) => {
    const here = route.includes("/{owner}/{repo}") ? { owner, repo } : {};
    return call(needs, octokit.request(route, { ...parameters, ...here, request: patience }));
  };
  const rest: Client["rest"] = async (...asked) => (await request(...asked)).data as never;
  const list: Client["list"] = (needs, route, parameters) =>
    allPages(async (paging) => {
      const { data, headers } = await request(needs, route, { ...parameters, ...paging });
      return { items: data as Item<typeof route>[], link: headers.link };
    });
  return { repository, owner, repo, rest, list, graphql };
}

function openOctokit({ token, apiUrl, signal, patience }: GitHubOptions): Octokit {
  const silent = (): void => undefined;
  const octokit = new Octokit({
    auth: token,
    userAgent: "modelgate",
    ...(apiUrl ? { baseUrl: apiUrl.replace(/\/+$/, "") } : {}),
    // Octokit's own log would print GitHub's text past the escaping of a host.
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: (url: string, init: RequestInit) => fetch(url, { ...init, signal: deadline(signal) }) },
  });
  bePatient(octokit, patience ?? realPatience(signal));
  return octokit;
}

/** Each attempt has its own deadline; an interrupt ends them all. */
function deadline(signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return signal ? AbortSignal.any([signal, late]) : late;
}

function realPatience(signal: AbortSignal | undefined): Patience {
  return {
    sleep: (ms) => setTimeout(ms, undefined, signal ? { signal } : {}),
    random: Math.random,
    now: Date.now,
  };
}
