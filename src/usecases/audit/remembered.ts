/** Answers by key, the oldest forgotten first. A refusal is remembered too: the same bytes are refused again. */
export class Remembered<V> {
  readonly #known = new Map<string, Promise<V>>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    made.catch(() => undefined);
    if (this.#known.size >= this.#limit) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(key, made);
    return made;
  }
}
