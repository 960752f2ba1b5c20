import { crc32 } from "node:zlib";
import { canonicalJson } from "../digest.ts";

/** `sidecar.json`: the feature schema of a version (schemas/sidecar-v1.schema.json). */
export interface Sidecar {
  readonly schema_version: "modelgate/sidecar/v1";
  readonly feature_schema_id: string;
  readonly feature_schema_version: string;
  /** In the order of the model; empty when it takes no columns. */
  readonly columns: readonly SidecarColumn[];
  readonly inputs: readonly SidecarInput[];
  readonly outputs: readonly SidecarOutput[];
  /** That the answer to a row of a batch depends on that row alone; left out where it is not so, or not known. */
  readonly rows?: "independent";
  /** 8 lower-case hex digits. */
  readonly crc32: string;
}

export interface SidecarColumn {
  readonly name: string;
  readonly dtype: string;
  readonly kind: "numeric" | "categorical" | "boolean";
  readonly unit?: string;
  readonly description: string;
  readonly categories?: readonly string[];
}

/** A tensor that goes in or out. A dimension is a size, a symbolic name, or null when unknown; null: no rank declared. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string | null)[] | null;
}

export interface SidecarInput extends TensorSpec {
  /** Names of the columns along the last dimension. */
  readonly columns?: readonly string[];
}

export interface SidecarOutput extends TensorSpec {
  /** Keys of a ZipMap in the order of its columns; an int64 beyond 2^53 is written as text. */
  readonly classes?: readonly (number | string)[];
}

const BATCH_AXIS = "N";

/** Position of the batch axis "N" by name; null for a tensor that has none. */
export function batchAxes(specs: readonly TensorSpec[]): ReadonlyMap<string, number | null> {
  return new Map(
    specs.map(({ name, shape }) => {
      const axis = shape?.indexOf(BATCH_AXIS) ?? -1;
      return [name, axis < 0 ? null : axis];
    }),
  );
}

/** CRC-32 (zlib) over the RFC 8785 form of the sidecar without `crc32`, as 8 lower-case hex digits. */
export function sidecarCrc32(sidecar: object): string {
  const { crc32: _stated, ...body } = sidecar as { crc32?: unknown };
  return crc32(canonicalJson(body)).toString(16).padStart(8, "0");
}
