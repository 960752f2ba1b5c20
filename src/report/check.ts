import type { Backtest } from "../domain/backtest.ts";
import type { Digest } from "../domain/digest.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Problem } from "../errors.ts";
import { type Annotation, annotationOfProblem, annotationsOf } from "./annotations.ts";
import type { ReportContext } from "./compose.ts";
import { backtestMarkdown, backtestText } from "./backtest.ts";
import { markdownText, plainText } from "./escape.ts";
import { describeRequest, headlineOf } from "./headline.ts";
import { renderMarkdown, SUMMARY_BYTES } from "./markdown.ts";
import { renderTerminal } from "./terminal.ts";
import { renderValidation, renderValidationMarkdown } from "./validation.ts";

/** What stands beside a verdict: whoever decides reads here what merging changes, not in a text that the proposer can edit. */
type CheckedContext = Pick<ReportContext, "effect" | "asked" | "attempts" | "claims">;

/** What the required check found, as far as people see it. */
export interface CheckFindings {
  readonly kind: "registration" | "promotion" | "policy" | "trust" | "other" | "adoption";
  readonly outcome: Outcome;
  readonly problems: readonly Problem[];
  readonly decisions: readonly (CheckedContext & {
    readonly verdict: Verdict;
    readonly evidenceDigest: Digest;
  })[];
  readonly notes: readonly string[];
  /** What changed policies make of the past. */
  readonly backtest?: Backtest;
}

const ABOUT: Readonly<Record<CheckFindings["kind"], string>> = {
  registration: "Registration",
  promotion: "Promotion",
  policy: "Policy change",
  trust: "Trust change",
  other: "Unrelated change",
  adoption: "Adoption",
};

/** Of a problem in the headline, in characters: enough to know it by. */
const LONGEST = 160;

/** The answer in one sentence. */
export function checkHeadline({ kind, outcome, problems, decisions }: CheckFindings): string {
  const [first, ...others] = problems;
  if (first) return `${ABOUT[kind]}: ${outcome}. Must not merge: ${sayProblem(first)}${andMore(others)}.`;
  if (kind === "other") return "Nothing governed changed.";
  const [decided, ...rest] = decisions;
  if (!decided) return `${ABOUT[kind]}: ${outcome}. May merge, once those who own it agree.`;
  const worst = [decided, ...rest].find(({ verdict }) => verdict.outcome === outcome);
  if (worst) return `${headlineOf(worst.verdict)}${rest.length > 0 ? ` (and ${rest.length} more)` : ""}`;
  return `${describeRequest(decided.verdict)}: ${outcome}. It was decided with a warning; measured again it comes to ${decided.verdict.outcome}.`;
}

/** `deployed.json was edited by hand (CHECK_LEDGER_HAND_EDITED)`; what comes from files is cut. */
function sayProblem({ code, message }: Problem): string {
  const says = plainText(message).replace(/\.$/, "");
  const shown = says.length <= LONGEST ? says : `${says.slice(0, LONGEST - 1)}…`.toWellFormed();
  return `${shown} (${code})`;
}

function andMore({ length }: readonly Problem[]): string {
  return length === 0 ? "" : `; and ${length} more`;
}

/** The verdicts of a check, without the findings that its problems tell already, with place and remedy. */
function verdictsBeside({ problems, decisions }: CheckFindings): CheckFindings["decisions"] {
  const told = new Set(problems.map(({ code, message }) => `${code} ${message}`));
  return decisions.map((decision) => {
    const { verdict } = decision;
    const findings = verdict.findings.filter(({ code, message }) => !told.has(`${code} ${message}`));
    return { ...decision, verdict: { ...verdict, findings } };
  });
}

function besides({ evidenceDigest, ...decision }: CheckFindings["decisions"][number]): ReportContext {
  const { effect, asked, attempts, claims } = decision;
  return {
    evidenceDigest,
    ...(effect ? { effect } : {}),
    ...(asked ? { asked } : {}),
    ...(attempts ? { attempts } : {}),
    ...(claims ? { claims } : {}),
  };
}

/** Every problem and every shortfall of a verdict, at its place. */
export function checkAnnotations(found: CheckFindings): readonly Annotation[] {
  return [
    ...found.problems.map(annotationOfProblem),
    ...verdictsBeside(found).flatMap(({ verdict }) => annotationsOf(verdict)),
  ];
}

/** The answer, what is wrong, each verdict, and what was looked at; for a terminal. */
export function renderCheck(found: CheckFindings, look: { width: number; color: boolean }): string {
  const verdicts = verdictsBeside(found).map((decision) =>
    renderTerminal(decision.verdict, { ...look, ...besides(decision) }),
  );
  const headline = saysItself(found) ? [] : [plainText(checkHeadline(found))];
  const parts = [
    ...headline,
    ...(found.problems.length > 0 ? [renderValidation(found.problems)] : []),
    ...verdicts,
    ...(found.backtest ? [backtestText(found.backtest, look.width)] : []),
    ...(found.notes.length > 0 ? [found.notes.map(plainText).join("\n")] : []),
  ];
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

/** The same as Markdown, for a job summary or a comment; `maxBytes` is shared by the verdicts. */
export function renderCheckMarkdown(found: CheckFindings, maxBytes: number = SUMMARY_BYTES): string {
  const parted = found.decisions.length + (found.backtest ? 1 : 0);
  const share = Math.floor(maxBytes / (parted + 1));
  const verdicts = verdictsBeside(found).map((decision) =>
    renderMarkdown(decision.verdict, { ...besides(decision), maxBytes: share }),
  );
  const headline = saysItself(found) ? [] : [markdownText(checkHeadline(found))];
  const parts = [
    ...headline,
    ...(found.problems.length > 0 ? [renderValidationMarkdown(found.problems)] : []),
    ...verdicts,
    ...(found.backtest ? [backtestMarkdown(found.backtest, share)] : []),
    ...(found.notes.length > 0 ? [found.notes.map((note) => `- ${markdownText(note)}`).join("\n")] : []),
  ];
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

/** One verdict that is the whole answer starts with it. */
function saysItself({ problems, decisions, outcome }: CheckFindings): boolean {
  return problems.length === 0 && decisions.length === 1 && decisions[0]?.verdict.outcome === outcome;
}
