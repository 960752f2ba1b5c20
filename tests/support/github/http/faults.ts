/** When trouble strikes: the operation (`METHOD /path/{template}` or `POST /graphql`), after how many good calls, how often. */
export interface When {
  readonly on: string;
  readonly skip?: number;
  readonly times?: number;
}

export type Trouble =
  | {
      readonly kind: "refuse";
      readonly status: number;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: "drop"; readonly afterWork: boolean }
  | { readonly kind: "meanwhile"; readonly act: () => Promise<unknown> };

interface Fault {
  readonly on: string;
  readonly trouble: Trouble;
  skip: number;
  times: number;
}

/** Trouble that a test orders in advance; each order is used up by the calls that it hits. */
export class Faults {
  readonly #orders: Fault[] = [];

  /** 403 (or 429) with `retry-after` in seconds, as GitHub's secondary rate limit answers. */
  secondaryRateLimit(when: When & { readonly retryAfter?: number; readonly status?: 403 | 429 }): void {
    this.#order(when, {
      kind: "refuse",
      status: when.status ?? 403,
      message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      headers: { "retry-after": String(when.retryAfter ?? 1) },
    });
  }

  /** 403 with no calls left; `reset` in seconds since 1970. */
  primaryRateLimit(when: When & { readonly reset: number }): void {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(when.reset) };
    this.#order(when, { kind: "refuse", status: 403, message: "API rate limit exceeded", headers });
  }

  serverError(when: When & { readonly status?: number }): void {
    this.#order(when, { kind: "refuse", status: when.status ?? 502, message: "Server Error", headers: {} });
  }

  /** 404 for what does exist: a read that is not consistent yet. */
  notFoundOnce(when: When): void {
    this.#order(when, { kind: "refuse", status: 404, message: "Not Found", headers: {} });
  }

  refuse(when: When & { readonly status: number; readonly message: string }): void {
    this.#order(when, { kind: "refuse", status: when.status, message: when.message, headers: {} });
  }

  /** The connection breaks before anything is done. */
  dropBefore(when: When): void {
    this.#order(when, { kind: "drop", afterWork: false });
  }

  /** The work is done, and the connection breaks before the answer. */
  dropAfter(when: When): void {
    this.#order(when, { kind: "drop", afterWork: true });
  }

  /** Somebody else acts, to the end, after the call was sent and before it is served: a race with one outcome. */
  meanwhile(when: When, act: () => Promise<unknown>): void {
    this.#order(when, { kind: "meanwhile", act });
  }

  /** Trouble for this call, if any was ordered. */
  take(operation: string): Trouble | undefined {
    for (const fault of this.#orders) {
      if (fault.times === 0 || !operation.startsWith(fault.on)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.times -= 1;
      return fault.trouble;
    }
    return undefined;
  }

  /** Orders that no call has used up; a test may assert that there are none. */
  get pending(): number {
    return this.#orders.filter(({ times }) => times > 0).length;
  }

  #order({ on, skip = 0, times = 1 }: When, trouble: Trouble): void {
    this.#orders.push({ on, skip, times, trouble });
  }
}
