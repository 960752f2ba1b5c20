import type { PolicyVerdict, RequirementVerdict, Verdict } from "../../domain/verdict.ts";

/** Longer than any real one; what is longer is cut at the same place each time. */
const LONGEST = 512;

/**
 * Everything in a verdict that is no plain pass, as stable lines, sorted and each once: whoever approves has seen these.
 * How many approvals there are is left out: that changes with the approval itself.
 */
export function findingsOf(verdict: Verdict): readonly string[] {
  const found = [
    ...verdict.policies.flatMap(inPolicy),
    ...verdict.refusals.map((one) => line("refusal", one)),
    ...(verdict.broken ?? []).map(
      ({ reason, file, instead }) => `broken ${reason} ${file} ${instead ?? "none"}`,
    ),
    ...verdict.findings.map(({ code, file }) => ["finding", code, file ?? ""].join(" ").trim()),
  ];
  return [...new Set(found.map((one) => one.slice(0, LONGEST)))].toSorted((a, b) => (a < b ? -1 : 1));
}

function inPolicy({ policy, objectives, requirements, score }: PolicyVerdict): readonly string[] {
  return [
    ...objectives.flatMap(({ id, outcome, reason, waiver }) => [
      ...(outcome === "PASS" ? [] : [line("objective", { id: `${policy}/${id}`, outcome, reason })]),
      ...(waiver ? [`waiver ${waiver.id} ${policy}/${id}`] : []),
    ]),
    ...requirements
      .filter(({ id, outcome }) => id !== "approvals" && outcome !== "PASS")
      .map((one) => line("requirement", { ...one, id: `${policy}/${one.id}` })),
    ...(score && score.outcome !== "PASS" ? [`score ${policy} ${score.outcome}`] : []),
  ];
}

function line(
  kind: string,
  { id, outcome, reason }: Pick<RequirementVerdict, "id" | "outcome" | "reason">,
): string {
  return [kind, id, outcome, ...(reason === null ? [] : [reason])].join(" ");
}

/** Findings that nobody has seen who approved others. */
export function newFindings(approved: readonly string[], now: readonly string[]): readonly string[] {
  const seen = new Set(approved);
  return now.filter((finding) => !seen.has(finding));
}
