import type { Broken } from "../domain/broken.ts";
import type { Attempts } from "../domain/attempts.ts";
import type { Digest } from "../domain/digest.ts";
import { shortCommit } from "../domain/short-commit.ts";
import type { RunnerFingerprint } from "../domain/evidence.ts";
import { mayMerge, type ObjectiveOutcome, worstFirst } from "../domain/outcome.ts";
import type { ObjectiveVerdict, PolicyVerdict, RequirementVerdict, Verdict } from "../domain/verdict.ts";
import type { ClaimedNumbers } from "../domain/registry/evaluation.ts";
import { attemptBlocks } from "./attempts.ts";
import { type Block, section, type Section, type Span, text, titledList } from "./blocks.ts";
import { claimBlocks, isAboutClaims } from "./claims.ts";
import { allObjectives, headlineOf } from "./headline.ts";
import { objectiveTable } from "./objective-table.ts";

/** What a report shows besides the verdict. */
export interface ReportContext {
  /** Of the evidence pack, when it is known. */
  readonly evidenceDigest?: Digest;
  /** What merging changes, one sentence a place; empty when it changes nothing. */
  readonly effect?: readonly string[];
  /** Earlier attempts on the same transition that were refused. */
  readonly attempts?: Attempts;
  /** What the authors of the candidate and of the live version report of their quality. */
  readonly claims?: ClaimedNumbers | null;
  /** Who asks for it and why. */
  readonly asked?: { readonly reason: string; readonly by: string };
}

/** A verdict as a release manager reads it: the answer, the proof, what to do, the way back, and what it rests on. */
export function composeReport(verdict: Verdict, context: ReportContext = {}): readonly Section[] {
  return [
    ...section("headline", 0, [text(headlineOf(verdict))]),
    ...section("broken", 0, brokenBlocks(verdict.broken ?? [])),
    ...section("effect", 1, mayMerge(verdict.outcome) ? effectBlocks(context) : []),
    ...section("earlier attempts", 1, attemptBlocks(context.attempts)),
    ...section("refusals", 1, titledList("Refused:", verdict.refusals.map(sayRefusal))),
    ...verdict.policies.flatMap((policy) => policySection(policy, verdict)),
    ...section("claimed numbers", 5, claimBlocks(context.claims, verdict)),
    ...section("tally", 1, [text(tallyOf(verdict))]),
    ...section("not evaluated", 6, titledList("Why not evaluated:", notEvaluated(verdict).map(sayIdle))),
    ...section("waivers", 4, titledList("Waived:", waived(verdict).map(sayWaiver))),
    ...section(
      "findings",
      6,
      titledList(
        "Claims that do not hold:",
        verdict.findings
          .filter((one) => !isAboutClaims(one))
          .map(({ code, message, file }) => [
            `${ended(message)} ${file === null ? "" : `${file} `}(${code})`,
          ]),
      ),
    ),
    ...section("what to do", 3, titledList("What to do:", nextSteps(verdict))),
    ...section(
      "requirements",
      5,
      titledList(
        "Needs:",
        stillOpenFirst(verdict.policies.flatMap(({ requirements }) => requirements)).map(sayRequirement),
      ),
    ),
    ...section("the way back", 2, mayMerge(verdict.outcome) ? wayBack(verdict) : []),
    ...section("provenance", 2, [text(provenanceOf(verdict, context))]),
  ];
}

/** A way out that was decided while something was broken says so before all else. */
export function brokenBlocks(broken: readonly Broken[]): readonly Block[] {
  const commits = [
    ...new Set(broken.flatMap(({ instead }) => (instead === null ? [] : [shortCommit(instead)]))),
  ];
  const used =
    commits.length === 0 ? "" : ` This decision rests on what commit ${commits.join(" and ")} has there.`;
  const title = `Broken in the base commit, and not used.${used} Repair it in a change of its own:`;
  return titledList(title, broken.map(sayBroken));
}

function sayBroken({ file, says, reason, instead }: Broken): readonly Span[] {
  const used = instead === null ? "Nothing is used instead" : `Used instead: commit ${shortCommit(instead)}`;
  return [`${file}: ${ended(says)} ${used}. (${reason})`];
}

function effectBlocks({ effect = [], asked }: ReportContext): readonly Block[] {
  return [
    ...(effect.length === 0 ? [] : [text(`Merging it changes where versions are. ${effect.join(" ")}`)]),
    ...(asked ? [text(`Reason: ${asked.reason} (asked by ${asked.by})`)] : []),
  ];
}

function policySection(policy: PolicyVerdict, verdict: Verdict): readonly Section[] {
  const { score } = policy;
  const title =
    verdict.policies.length > 1
      ? [text(`Policy ${policy.policy} v${policy.version}: ${policy.outcome}`)]
      : [];
  const points = score
    ? [text(`Score ${Math.round(score.value * 1000) / 10} % (${score.limit}): ${score.outcome}`)]
    : [];
  const blocks = [...objectiveTable(policy, verdict), ...points];
  return section(`table of ${policy.policy}`, 3, blocks.length === 0 ? [] : [...title, ...blocks]);
}

function sayRefusal({ says, fix, reason }: RequirementVerdict): readonly Span[] {
  return [`${ended(says)} ${fix} (${reason})`];
}

/** A reason that somebody gave ends as it likes; what follows begins a sentence. */
function ended(text: string): string {
  return /[.!?:…]$/.test(text) ? text : `${text}.`;
}

function sayRequirement({ outcome, says }: RequirementVerdict): readonly Span[] {
  return [outcome === "NOT_APPLICABLE" ? says : `${outcome}: ${says}`];
}

/** What nobody has answered here yet (NOT_APPLICABLE) is asked of the reader, so it stands before what is met. */
function stillOpenFirst(all: readonly RequirementVerdict[]): readonly RequirementVerdict[] {
  const { met = [], open = [] } = Object.groupBy(all, ({ outcome }) => (outcome === "PASS" ? "met" : "open"));
  return [...worstFirst(open), ...met];
}

function notEvaluated(verdict: Verdict): readonly ObjectiveVerdict[] {
  return allObjectives(verdict).filter(({ outcome }) => outcome === "NOT_APPLICABLE");
}

function sayIdle({ id, says, reason }: ObjectiveVerdict): readonly Span[] {
  return [`${id}: ${says} (${reason})`];
}

function waived(verdict: Verdict): readonly ObjectiveVerdict[] {
  return allObjectives(verdict).filter(({ outcome }) => outcome === "WAIVED");
}

function sayWaiver({ id, waiver, says }: ObjectiveVerdict): readonly Span[] {
  if (!waiver) return [id];
  return [
    `${id}: ${says} Waived by ${waiver.owner} until ${waiver.expires.slice(0, 10)} (${waiver.id}): ${waiver.reason}`,
  ];
}

/** `Not evaluated: none.  Waived: none.  Refused before: 3 (1.2.0, onnx-parity, 2 times; 1.1.0, integrity).` */
function tallyOf(verdict: Verdict): string {
  return [
    `Not evaluated: ${count(notEvaluated(verdict).map(({ id }) => id))}.`,
    `Waived: ${count(waived(verdict).map(({ id }) => id))}.`,
    `Refused before: ${refusedBefore(verdict)}.`,
  ].join("  ");
}

/** What was refused again and again for the same is named once. */
function refusedBefore({ refused_before: refused }: Verdict): string {
  const alike = Map.groupBy(refused, ({ version, objectives }) => [version, ...objectives].join(", "));
  const names = [...alike].map(([name, { length }]) => (length === 1 ? name : `${name}, ${length} times`));
  return count(names, { of: refused.length, separator: "; " });
}

function count(names: readonly string[], { of = names.length, separator = ", " } = {}): string {
  const shown = names.slice(0, 5).join(separator);
  if (names.length === 0) return "none";
  return `${of} (${shown}${names.length > 5 ? " …" : ""})`;
}

const MENDED: readonly ObjectiveOutcome[] = ["FAIL", "INCONCLUSIVE", "WARN"];

/** In the order of the headline: why each matters and how to mend it. */
function nextSteps(verdict: Verdict): readonly (readonly Span[])[] {
  const all = verdict.policies.flatMap(({ objectives, requirements }) => [
    ...objectives,
    ...requirements.map((one) => ({ ...one, why: "" })),
  ]);
  return worstFirst(all.filter(({ outcome }) => MENDED.includes(outcome))).map(
    ({ id, says, why, fix, reason }): readonly Span[] => [
      `${id}: ${[says, why, fix].filter(Boolean).join(" ")} (${reason})`,
    ],
  );
}

/** How to undo what the merge does; nothing for events that are a way back themselves. */
function wayBack({ event, subject, environment, baseline }: Verdict): readonly Block[] {
  const command = (verb: string, of: string): Block[] => [
    text(verb === "disable" ? "Turn it off with: " : "Roll back with: ", {
      code: `modelgate ${verb} ${of} --env ${environment ?? ""} --reason "…"`,
    }),
  ];
  switch (event) {
    case "PROMOTE_TO_PRODUCTION":
      return command(
        baseline === null ? "disable" : "rollback",
        baseline === null ? `${subject.model_id}@${subject.version}` : subject.model_id,
      );
    case "PROMOTE_TO_SHADOW":
    case "PROMOTE_TO_CANARY":
    case "ENABLE":
      return command("disable", `${subject.model_id}@${subject.version}`);
    case "REGISTER":
    case "ROLLBACK":
    case "DISABLE":
    case "RETIRE":
    case "REVOKE":
      return [];
  }
}

/** `evidence sha256:9f2c… · policy production v3 sha256:77ab… · base 4be1d2c · runner linux x64 EPYC 7763, ORT 1.30.0`. */
function provenanceOf(verdict: Verdict, { evidenceDigest }: ReportContext): string {
  const policies = verdict.policies.map(
    ({ policy, version, digest }) => `policy ${policy} v${version} ${short(digest)}`,
  );
  return [
    ...(evidenceDigest ? [`evidence ${short(evidenceDigest)}`] : []),
    ...policies,
    `base ${verdict.base_commit.slice(0, 7)}`,
    ...(verdict.runner ? [`runner ${describeRunner(verdict.runner)}`] : []),
    `run ${verdict.run_id}`,
    verdict.decided_at,
  ].join(" · ");
}

function describeRunner({ os, arch, cpu_model: cpu, engine }: RunnerFingerprint): string {
  return `${os} ${arch} ${cpu}${engine ? `, ORT ${engine.version}` : ""}`;
}

function short(digest: Digest): string {
  return `${digest.slice(0, 15)}…`;
}
