const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Turns Ctrl-C and a cancelled workflow into one abort signal, as long as it is held. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * The first SIGINT or SIGTERM aborts `signal` with an AbortError: work stops, children are killed by who started them,
 * and the host leaves with 130. A second one finds no listener any more and ends the process at once.
 */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const abort = (): void => {
    release();
    controller.abort();
  };
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, abort);
  };
  for (const name of SIGNALS) process.on(name, abort);
  return { signal: controller.signal, [Symbol.dispose]: release };
}
