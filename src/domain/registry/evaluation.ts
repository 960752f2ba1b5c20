/** A window of time, half-open: `from` is in it, `to` is not. ISO-8601, UTC. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** Rows of data and, where they have a time, their window. */
export interface Span extends Partial<Window> {
  readonly rows: number;
}

/** A number that the author of a version wrote into evaluation.json. No metric of the gate reads it. */
export interface ClaimedMetric {
  readonly name: string;
  readonly value: number;
  /** `1` for a ratio. */
  readonly unit: string;
  readonly direction: "higher_is_better" | "lower_is_better";
}

type Scores = Readonly<Record<string, number>>;

interface Split {
  readonly train: Span;
  readonly test: Span;
  readonly metrics: Scores;
}

/** `evaluation.json` (schemas/evaluation-v1.schema.json): what the author reports of the quality of a version. */
export interface Evaluation {
  readonly dataset: { readonly snapshot_id: string; readonly window?: Window; readonly rows: number };
  readonly metrics: readonly ClaimedMetric[];
  readonly folds?: readonly Split[];
  readonly walk_forward?: readonly Split[];
  readonly ablations?: readonly {
    readonly per_fold: readonly { readonly with: Scores; readonly without: Scores; readonly delta: number }[];
  }[];
  readonly business?: Scores;
}

/** What the author of a version says of its quality, for a report. */
export interface Claimed {
  readonly version: string;
  /** Null when evaluation.json cannot be read. */
  readonly evaluation: Pick<Evaluation, "dataset" | "metrics"> | null;
}

/** The claims of a candidate, beside those of the live version where there is one. They are shown, and decide nothing. */
export interface ClaimedNumbers {
  readonly candidate: Claimed;
  readonly live: Claimed | null;
}
