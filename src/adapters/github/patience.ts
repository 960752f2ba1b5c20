import type { Octokit } from "@octokit/core";
import { RequestError } from "@octokit/request-error";
import { gateError } from "../../errors.ts";

/** How waiting is done; tests put their own clock and dice in. */
export interface Patience {
  readonly sleep: (ms: number) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly now: () => number;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 2 * 60_000;
/** What GitHub asks for when it limits without saying for how long. */
const UNTOLD_PAUSE_MS = 60_000;

declare module "@octokit/types" {
  interface RequestRequestOptions {
    /** For what must not be done twice: trouble may come after the work, so it is told at once and the caller looks again. */
    once?: boolean;
  }
}

/**
 * Waits out trouble that passes: 5xx and a lost connection with growing, jittered pauses, rate limits for as long as GitHub
 * says, objects that are not yet visible everywhere. A limit beyond two minutes is FORGE_RATE_LIMITED.
 */
export function bePatient(octokit: Octokit, patience: Patience): void {
  octokit.hook.wrap("request", async (request, options) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await request(options);
        const limited = graphqlPause(response, patience);
        if (limited === null || attempt >= ATTEMPTS) return response;
        await patience.sleep(withinReason(limited, patience));
      } catch (error) {
        const pause = error instanceof RequestError ? pauseAfter(error, attempt, patience) : null;
        if (pause === null || attempt >= ATTEMPTS || mayBeDone(error, options.request?.once)) throw error;
        await patience.sleep(pause);
      }
    }
  });
}

/** What GitHub limits it has not done; of anything else that failed nobody knows. */
function mayBeDone(error: unknown, once = false): boolean {
  return once && error instanceof RequestError && error.status >= 500;
}

/** Milliseconds to wait before trying again; null when trying again is of no use. */
function pauseAfter(error: RequestError, attempt: number, patience: Patience): number | null {
  if (error.status >= 500 || isNotYetVisible(error.message)) return jittered(attempt, patience);
  const limited = error.status === 429 || (error.status === 403 && isRateLimit(error));
  return limited ? withinReason(limitPause(error.response?.headers ?? {}, patience), patience) : null;
}

/** Between half of the pause and all of it, so that many runs do not come back at the same moment. */
function jittered(attempt: number, { random }: Patience): number {
  const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  return Math.round(pause / 2 + (pause / 2) * random());
}

/** GitHub's replicas may not know yet what it has just made. */
function isNotYetVisible(message: string): boolean {
  return message.includes("Could not resolve to a node");
}

function isRateLimit({ message, response }: RequestError): boolean {
  const headers = response?.headers ?? {};
  return (
    /secondary rate limit|abuse detection|API rate limit exceeded/i.test(message) ||
    headers["retry-after"] !== undefined ||
    headers["x-ratelimit-remaining"] === "0"
  );
}

type Headers = Readonly<Record<string, string | number | undefined>>;

function limitPause(headers: Headers, { now }: Patience): number {
  const retryAfter = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && Number.isFinite(retryAfter)) {
    return Math.max(0, retryAfter) * 1000;
  }
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] !== "0" || !Number.isFinite(reset)) return UNTOLD_PAUSE_MS;
  return Math.max(0, reset * 1000 - now()) + 1000;
}

function withinReason(pause: number, { now }: Patience): number {
  if (pause <= LONGEST_PAUSE_MS) return pause;
  const until = new Date(now() + pause).toISOString();
  throw gateError("FORGE_RATE_LIMITED", `GitHub's rate limit is used up until ${until}.`);
}

/** GraphQL says that it is limited, or that it cannot see an object yet, with status 200. */
function graphqlPause(response: unknown, patience: Patience): number | null {
  const { data, headers } = response as { data?: unknown; headers: Headers };
  const errors = (data as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return null;
  const texts = errors.map(
    (error: { type?: unknown; message?: unknown }) => `${String(error.type)} ${String(error.message)}`,
  );
  if (texts.some((text) => text.startsWith("RATE_LIMITED"))) return limitPause(headers, patience);
  return texts.some(isNotYetVisible) ? jittered(1, patience) : null;
}
