import { METRICS, type Metric } from "../../domain/metrics.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { isStricterOrEqual, parseLimit } from "../limit.ts";
import type { Limit, Objective } from "../policy.ts";
import {
  at,
  elements,
  isPresent,
  lineOf,
  numberOr,
  report,
  reportDuplicates,
  textOr,
  type Reader,
} from "../../domain/document/reader.ts";
import { readDate } from "./times.ts";

/** Reads the objectives of a policy and reports everything that their schema cannot see. */
export function readObjectives(list: Reader): readonly Objective[] {
  const items = elements(list);
  reportDuplicates(
    items.map((item) => at(item, "id")),
    "POLICY_OBJECTIVE_DUPLICATE",
    "objectives with the id",
  );
  return items.map(readObjective);
}

/** Whether an objective needs a live version to compare with. */
export function comparesWithLive(objective: Objective): boolean {
  const limits = [objective.hard, objective.soft].filter((limit) => limit !== null);
  return (
    METRICS.get(objective.metric)?.relative === true ||
    limits.some((limit) => limit.bound.kind !== "absolute")
  );
}

function readObjective(item: Reader): Objective {
  const metric = readMetric(at(item, "metric"));
  return {
    id: textOr(at(item, "id"), ""),
    group: textOr(at(item, "group"), null),
    line: lineOf(item),
    metric: textOr(at(item, "metric"), ""),
    ...readLimits(item, metric),
    judge: at(item, "judge").value === "interval" ? "interval" : "point",
    minSamples: numberOr(at(item, "min_samples"), 0),
    weight: numberOr(at(item, "weight"), 1),
    effectiveFrom: readDate(at(item, "effective_from")),
    why: textOr(at(item, "why"), "").trim(),
    fix: textOr(at(item, "fix"), "").trim(),
  };
}

function readMetric(reader: Reader): Metric | undefined {
  const name = textOr(reader, undefined);
  const metric = name === undefined ? undefined : METRICS.get(name);
  if (name !== undefined && !metric) {
    const shown = name.slice(0, 80);
    report(
      reader,
      "POLICY_METRIC_UNKNOWN",
      `There is no metric "${shown}".`,
      didYouMean(name, METRICS.keys()),
    );
  }
  return metric;
}

function readLimits(item: Reader, metric: Metric | undefined): { hard: Limit | null; soft: Limit | null } {
  const [hardAt, softAt] = [at(item, "hard"), at(item, "soft")];
  if (!isPresent(hardAt) && !isPresent(softAt)) {
    report(item, "POLICY_LIMIT_MISSING", `The objective "${textOr(at(item, "id"), "")}" has no limit.`);
  }
  const hard = metric ? readLimit(hardAt, metric) : null;
  const soft = metric ? readLimit(softAt, metric) : null;
  if (hard && soft && !isStricterOrEqual(soft, hard)) {
    report(
      softAt,
      "POLICY_LIMITS_INVERTED",
      `The soft limit ${soft.text} is looser than the hard limit ${hard.text}.`,
    );
  }
  return { hard, soft };
}

/** The limit of an objective or of a score; null when it is absent or wrong. */
export function readLimit(reader: Reader, metric: Metric): Limit | null {
  const text = textOr(reader, undefined);
  if (text === undefined) return null;
  const limit = parseLimit(text, metric);
  if ("bound" in limit) return limit;
  for (const fault of limit) report(reader, fault.code, fault.message, fault.hint);
  return null;
}
