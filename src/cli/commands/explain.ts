import { METRICS } from "../../domain/metrics.ts";
import { EVENTS, isRecordedEvent, type LifecycleEvent, TRANSITION_RULES } from "../../domain/lifecycle.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import { EVENT_MEANINGS, OUTCOME_MEANINGS, STATE_MEANINGS } from "../../domain/words.ts";
import { gateError } from "../../errors.ts";
import { commandFor } from "../../ledger/command.ts";
import { layOutTable } from "../../report/layout.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate explain [TOPIC]`: a reason code, metric, event, state or outcome, or a list of them. */
export async function run(context: CommandContext, topic = "topics"): Promise<number> {
  const answer = explain(topic, context.console.width);
  context.console.text(answer.text);
  context.console.data(answer.data);
  return 0;
}

interface Answer {
  readonly text: string;
  readonly data: unknown;
}

type Rows = readonly (readonly [string, string])[];

const LISTS: Readonly<Record<string, () => Rows>> = {
  codes: () => Object.entries(reasons).map(([code, { meaning }]) => [code, meaning]),
  metrics: () => [...METRICS].map(([id, { meaning }]) => [id, meaning]),
  events: () => Object.entries(EVENT_MEANINGS),
  states: () => Object.entries(STATE_MEANINGS),
  outcomes: () => Object.entries(OUTCOME_MEANINGS),
  topics: () => [
    ["codes", "every reason code, for example PARITY_CLAIM_BROKEN"],
    ["metrics", "what a policy can limit, for example parity.max_abs_diff"],
    ["events", "what happens to a version, for example PROMOTE_TO_CANARY"],
    ["states", "where a version can be, for example SHADOW"],
    ["outcomes", "how something comes out, for example INCONCLUSIVE"],
  ],
};

function explain(topic: string, width: number): Answer {
  const list = Object.hasOwn(LISTS, topic) ? LISTS[topic] : undefined;
  if (list) return listOf(list(), width);
  const metric = METRICS.get(topic);
  if (metric) return { text: metricText(topic, metric), data: { metric: topic, ...metric } };
  return explainName(topic.toUpperCase()) ?? explainNothing(topic);
}

function explainName(name: string): Answer | undefined {
  if (Object.hasOwn(reasons, name)) return explainCode(name as ReasonCode);
  const event = EVENTS.find((one) => one === name);
  if (event) return explainEvent(event);
  const states = new Map<string, string>(Object.entries(STATE_MEANINGS));
  const outcomes = new Map<string, string>(Object.entries(OUTCOME_MEANINGS));
  return explainWord("state", name, states) ?? explainWord("outcome", name, outcomes);
}

function explainWord(kind: string, name: string, words: ReadonlyMap<string, string>): Answer | undefined {
  const meaning = words.get(name);
  return meaning === undefined
    ? undefined
    : { text: `${name} (${kind})\n  ${meaning}`, data: { [kind]: name, meaning } };
}

function explainEvent(event: LifecycleEvent): Answer {
  const meaning = EVENT_MEANINGS[event];
  const rule = isRecordedEvent(event) ? TRANSITION_RULES[event] : undefined;
  const scope = rule?.scope ?? "everywhere";
  const command = commandFor({
    event,
    model: "flight-delay",
    version: "1.1.0",
    environment: scope === "environment" ? "prod" : null,
    phase: event === "PROMOTE_TO_CANARY" ? "5%" : null,
  });
  const where = scope === "environment" ? "in one environment" : "in every environment";
  const move = rule ? [`From ${rule.from.join(" or ")} to ${rule.to ?? "the same"}, ${where}.`] : [];
  const lines = [`${event} (event)`, meaning, ...move, `Example: ${command}`];
  return { text: lines.join("\n  "), data: { event, meaning, ...rule, example: command } };
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
  const unit = metric.unit === "1" ? "no unit" : metric.unit;
  return [
    `${id} (${unit}, ${better})`,
    `${metric.meaning}${incumbent}`,
    `Measured with: modelgate measure ${metric.kind} ID@VERSION`,
  ].join("\n  ");
}

function listOf(rows: Rows, width: number): Answer {
  return { text: layOutTable(rows, width), data: Object.fromEntries(rows) };
}

function explainNothing(topic: string): never {
  const names = Object.values(LISTS).flatMap((list) => list().map(([name]) => name));
  throw gateError(
    "HOST_UNKNOWN_TOPIC",
    `There is nothing to explain called "${topic}". ${didYouMean(topic, names)}`.trim(),
  );
}
