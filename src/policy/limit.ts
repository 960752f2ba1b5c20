import type { Metric, Unit } from "../domain/metrics.ts";
import type { ReasonCode } from "../domain/reasons/catalogue.ts";
import { didYouMean } from "../domain/nearest-name.ts";
import { holds } from "./operators.ts";
import type { Bound, Limit, Operator } from "./policy.ts";

/** Multiplier and divisor from a written unit to the metric's own, which may always be left out. Divided last: 95 % is 0.95. */
const FACTORS: Readonly<Record<Unit, Readonly<Record<string, readonly [number, number]>>>> = {
  "1": {},
  count: {},
  ms: { ms: [1, 1], us: [1, 1000], s: [1000, 1] },
  MiB: { MiB: [1, 1], KiB: [1, 1024], GiB: [1024, 1] },
  "rows/s": { "rows/s": [1, 1] },
  ratio: { "%": [1, 100] },
  share: { "%": [1, 100] },
};

const MAX_LENGTH = 64;
const UNSIGNED = String.raw`(?:\d{1,20}(?:\.\d{1,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,4})?`;
const NUMBER = `[+-]?${UNSIGNED}`;
const UNIT = String.raw`[A-Za-z%][A-Za-z/%]{0,11}`;
const LIMIT = new RegExp(
  String.raw`^(?<operator><=|>=|==|<|>) ?(?:(?<number>${NUMBER}) ?(?<unit>${UNIT})?|live(?: ?(?<sign>[+*-]) ?(?<change>${UNSIGNED}) ?(?<changeUnit>${UNIT})?)?)$`,
);
const NOT_FINITE = /^(?:<=|>=|==|<|>)\s*[+-]?\.?(?:nan|inf(?:inity)?)$/i;

/** `hint` names the nearest unit. */
export interface LimitFault {
  readonly code: ReasonCode;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Parses `OP NUMBER [UNIT]`, `OP live`, `OP live + NUMBER [UNIT]`, `OP live - NUMBER [UNIT]` or `OP live * NUMBER`
 * for a metric. Returns every fault found: POLICY_LIMIT_INVALID, _NOT_FINITE, _DIRECTION, _OUT_OF_RANGE,
 * _NOT_RELATIVE, POLICY_UNIT_WRONG.
 */
export function parseLimit(text: string, metric: Metric): Limit | readonly LimitFault[] {
  const parts =
    text.length > MAX_LENGTH ? undefined : LIMIT.exec(text.trim().replaceAll(/\s+/g, " "))?.groups;
  if (!parts) return [grammarFault(text)];
  const operator = parts["operator"] as Operator;
  const bound = parts["number"] === undefined ? relativeBound(parts, metric) : absoluteBound(parts, metric);
  const faults = [...directionFaults(text, operator, metric), ...("kind" in bound ? [] : bound)];
  if (faults.length > 0 || !("kind" in bound)) return faults;
  const beyond = rangeFaults({ text, operator, bound }, metric);
  return beyond.length > 0 ? beyond : { text: spaced(parts), operator, bound };
}

function spaced(parts: Readonly<Record<string, string | undefined>>): string {
  const tail =
    parts["number"] === undefined
      ? ["live", parts["sign"], parts["change"], parts["changeUnit"]]
      : [parts["number"], parts["unit"]];
  return [parts["operator"], ...tail].filter((part) => part !== undefined).join(" ");
}

function grammarFault(text: string): LimitFault {
  const shown = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return NOT_FINITE.test(text.trim())
    ? { code: "POLICY_LIMIT_NOT_FINITE", message: `"${shown}" is not a finite limit.` }
    : { code: "POLICY_LIMIT_INVALID", message: `"${shown}" is not a limit.` };
}

function absoluteBound(
  parts: Readonly<Record<string, string | undefined>>,
  metric: Metric,
): Bound | readonly LimitFault[] {
  const value = toNumber(parts["number"], parts["unit"], metric);
  return typeof value === "number" ? { kind: "absolute", value } : [value];
}

function relativeBound(
  parts: Readonly<Record<string, string | undefined>>,
  metric: Metric,
): Bound | readonly LimitFault[] {
  if (metric.relative) return [notRelative("The metric already compares with the live model.")];
  if (parts["sign"] === undefined) return { kind: "offset", delta: 0 };
  if (parts["sign"] === "*") return factorBound(parts, metric);
  const change = toNumber(parts["change"], parts["changeUnit"], metric);
  if (typeof change !== "number") return [change];
  return { kind: "offset", delta: parts["sign"] === "-" ? -change : change };
}

function factorBound(
  parts: Readonly<Record<string, string | undefined>>,
  metric: Metric,
): Bound | readonly LimitFault[] {
  if (metric.range[0] === null || metric.range[0] < 0) {
    return [notRelative("A multiple of the live value turns round when that value is negative.")];
  }
  if (parts["changeUnit"] !== undefined) {
    return [
      { code: "POLICY_UNIT_WRONG", message: `A factor has no unit, so "${parts["changeUnit"]}" is wrong.` },
    ];
  }
  const factor = Number(parts["change"]);
  if (Number.isFinite(factor) && factor > 0) return { kind: "factor", factor };
  return [{ code: "POLICY_LIMIT_NOT_FINITE", message: "A factor must be a finite number above 0." }];
}

function notRelative(message: string): LimitFault {
  return { code: "POLICY_LIMIT_NOT_RELATIVE", message };
}

function toNumber(digits: string | undefined, unit: string | undefined, metric: Metric): number | LimitFault {
  const factors = FACTORS[metric.unit];
  if (unit !== undefined && !Object.hasOwn(factors, unit)) return unitFault(unit, metric);
  const [multiplier, divisor] = (unit === undefined ? undefined : factors[unit]) ?? [1, 1];
  const value = (Number(digits) * multiplier) / divisor;
  if (Number.isFinite(value)) return value;
  return { code: "POLICY_LIMIT_NOT_FINITE", message: `"${digits}" is not a finite number.` };
}

function unitFault(unit: string, metric: Metric): LimitFault {
  const units = Object.keys(FACTORS[metric.unit]);
  const allowed = units.length === 0 ? "It takes none." : `It takes ${units.join(", ")}.`;
  return {
    code: "POLICY_UNIT_WRONG",
    message: `"${unit}" is no unit of ${metric.title}. ${allowed}`,
    hint: didYouMean(unit, units),
  };
}

function directionFaults(text: string, operator: Operator, metric: Metric): readonly LimitFault[] {
  const wrong = metric.direction === "lower_is_better" ? operator.startsWith(">") : operator.startsWith("<");
  if (!wrong) return [];
  const better = metric.direction === "lower_is_better" ? "lower is better" : "higher is better";
  return [
    {
      code: "POLICY_LIMIT_DIRECTION",
      message: `"${text}" refuses the better values of ${metric.title}: ${better}.`,
    },
  ];
}

/** Refuses a limit that no value or every value of the metric meets. */
function rangeFaults(limit: Limit, metric: Metric): readonly LimitFault[] {
  if (limit.bound.kind !== "absolute" || tells(limit.operator, limit.bound.value, metric.range)) return [];
  const range = `${metric.range[0] ?? "-∞"} to ${metric.range[1] ?? "∞"}`;
  const message = `"${limit.text}" never tells values apart: ${metric.title} ranges from ${range}.`;
  return [{ code: "POLICY_LIMIT_OUT_OF_RANGE", message }];
}

/** Whether a limit holds at one end of the range and not at the other. */
function tells(operator: Operator, threshold: number, range: Metric["range"]): boolean {
  const [least, most] = [range[0] ?? -Infinity, range[1] ?? Infinity];
  if (operator === "==") return threshold >= least && threshold <= most;
  return holds(operator, least, threshold) !== holds(operator, most, threshold);
}

/** Whether every value that meets the soft limit also meets the hard one; unknown (true) across kinds of bound. */
export function isStricterOrEqual(soft: Limit, hard: Limit): boolean {
  const [s, h] = [boundNumber(soft.bound), boundNumber(hard.bound)];
  if (soft.bound.kind !== hard.bound.kind || soft.operator === "==" || hard.operator === "==") return true;
  if (soft.operator.startsWith("<"))
    return s < h || (s === h && !(soft.operator === "<=" && hard.operator === "<"));
  return s > h || (s === h && !(soft.operator === ">=" && hard.operator === ">"));
}

function boundNumber(bound: Bound): number {
  switch (bound.kind) {
    case "absolute":
      return bound.value;
    case "offset":
      return bound.delta;
    case "factor":
      return bound.factor;
  }
}
