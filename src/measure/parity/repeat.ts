import type { Tensor } from "../../domain/tensor.ts";
import { formatTensorType, tensorBytes } from "../../domain/tensor.ts";
import { indexOf, numbers, type Scalar, scalarAt } from "./elements.ts";

/** How stored cases are run again: backwards in the same session, and from the middle on in a new one. */
export type RerunKind = "order" | "session";
export const RERUNS: readonly RerunKind[] = ["order", "session"];

/** Cases that are run again, at most; with more, as many that lie evenly apart. */
const MOST_CASES = 64;

/** Time in ms after which no further case is run again: half of what all cases took first, and at least this. */
const LEAST_MS = 1000;

/** One output that was not, bit for bit, what it was the first time. */
export interface RerunDifference {
  /** Index of the case. */
  readonly case: number;
  readonly output: string;
  /** `at [0,1] 0.5, then 0.25` */
  readonly message: string;
}

/** What running cases again came to. */
export interface Rerun {
  readonly kind: RerunKind;
  /** Cases that were run again: at least one, unless there is none. */
  readonly cases: number;
  /** Outputs of these cases, and how many of them differ. */
  readonly outputs: number;
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly RerunDifference[];
}

/** Indexes of the cases to run again, in an order in which every one has another place than it had at first. */
export function rerunOrder(kind: RerunKind, count: number): number[] {
  const picked = Math.min(count, MOST_CASES);
  const cases = Array.from({ length: picked }, (_, at) => Math.floor((at * count) / picked));
  const middle = Math.floor(picked / 2);
  return kind === "order" ? cases.toReversed() : [...cases.slice(middle), ...cases.slice(0, middle)];
}

/** @param firstMs what running all cases took the first time */
export function rerunBudgetMs(firstMs: number): number {
  return Math.max(LEAST_MS, firstMs / 2);
}

const MOST_DIFFERENCES = 16;

/** Counts the outputs of cases that are run again; it keeps none of them. */
export class RerunTally {
  readonly #kind: RerunKind;
  readonly #differences: RerunDifference[] = [];
  #cases = 0;
  #outputs = 0;
  #differing = 0;

  constructor(kind: RerunKind) {
    this.#kind = kind;
  }

  add(index: number, first: readonly Tensor[], again: readonly Tensor[]): void {
    this.#cases++;
    const names = new Set([...first, ...again].map(({ name }) => name));
    for (const name of names) {
      const [before, after] = [first, again].map((outputs) => outputs.find((output) => output.name === name));
      this.#outputs++;
      const message = bitDifference(before, after);
      if (message !== null) this.#differs({ case: index, output: name, message });
    }
  }

  #differs(difference: RerunDifference): void {
    this.#differing++;
    if (this.#differences.length < MOST_DIFFERENCES) this.#differences.push(difference);
  }

  get rerun(): Rerun {
    const [cases, outputs, differing] = [this.#cases, this.#outputs, this.#differing];
    return { kind: this.#kind, cases, outputs, differing, differences: this.#differences };
  }
}

/** The first place where two answers are not the same bits; null when they are. All NaN are one; 0 and -0 are two. */
export function bitDifference(first: Tensor | undefined, again: Tensor | undefined): string | null {
  if (!first || !again) return first ? "missing the second time" : "missing the first time";
  const types = [first, again].map(({ dtype, dims }) => formatTensorType(dtype, dims));
  if (types[0] !== types[1]) return `${types[0]}, then ${types[1]}`;
  if (sameBytes(first, again)) return null;
  const differs = differenceAt(first, again);
  for (let at = 0; at < first.data.length; at++) {
    if (!differs(at)) continue;
    const [before, after] = [written(scalarAt(first, at)), written(scalarAt(again, at))];
    return `at [${indexOf(at, first.dims).join(",")}] ${before}, then ${after}`;
  }
  return null;
}

function sameBytes(first: Tensor, again: Tensor): boolean {
  if (first.dtype === "string" || again.dtype === "string") return false;
  return Buffer.compare(tensorBytes(first), tensorBytes(again)) === 0;
}

/** Nothing but the payload of a NaN, which no answer depends on, is left out. */
function differenceAt(first: Tensor, again: Tensor): (at: number) => boolean {
  const [bits, other] = [first.data as ArrayLike<unknown>, again.data as ArrayLike<unknown>];
  if (first.dtype !== "float16") return (at) => !Object.is(bits[at], other[at]);
  const [before, after] = [numbers(first), numbers(again)];
  return (at) => bits[at] !== other[at] && !(Number.isNaN(before(at)) && Number.isNaN(after(at)));
}

function written(value: Scalar): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}
