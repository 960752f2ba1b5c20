import { CLOCK_SKEW_MS } from "../../domain/time.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { type ReasonCode, reasons } from "../../domain/reasons/catalogue.ts";
import type { RequirementVerdict } from "../../domain/verdict.ts";
import { counted } from "../../domain/counted.ts";
import { formatDuration } from "../durations.ts";
import type { Requirements } from "../policy.ts";
import { countApprovals } from "./approvals.ts";
import { judgeModelSignature } from "./model-signature.ts";
import type { EvaluateInput } from "./request.ts";

/** Judges what a policy requires besides metrics. `evidence` is that about the subject. */
export function judgeRequirements(
  requires: Requirements,
  input: EvaluateInput,
  evidence: readonly Evidence[],
): readonly RequirementVerdict[] {
  return [
    ...(requires.reason ? [judgeReason(input.request.reason)] : []),
    ...(requires.soak ? [judgeSoak(requires.soak, input)] : []),
    ...(requires.streak ? [judgeStreak(requires.streak, input)] : []),
    ...(requires.approvals ? [judgeApprovals(requires.approvals, input)] : []),
    ...(requires.modelSignature ? [judgeModelSignature(requires.modelSignature, evidence)] : []),
    ...requires.freshness.map((freshness) => judgeFreshness(freshness, evidence, input.now)),
  ];
}

/** A requirement or a refusal that blocks, with the remedy of its reason code. */
export function blocked(
  id: string,
  reason: ReasonCode,
  says: string,
  outcome: "FAIL" | "INCONCLUSIVE" = "FAIL",
): RequirementVerdict {
  return { fix: reasons[reason].fix, id, outcome, reason, says };
}

function met(id: string, says: string): RequirementVerdict {
  return { fix: "", id, outcome: "PASS", reason: null, says };
}

function elsewhere(id: string, says: string): RequirementVerdict {
  return { fix: "", id, outcome: "NOT_APPLICABLE", reason: null, says };
}

function judgeReason(reason: string): RequirementVerdict {
  return reason.trim() === ""
    ? blocked("reason", "GATE_REASON_MISSING", "No reason was given.")
    : met("reason", "A reason was given.");
}

function judgeSoak(
  soak: NonNullable<Requirements["soak"]>,
  { history, now }: EvaluateInput,
): RequirementVerdict {
  if (!history.since) {
    return blocked(
      "soak",
      "GATE_SOAK_UNKNOWN",
      `Since when it is ${soak.state} could not be read.`,
      "INCONCLUSIVE",
    );
  }
  const since = Object.hasOwn(history.since, soak.state) ? history.since[soak.state] : undefined;
  if (since === undefined)
    return blocked("soak", "GATE_SOAK_TOO_SHORT", `It is not ${soak.state}; ${soak.text} are required.`);
  const held = now.getTime() - new Date(since).getTime();
  const says = `${soak.state} for ${formatDuration(held)}; ${soak.text} are required.`;
  return held >= soak.atLeast ? met("soak", says) : blocked("soak", "GATE_SOAK_TOO_SHORT", says);
}

function judgeStreak(streak: NonNullable<Requirements["streak"]>, input: EvaluateInput): RequirementVerdict {
  const asks = `${streak.consecutive} consecutive passes of ${streak.check}`;
  return input.enforcedElsewhere.includes("streak")
    ? elsewhere("streak", `${asks}: not judged here, but by the required check.`)
    : blocked("streak", "GATE_STREAK_UNKNOWN", `${asks}: cannot be seen from here.`, "INCONCLUSIVE");
}

function judgeApprovals(
  approvals: NonNullable<Requirements["approvals"]>,
  input: EvaluateInput,
): RequirementVerdict {
  const asks = describeApprovals(approvals);
  if (input.approvals) {
    const { outcome, reason, says } = countApprovals(approvals, input.approvals);
    const text = `${asks}: ${says}`;
    return outcome === "PASS" || reason === null
      ? met("approvals", text)
      : blocked("approvals", reason, text, outcome);
  }
  return input.enforcedElsewhere.includes("approvals")
    ? elsewhere("approvals", `${asks}: not judged here, but by the required check.`)
    : blocked("approvals", "GATE_APPROVALS_UNKNOWN", `${asks}: cannot be seen from here.`, "INCONCLUSIVE");
}

/** `1 approval by a release-manager who is neither author nor last-pusher`. */
function describeApprovals({ atLeast, role, not }: NonNullable<Requirements["approvals"]>): string {
  const count = counted(atLeast, "approval");
  const by = role === null ? "" : ` by a ${role}`;
  const [first, second] = not;
  if (first === undefined) return `${count}${by}`;
  return second === undefined
    ? `${count}${by} who is not the ${first}`
    : `${count}${by} who is neither ${first} nor ${second}`;
}

function judgeFreshness(
  { kind, atMost, text }: Requirements["freshness"][number],
  evidence: readonly Evidence[],
  now: Date,
): RequirementVerdict {
  const id = `freshness-${kind}`;
  const ages = evidence
    .filter((item) => item.kind === kind)
    .map(({ timestamp }) => now.getTime() - new Date(timestamp).getTime());
  if (ages.length === 0) return blocked(id, "EVIDENCE_MISSING", `There is no ${kind} evidence.`);
  if (!ages.every((age) => age >= -CLOCK_SKEW_MS)) {
    return blocked(id, "EVIDENCE_FROM_FUTURE", `The ${kind} evidence has no valid time in the past.`);
  }
  const oldest = Math.max(0, ...ages);
  const says = `The ${kind} evidence is ${formatDuration(oldest)} old; at most ${text} are allowed.`;
  return oldest <= atMost ? met(id, says) : blocked(id, "EVIDENCE_STALE", says);
}
