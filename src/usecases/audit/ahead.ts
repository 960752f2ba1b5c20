/**
 * The items in their order, each loaded while earlier ones are used: at most `depth` are under way or waiting at a time,
 * so that memory follows the depth and not the number of items. A failure is handed on as a value.
 */
export async function* ahead<T, V>(
  items: readonly T[],
  depth: number,
  load: (item: T) => Promise<V>,
): AsyncGenerator<{ readonly item: T; readonly loaded: V | Failure }> {
  const under = new Map<number, Promise<V | Failure>>();
  const start = (at: number): void => {
    const item = items[at];
    if (item !== undefined)
      under.set(
        at,
        load(item).catch((error: unknown) => new Failure(error)),
      );
  };
  for (let at = 0; at < depth; at += 1) start(at);
  for (const [at, item] of items.entries()) {
    const loaded = await (under.get(at) as Promise<V | Failure>);
    under.delete(at);
    start(at + depth);
    yield { item, loaded };
  }
}

/** What kept an item from being loaded. */
export class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
