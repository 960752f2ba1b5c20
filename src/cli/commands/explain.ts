import { METRICS } from "../../domain/metrics.ts";
import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { gateError } from "../../errors.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate explain TOPIC`: a reason code, a metric, or the list of either. */
export async function run(context: CommandContext, topic: string): Promise<number> {
  const answer = explain(topic);
  context.console.text(answer.text);
  context.console.data(answer.data);
  return 0;
}

interface Answer {
  readonly text: string;
  readonly data: unknown;
}

function explain(topic: string): Answer {
  if (topic === "metrics") return listOf([...METRICS].map(([id, metric]) => [id, metric.meaning]));
  if (topic === "codes")
    return listOf(Object.entries(reasons).map(([code, reason]) => [code, reason.meaning]));
  const code = topic.toUpperCase();
  if (Object.hasOwn(reasons, code)) return explainCode(code as ReasonCode);
  const metric = METRICS.get(topic);
  if (metric) return { text: metricText(topic, metric), data: { metric: topic, ...metric } };
  throw unknownTopic(topic);
}

function explainCode(code: ReasonCode): Answer {
  const { meaning, fix, exit } = reasons[code];
  const kind = { 1: "the gate says no", 2: "bad usage or input", 3: "the tool or the runner broke" }[exit];
  return {
    text: `${code} (exit ${exit}: ${kind})\n  ${meaning}\n  Fix: ${fix}`,
    data: { code, meaning, fix, exit },
  };
}

function metricText(id: string, metric: NonNullable<ReturnType<typeof METRICS.get>>): string {
  const better = metric.direction === "lower_is_better" ? "lower is better" : "higher is better";
  const incumbent = metric.relative ? " Needs a live version to compare with." : "";
  return `${id} (${metric.unit}, ${better}, evidence: ${metric.kind})\n  ${metric.meaning}${incumbent}`;
}

function listOf(rows: readonly (readonly [string, string])[]): Answer {
  const width = Math.max(...rows.map(([name]) => name.length));
  const text = rows.map(([name, meaning]) => `${name.padEnd(width)}  ${meaning}`).join("\n");
  return { text, data: Object.fromEntries(rows) };
}

function unknownTopic(topic: string): Error {
  const near = didYouMean(topic, [...METRICS.keys(), ...Object.keys(reasons)]);
  return gateError("HOST_UNKNOWN_TOPIC", `There is no reason code or metric "${topic}". ${near}`.trim());
}
