import { elementCount, type Tensor } from "../../domain/tensor.ts";
import type { BatchPlan, Feeds } from "./samples.ts";

/** Position of the batch dimension "N" by input name; null for an input that is the same for every batch. */
export type BatchAxes = ReadonlyMap<string, number | null>;

/** Distinct calls that are kept for one batch size: enough to meet slow inputs, few enough for the cache to warm. */
const MAX_FEEDS: ReadonlyMap<number, number> = new Map([[1, 32]]);
const OTHER_FEEDS = 4;

/**
 * Calls with `rows` rows each, cut from stored cases and repeated when there are too few rows. Cases that differ from
 * the first in another dimension, or in an input without batch axis, are left out. Undefined when no case has a row.
 */
export function planBatch(cases: readonly Feeds[], axes: BatchAxes, rows: number): BatchPlan | undefined {
  const pool = rowPool(cases, axes);
  if (pool.length === 0) return undefined;
  const wanted = MAX_FEEDS.get(rows) ?? OTHER_FEEDS;
  const count = Math.min(wanted, Math.max(1, Math.floor(pool.length / rows)));
  const feeds = Array.from({ length: count }, (_, i) => {
    const picked = Array.from({ length: rows }, (_, j) => pool[(i * rows + j) % pool.length] as Row);
    return stack(picked, axes);
  });
  return { rows, feeds };
}

/** The stored cases as they are, for a model without batch axis. */
export function planUnbatched(cases: readonly Feeds[]): BatchPlan | undefined {
  const feeds = cases.slice(0, MAX_FEEDS.get(1));
  return feeds.length > 0 ? { rows: 1, feeds } : undefined;
}

export function hasBatchAxis(axes: BatchAxes): boolean {
  return [...axes.values()].some((axis) => axis !== null);
}

interface Row {
  readonly feeds: Feeds;
  readonly index: number;
}

function rowPool(cases: readonly Feeds[], axes: BatchAxes): readonly Row[] {
  const [first] = cases;
  if (!first) return [];
  return cases
    .filter((feeds) => stacksWith(first, feeds, axes))
    .flatMap((feeds) => Array.from({ length: rowsOf(feeds, axes) }, (_, index) => ({ feeds, index })));
}

/** Rows that all batched inputs of a case have. */
function rowsOf(feeds: Feeds, axes: BatchAxes): number {
  const counts = feeds.flatMap((tensor) => {
    const axis = axes.get(tensor.name) ?? null;
    return axis === null ? [] : [tensor.dims[axis] ?? 0];
  });
  return counts.length > 0 ? Math.min(...counts) : 0;
}

function stacksWith(first: Feeds, other: Feeds, axes: BatchAxes): boolean {
  return first.every((tensor) => {
    const match = other.find((candidate) => candidate.name === tensor.name);
    if (!match || match.dtype !== tensor.dtype || match.dims.length !== tensor.dims.length) return false;
    const axis = axes.get(tensor.name) ?? null;
    if (!tensor.dims.every((dim, i) => i === axis || dim === match.dims[i])) return false;
    return axis !== null || equalData(tensor, match);
  });
}

function equalData(a: Tensor, b: Tensor): boolean {
  return a.data.length === b.data.length && a.data.every((value, i) => Object.is(value, b.data[i]));
}

function stack(rows: readonly Row[], axes: BatchAxes): Feeds {
  const [first] = rows;
  return (first?.feeds ?? []).map((tensor) => {
    const axis = axes.get(tensor.name) ?? null;
    if (axis === null) return tensor;
    const parts = rows.map(({ feeds, index }) => ({ tensor: named(feeds, tensor.name), index }));
    return stackTensor(parts, axis);
  });
}

function named(feeds: Feeds, name: string): Tensor {
  return feeds.find((tensor) => tensor.name === name) as Tensor;
}

/** One tensor of the given rows along an axis. All parts have the same dtype and the same other dims. */
function stackTensor(parts: readonly { tensor: Tensor; index: number }[], axis: number): Tensor {
  const { name, dtype, dims: one } = (parts[0] as { tensor: Tensor }).tensor;
  const dims = one.with(axis, parts.length);
  const outer = elementCount(one.slice(0, axis));
  const inner = elementCount(one.slice(axis + 1));
  const pieces: ArrayLike<unknown>[] = [];
  for (let o = 0; o < outer; o += 1) {
    for (const { tensor, index } of parts) {
      const start = (o * (tensor.dims[axis] ?? 0) + index) * inner;
      pieces.push(tensor.data.slice(start, start + inner));
    }
  }
  return { name, dtype, dims, data: joined(pieces, (parts[0] as { tensor: Tensor }).tensor) } as Tensor;
}

/** Pieces of one element type in one array of the same type. */
function joined(pieces: readonly ArrayLike<unknown>[], like: Tensor): Tensor["data"] {
  if (like.dtype === "string") return pieces.flatMap((piece) => Array.from(piece as ArrayLike<string>));
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const Type = like.data.constructor as new (length: number) => Float32Array;
  const target = new Type(total);
  let offset = 0;
  for (const piece of pieces) {
    target.set(piece as ArrayLike<number>, offset);
    offset += piece.length;
  }
  return target;
}
