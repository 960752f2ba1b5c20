import type { TensorSpec } from "../../domain/registry/sidecar.ts";
import type { ModelInterface } from "../../measure/onnx/interface.ts";

type Shape = TensorSpec["shape"];
type Dimension = number | string | null;

/** A dimension that the model names as no sidecar can, and the name that stands in its place. */
export interface RenamedDimension {
  readonly foreign: string;
  readonly name: string;
}

export interface DraftShapes {
  /** In the order of the model. */
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
  readonly renamed: readonly RenamedDimension[];
}

const BATCH = "N";
/** What a sidecar can hold (schemas/sidecar-v1.schema.json, axis). */
const LAWFUL = /^[A-Za-z_]\w{0,63}$/;
/** What exporters write for a size that they do not know: "", "?", "-1", "None" … */
const UNKNOWN = /^(?:[^\p{L}\p{N}]*|-?1|none|null|unknown)$/iu;

/**
 * Shapes as a sidecar can hold them. The open first axis of the first input that has axes is the batch axis, N; so is the
 * same symbol wherever it stands, and an unnamed first axis of any other tensor. Lawful symbols keep their names, others
 * get made-up ones, and each unnamed axis a name of its own. No rank stays null.
 */
export function draftShapes({ inputs, outputs }: ModelInterface): DraftShapes {
  const all = [...inputs, ...outputs].flatMap(({ shape }) => shape ?? []);
  const first = inputs.find(({ shape }) => shape !== null && shape.length > 0)?.shape?.[0];
  const names = new Names(first, all.filter(isSymbol));
  const named = ({ shape }: { readonly shape: Shape }) =>
    shape?.map((dimension, axis) => names.of(dimension, axis)) ?? null;
  const shapes = { inputs: inputs.map(named), outputs: outputs.map(named) };
  return { ...shapes, renamed: names.renamed() };
}

function isSymbol(dimension: Dimension | undefined): dimension is string {
  return typeof dimension === "string" && !UNKNOWN.test(dimension);
}

class Names {
  readonly #bySymbol = new Map<string, string>();
  readonly #taken = new Set([BATCH]);
  readonly #isBatched: boolean;
  #unnamed = 0;

  /** Lawful symbols come first, so that no made-up name is one of them. */
  constructor(first: Dimension | undefined, symbols: readonly string[]) {
    this.#isBatched = first !== undefined && typeof first !== "number";
    if (isSymbol(first)) this.#bySymbol.set(first, BATCH);
    const others = [...new Set(symbols)].filter((symbol) => !this.#bySymbol.has(symbol));
    const isKept = (symbol: string) => symbol !== BATCH && LAWFUL.test(symbol);
    for (const symbol of others.filter(isKept)) this.#bySymbol.set(symbol, this.#take(symbol));
    for (const symbol of others.filter((one) => !isKept(one)))
      this.#bySymbol.set(symbol, this.#take(wordOf(symbol)));
  }

  of(dimension: Dimension, axis: number): number | string {
    if (typeof dimension === "number") return dimension;
    const known = dimension === null ? undefined : this.#bySymbol.get(dimension);
    if (known !== undefined) return known;
    if (axis === 0 && this.#isBatched) return BATCH;
    this.#unnamed += 1;
    return this.#take(`dim_${this.#unnamed}`);
  }

  renamed(): RenamedDimension[] {
    return [...this.#bySymbol]
      .filter(([foreign, name]) => foreign !== name)
      .map(([foreign, name]) => ({ foreign, name }));
  }

  /** The name itself, or with a number behind it when it is in use. */
  #take(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** `2*s0` is `dim_2_s0`, `batch-size` is `batch_size`. */
function wordOf(symbol: string): string {
  const word = symbol
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "")
    .slice(0, 48);
  return /^[A-Za-z]/.test(word) ? word : `dim_${word}`.replace(/_$/, "");
}
