import type { Digest } from "../digest.ts";
import type { InferenceRuntime } from "../manifest.ts";
import type { Window } from "./evaluation.ts";
import { counted } from "../counted.ts";

/** The part of `training.json` that the manifest rests on (schemas/training-v1.schema.json). */
export interface Training {
  /** Files of the repository, relative to its root. */
  readonly code: readonly ListedSource[];
  /** SPDX licence expression of the model; the data has one of its own. */
  readonly licence: string;
  readonly dataset: {
    readonly snapshot_id: string;
    /** Relative to the repository's root where they are in it; most data lies elsewhere. */
    readonly files: readonly ListedSource[];
  };
  /** Left out where the data has no time. */
  readonly window?: Window;
  readonly features: readonly string[];
  readonly cv_scheme: CvScheme;
  /** What computed the expected outputs of the test data sets. */
  readonly reference_outputs: { readonly runtime: string };
  /** Figures of the training run by name. */
  readonly offline_metrics: Readonly<Record<string, number>>;
}

export interface ListedSource {
  readonly path: string;
  readonly sha256: Digest;
  readonly size: number;
}

export interface CvScheme {
  readonly kind: string;
  readonly folds: number;
  /** ISO-8601 duration between the training and the test part of a fold. */
  readonly gap?: string;
}

/** The part of `parity.json` that the manifest rests on: the runtime that the author measured with. */
export interface ParityRuntime {
  readonly runtime: InferenceRuntime;
}

/** The scheme in one line, for example `expanding-blocks, 5 folds, gap P1D`. */
export function cvSchemeText(scheme: CvScheme): string {
  const gap = scheme.gap === undefined ? "" : `, gap ${scheme.gap}`;
  return `${scheme.kind}, ${counted(scheme.folds, "fold")}${gap}`;
}
