import type { GatePolicy, Limit, NoIncumbent, Objective, Requirements } from "./policy.ts";
import { isStricterOrEqual } from "./limit.ts";
import { toleranceSteps } from "./parity.ts";

/** Something that a later policy lets pass more easily, as its author wrote it before and after. */
export interface Loosened {
  readonly policy: string;
  /** Path of the policy file, before. */
  readonly path: string;
  /** The objective and what of it, `onnx-parity hard` for example; a requirement; or `policy` for all of it. */
  readonly what: string;
  readonly from: string;
  /** Null: it is not asked for any more. */
  readonly to: string | null;
}

/**
 * What the later of two sets of policies asks for less strictly, policy by policy and in their order. Policies are matched by
 * name, objectives by id, else by metric. Limits of different kinds, which nothing can compare, are told too: whoever reads
 * it must not be told that nothing was loosened.
 */
export function loosenedBetween(
  before: readonly GatePolicy[],
  after: readonly GatePolicy[],
): readonly Loosened[] {
  return before.flatMap((old) => {
    const now = after.find(({ name }) => name === old.name);
    const steps = now ? stepsOf(old, now) : [{ what: "policy", from: `v${old.version}`, to: null }];
    return steps.map((step) => ({ policy: old.name, path: old.path, ...step }));
  });
}

interface Step {
  readonly what: string;
  readonly from: string;
  readonly to: string | null;
}

function stepsOf(old: GatePolicy, now: GatePolicy): Step[] {
  return [
    ...old.objectives.flatMap((objective) => objectiveSteps(objective, sameObjective(objective, now))),
    ...toleranceSteps(old, now),
    ...requirementSteps(old.requires, now.requires),
    ...limitStep("score hard", old.score?.hard ?? null, now.score?.hard ?? null),
    ...(isMoreLenient(old.noIncumbent, now.noIncumbent)
      ? [{ what: "no_incumbent", from: old.noIncumbent ?? "not stated", to: now.noIncumbent }]
      : []),
  ];
}

function sameObjective(objective: Objective, { objectives }: GatePolicy): Objective | undefined {
  return (
    objectives.find(({ id }) => id === objective.id) ??
    objectives.find(({ metric }) => metric === objective.metric)
  );
}

function objectiveSteps(old: Objective, now: Objective | undefined): Step[] {
  if (!now) return [{ what: old.id, from: limitsText(old), to: null }];
  if (now.metric !== old.metric) return [{ what: `${old.id} metric`, from: old.metric, to: now.metric }];
  return [
    ...limitStep(`${old.id} hard`, old.hard, now.hard),
    ...limitStep(`${old.id} soft`, old.soft, now.soft),
    ...(now.minSamples < old.minSamples
      ? [{ what: `${old.id} min_samples`, from: String(old.minSamples), to: String(now.minSamples) }]
      : []),
    ...(old.judge === "interval" && now.judge === "point"
      ? [{ what: `${old.id} judge`, from: "interval", to: "point" }]
      : []),
    ...laterStep(old, now),
  ];
}

/** A rule that warns until later than before. */
function laterStep(old: Objective, now: Objective): Step[] {
  const [was, is] = [old.effectiveFrom?.getTime() ?? -Infinity, now.effectiveFrom?.getTime() ?? -Infinity];
  if (is <= was) return [];
  return [
    { what: `${old.id} effective_from`, from: dateText(old.effectiveFrom), to: dateText(now.effectiveFrom) },
  ];
}

function dateText(date: Date | null): string {
  return date?.toISOString().slice(0, 10) ?? "always";
}

function limitsText({ hard, soft }: Objective): string {
  return [hard && `hard ${hard.text}`, soft && `soft ${soft.text}`]
    .filter((text) => text !== null)
    .join(", ");
}

function limitStep(what: string, old: Limit | null, now: Limit | null): Step[] {
  if (!old) return [];
  if (!now) return [{ what, from: old.text, to: null }];
  return isAsStrict(now, old) ? [] : [{ what, from: old.text, to: now.text }];
}

/** Proven to be so: the two compare with numbers of one kind in one direction, or are the same. */
function isAsStrict(now: Limit, old: Limit): boolean {
  const sameKind = now.bound.kind === old.bound.kind && now.operator[0] === old.operator[0];
  if (!sameKind || now.operator === "==" || old.operator === "==") return sameLimit(now, old);
  return isStricterOrEqual(now, old);
}

function sameLimit(a: Limit, b: Limit): boolean {
  return a.operator === b.operator && JSON.stringify(a.bound) === JSON.stringify(b.bound);
}

const LENIENCE: Readonly<Record<NoIncumbent, number>> = { fail: 0, inconclusive: 1, pass: 2 };

function isMoreLenient(old: NoIncumbent | null, now: NoIncumbent | null): boolean {
  return old !== null && now !== null && LENIENCE[now] > LENIENCE[old];
}

function requirementSteps(old: Requirements, now: Requirements): Step[] {
  return [
    ...amountStep("soak", durationOf(old.soak), durationOf(now.soak)),
    ...amountStep("streak", streakOf(old.streak), streakOf(now.streak)),
    ...amountStep("approvals", approvalsOf(old.approvals), approvalsOf(now.approvals)),
    ...old.freshness.flatMap(({ kind, atMost, text }) => {
      const same = now.freshness.find((each) => each.kind === kind);
      return amountStep(`freshness ${kind}`, { amount: -atMost, text }, same && negated(same));
    }),
    ...(old.reason && !now.reason ? [{ what: "reason", from: "asked for", to: null }] : []),
    ...(old.modelSignature && !now.modelSignature
      ? [{ what: "model signature", from: "asked for", to: null }]
      : []),
  ];
}

/** More is stricter. */
interface Amount {
  readonly amount: number;
  readonly text: string;
}

function amountStep(what: string, old: Amount | null | undefined, now: Amount | null | undefined): Step[] {
  if (!old) return [];
  if (!now) return [{ what, from: old.text, to: null }];
  return now.amount < old.amount ? [{ what, from: old.text, to: now.text }] : [];
}

function negated({ atMost, text }: Requirements["freshness"][number]): Amount {
  return { amount: -atMost, text };
}

function durationOf(soak: Requirements["soak"]): Amount | null {
  return soak && { amount: soak.atLeast, text: soak.text };
}

function streakOf(streak: Requirements["streak"]): Amount | null {
  return streak && { amount: streak.consecutive, text: `${streak.consecutive} of ${streak.check}` };
}

/** One person fewer weighs more than whom it may not be. */
function approvalsOf(approvals: Requirements["approvals"]): Amount | null {
  if (!approvals) return null;
  const { atLeast, role, not } = approvals;
  const text = [`${atLeast}`, ...(role ? [`by ${role}`] : []), ...not.map((who) => `not ${who}`)].join(" ");
  return { amount: atLeast * 100 + (role ? 50 : 0) + not.length, text };
}
