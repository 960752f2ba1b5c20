import type { Broken } from "../domain/broken.ts";
import { type ObjectiveOutcome, worstFirst } from "../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict, RequirementVerdict, Verdict } from "../domain/verdict.ts";

/** Something in a verdict that did not pass, as formats for machines list it. */
export interface Shortfall {
  /** `production/onnx-parity`, or the reason code of a refusal or a finding. */
  readonly rule: string;
  readonly severity: "error" | "warning";
  readonly says: string;
  readonly why: string;
  readonly fix: string;
  readonly reason: string;
  /** Where the rule stands; null for refusals. */
  readonly policy: { readonly file: string; readonly line: number } | null;
  /** Why it does not block, when it is waived. */
  readonly waived: string | null;
}

/** Everything that failed, warned, was inconclusive or was waived: the worst first, then in the order of the verdict. */
export function shortfallsOf(verdict: Verdict): readonly Shortfall[] {
  const all = [
    ...verdict.refusals.map((refusal) => ofRequirement(refusal, null)),
    ...verdict.policies.flatMap((policy) => [
      ...policy.objectives
        .filter(({ outcome }) => outcome !== "PASS" && outcome !== "NOT_APPLICABLE")
        .map((objective) => ofObjective(objective, policy)),
      ...policy.requirements
        .filter(({ outcome }) => outcome === "FAIL" || outcome === "INCONCLUSIVE" || outcome === "WARN")
        .map((requirement) => ofRequirement(requirement, policy)),
      ...ofScore(policy),
    ]),
    ...(verdict.broken ?? []).map(ofBroken),
    ...verdict.findings.map(ofFinding),
  ];
  return worstFirst(all).map(({ shortfall }) => shortfall);
}

function ofBroken({ file, reason, says }: Broken): Ranked {
  const shortfall = {
    rule: reason,
    severity: "warning",
    says: `${file}: ${says}`,
    why: "",
    fix: "Repair it in a change of its own.",
    reason,
    policy: null,
    waived: null,
  } as const;
  return { outcome: "WARN", shortfall };
}

interface Ranked {
  readonly outcome: ObjectiveOutcome;
  readonly shortfall: Shortfall;
}

/** What could not be told blocks as what failed does; only what failed is worse. */
function severityOf(outcome: ObjectiveOutcome): Shortfall["severity"] {
  return outcome === "WARN" || outcome === "WAIVED" ? "warning" : "error";
}

function ofObjective(objective: ObjectiveVerdict, policy: PolicyVerdict): Ranked {
  const { outcome, waiver } = objective;
  const shortfall = {
    rule: `${policy.policy}/${objective.id}`,
    severity: severityOf(outcome),
    says: objective.says,
    why: objective.why,
    fix: objective.fix,
    reason: objective.reason ?? "",
    policy: { file: policy.path, line: objective.line },
    waived: waiver ? `${waiver.id} by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}` : null,
  };
  return { outcome, shortfall };
}

function ofRequirement(requirement: RequirementVerdict, policy: PolicyVerdict | null): Ranked {
  const { says, fix, outcome } = requirement;
  const reason = requirement.reason ?? "";
  const shortfall = {
    rule: policy ? `${policy.policy}/${requirement.id}` : reason,
    severity: severityOf(outcome),
    says,
    why: "",
    fix,
    reason,
    policy: policy ? { file: policy.path, line: 1 } : null,
    waived: null,
  };
  return { outcome, shortfall };
}

function ofScore({ policy, path, score }: PolicyVerdict): readonly Ranked[] {
  if (!score || score.outcome === "PASS") return [];
  const { outcome, value, limit } = score;
  const shortfall = {
    rule: `${policy}/score`,
    severity: severityOf(outcome),
    says: `The score is ${Math.round(value * 1000) / 10} %; the limit is ${limit}.`,
    why: "",
    fix: "Mend the objectives that warn or fail, the heaviest first.",
    reason: "GATE_SCORE_TOO_LOW",
    policy: { file: path, line: 1 },
    waived: null,
  };
  return [{ outcome, shortfall }];
}

function ofFinding({ code, message, file }: Verdict["findings"][number]): Ranked {
  const says = file === null ? message : `${message} (${file})`;
  const shortfall = {
    rule: code,
    severity: "warning",
    says,
    why: "",
    fix: "",
    reason: code,
    policy: null,
    waived: null,
  } as const;
  return { outcome: "WARN", shortfall };
}
