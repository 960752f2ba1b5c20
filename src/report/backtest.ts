import type { Backtest, Flip, FlipCause, NotRejudged, PastDecision } from "../domain/backtest.ts";
import { requestText } from "../domain/request-text.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { counted } from "../domain/counted.ts";
import { type Block, fit, type Section, section, type Span, text, titledList } from "./blocks.ts";
import { besideLimit } from "./limits.ts";
import { SUMMARY_BYTES, writeSections } from "./markdown.ts";
import { terminalBlocks } from "./terminal.ts";

/** Flips, and decisions that were not judged; more are in the JSON document. */
const MOST_SHOWN = 50;

/** The answer in one sentence. */
export function backtestHeadline({ base, head, promotions, refusals, flips }: Backtest): string {
  const looked = `${counted(promotions, "past promotion")} and ${counted(refusals, "kept refusal")}`;
  const range = `the policies of ${shortCommit(head)} instead of ${shortCommit(base)}`;
  if (promotions + refusals === 0) return `Back-test with ${range}: there is nothing to judge again.`;
  if (flips.length === 0) return `Back-test with ${range}: of ${looked} none comes out otherwise.`;
  const live = flips.filter((flip) => flip.live !== null).length;
  const liveText = live === 0 ? "" : `; ${counted(live, "of these is", "of these are")} live`;
  return `Back-test with ${range}: of ${looked}, ${counted(flips.length, "comes", "come")} out otherwise${liveText}.`;
}

/** The whole report, as sections: the answer, what flips, what could not be judged again, and what was not looked at. */
export function composeBacktest(found: Backtest): readonly Section[] {
  const { flips, not_rejudged: missing, left_out: older, problems } = found;
  return [
    ...section("headline", 0, [text(backtestHeadline(found))]),
    ...section("flips", 1, [...flipTable(flips), ...unshown(flips, "flips")]),
    ...section("why", 2, titledList("Why:", flips.slice(0, MOST_SHOWN).flatMap(whyOf))),
    ...section("not judged again", 3, [
      ...titledList("Could not be judged again:", missing.slice(0, MOST_SHOWN).map(sayMissing)),
      ...unshown(missing, "decisions that could not be judged again"),
    ]),
    ...section("limits", 4, [
      ...(older === 0
        ? []
        : [text(`${counted(older, "older decision was", "older decisions were")} not looked at.`)]),
      ...problems.map((problem) => text(problem)),
      ...(found.promotions + found.refusals === 0 ? [] : [text(ASIDE)]),
    ]),
  ];
}

const ASIDE =
  "Judged from stored evidence, each at the time of its decision; nothing was measured. Approvals and streaks are not in the evidence and are left out.";

function flipTable(flips: readonly Flip[]): readonly Block[] {
  if (flips.length === 0) return [];
  const header = ["", "decision", "rule", "value", "old limit", "new limit"];
  const rows = flips.slice(0, MOST_SHOWN).flatMap((flip) => {
    const about = [`${flip.before} -> ${flip.after}`, sayDecision(flip)];
    const causes = flip.because.length === 0 ? [null] : flip.because;
    return causes.map((cause) => [...about, ...(cause ? cells(cause) : ["", "", "", ""])]);
  });
  return [{ kind: "table", header, rows }];
}

function cells({ policy, id, value, old, new: now }: FlipCause): string[] {
  const shown = value === null ? "" : besideLimit(value, { hard: now ?? old, soft: null });
  return [policy === "" ? id : `${policy}, ${id}`, shown, old ?? "none", now ?? "none"];
}

function whyOf(flip: Flip): readonly (readonly Span[])[] {
  return flip.because.map(({ says }) => [`${flip.model} ${flip.version}, run ${flip.run_id}: ${says}`]);
}

function sayMissing(one: NotRejudged): readonly Span[] {
  return [`${sayDecision(one)}: ${one.says} (${one.code})`];
}

/** `promote m 1.0.0 to SHADOW in prod, 2026-11-20, live`. */
function sayDecision(one: PastDecision & { readonly live: string | null }): string {
  const { kind, model, version, decided_at: at, live } = one;
  if (at === "") return `${model} ${version}, refused (run ${one.run_id})`;
  const asked = requestText({ ...one, phase: null });
  const state = kind === "refusal" ? ["refused"] : live === null ? [] : ["live"];
  return [asked, at.slice(0, 10), ...state].join(", ");
}

function unshown(all: readonly unknown[], what: string): readonly Block[] {
  return all.length <= MOST_SHOWN
    ? []
    : [text(`And ${all.length - MOST_SHOWN} more ${what}; --json lists them all.`)];
}

export function backtestText(found: Backtest, width: number): string {
  return terminalBlocks(composeBacktest(found), width);
}

/** `maxBytes` of UTF-8; whole sections are left out to stay below. */
export function backtestMarkdown(found: Backtest, maxBytes: number = SUMMARY_BYTES): string {
  return fit(composeBacktest(found), writeSections, maxBytes, "modelgate backtest --json");
}
