/** Smallest and largest value that a quantity can have, both possible. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What has this magnitude was not measured: the universe has about 1e80 atoms. */
const LARGEST = 1e100;

/** These make another quantity of a metric, which may have another range: `auc_std`, `delta_auc`, `neg_log_loss`. */
const DERIVED =
  /(?:^|_)(?:delta|diff|difference|change|gain|lift|improvement|ratio|std|var|variance|neg|negative_log|log10|z|ir)(?:_|$)/;

/** By the definition of each score, in unit 1. A name may have more words around it: `auc_summer`, `macro_f1`. */
const SHARES: readonly (readonly [name: string, range: Range])[] = [
  ["roc_auc|auc|auroc|pr_auc|auprc|average_precision|map|ndcg|mrr", { low: 0, high: 1 }],
  ["accuracy|precision|recall|specificity|sensitivity|f1|iou|dice|jaccard", { low: 0, high: 1 }],
  [
    "(?:error|miss|false_alarm|hit|(?:false|true)_(?:positive|negative))_rate|tpr|fpr|tnr|fnr",
    { low: 0, high: 1 },
  ],
  ["calibration_error|ece", { low: 0, high: 1 }],
  // Over several classes the squares of all of them are added up.
  ["brier(?:_score)?", { low: 0, high: 2 }],
  ["mcc|matthews|kappa|pearson|spearman|kendall|correlation|ic|gini", { low: -1, high: 1 }],
  ["r2|r_squared", { low: -Infinity, high: 1 }],
];
const NOT_NEGATIVE =
  "log_loss|logloss|cross_entropy|mse|rmse|mae|mape|smape|msle|rmsle|perplexity|rows|samples|counts?|days";

const patternOf = (names: string): RegExp => new RegExp(`(?:^|_)(?:${names})(?:_|$)`);
const SHARE_PATTERNS = SHARES.map(([names, range]) => [patternOf(names), range] as const);
const NOT_NEGATIVE_PATTERN = patternOf(NOT_NEGATIVE);

/**
 * What a metric can be, by its name and unit. A name that is not known may be any number below 1e100. In percent the range is
 * 100 times as wide; where no unit is said (null), percent is possible; in another unit a score of that name is another thing.
 */
export function rangeOf(name: string, unit: string | null): Range {
  const anything = { low: -LARGEST, high: LARGEST };
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  if (DERIVED.test(plain)) return anything;
  const scale =
    unit === "1" || unit === "ratio" ? 1 : unit === null || /^(?:%|percent|pct)$/i.test(unit) ? 100 : 0;
  const share = scale === 0 ? undefined : SHARE_PATTERNS.find(([pattern]) => pattern.test(plain))?.[1];
  if (share) return { low: Math.max(-LARGEST, share.low * scale), high: share.high * scale };
  return NOT_NEGATIVE_PATTERN.test(plain) ? { low: 0, high: LARGEST } : anything;
}

export function isWithin(value: number, { low, high }: Range): boolean {
  return value >= low && value <= high;
}
