import { elementCount, type Tensor } from "../../domain/tensor.ts";
import { type BatchAxes, hasBatchAxis, planBatch } from "../latency/batch.ts";
import type { Feeds } from "../latency/samples.ts";

/** Rows that are put into one batch: enough to tell them apart, few enough for any model that takes batches. */
const ROWS = 4;

/** A batch, and each of its rows as a call of its own. */
export interface RowCalls {
  readonly batch: Feeds;
  readonly rows: readonly Feeds[];
}

/**
 * A batch of rows of the stored cases. Undefined when no case has a row: an input lacks its batch axis, or is empty.
 * @param axes position of the batch axis by input name
 */
export function rowCalls(cases: readonly Feeds[], axes: BatchAxes): RowCalls | undefined {
  if (!hasBatchAxis(axes)) return undefined;
  const [batch] = planBatch(cases, axes, ROWS)?.feeds ?? [];
  const single = planBatch(cases, axes, 1)?.feeds ?? [];
  if (!batch || single.length === 0) return undefined;
  return { batch, rows: Array.from({ length: ROWS }, (_, at) => single[at % single.length] as Feeds) };
}

/** One row of a tensor along an axis, as a tensor with one row; undefined when it has no such row. */
export function rowOf(tensor: Tensor, axis: number, row: number): Tensor | undefined {
  const rows = tensor.dims[axis];
  if (rows === undefined || row >= rows) return undefined;
  const inner = elementCount(tensor.dims.slice(axis + 1));
  const outer = elementCount(tensor.dims.slice(0, axis));
  const from = (at: number) => (at * rows + row) * inner;
  const picked = Array.from(
    { length: outer * inner },
    (_, at) => from(Math.floor(at / inner)) + (at % inner),
  );
  return { ...tensor, dims: tensor.dims.with(axis, 1), data: pick(tensor, picked) } as Tensor;
}

function pick(tensor: Tensor, places: readonly number[]): Tensor["data"] {
  if (tensor.dtype === "string") return places.map((place) => tensor.data[place] ?? "");
  const { data } = tensor;
  const Type = data.constructor as new (length: number) => typeof data;
  const row = new Type(places.length);
  for (const [at, place] of places.entries()) row[at] = data[place] ?? 0;
  return row;
}
