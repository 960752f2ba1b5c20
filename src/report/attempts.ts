import type { Attempts, LoosenedSince } from "../domain/attempts.ts";
import { REFUSALS_REF } from "../domain/records-ref.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { counted } from "../domain/counted.ts";
import { type Block, type Span, text, titledList } from "./blocks.ts";

const WORDS = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth"];

/** Of refusals and of loosened limits each. */
const MOST_SHOWN = 10;

/** Which try it is, what was loosened since the earlier ones, and what of their records is not here; nothing on a plain first try. */
export function attemptBlocks(attempts: Attempts | undefined): readonly Block[] {
  if (!attempts) return [];
  const { gone, unread, problems, earlier, loosened } = attempts;
  return [
    ...(earlier.length + unread === 0 ? [] : triesOf(attempts)),
    ...titledList("Loosened in between:", shown(loosened).map(sayLoosened)),
    ...(gone.length === 0 ? [] : [text(sayGone(gone))]),
    ...(unread === 0 ? [] : [text(`${unread} older records of refusals were not read.`)]),
    ...problems.map((problem) => text(`Whether it was refused before cannot be told in full: ${problem}`)),
  ];
}

function triesOf({ number, earlier, loosened, unread }: Attempts): readonly Block[] {
  const which = WORDS[number - 1] ?? `${number}th`;
  const dates = earlier.map(({ decided_at: at }) => at.slice(0, 10)).filter((date) => date !== "");
  const since = unread > 0 ? "" : (dates.at(-1) ?? "");
  const between =
    loosened.length > 0
      ? `${counted(loosened.length, "limit was", "limits were")} loosened`
      : "no limit was loosened";
  const first = `${which} try: ${between} since it was refused${since === "" ? "" : ` (first on ${since})`}.`;
  const items = shown(earlier).map(({ version, outcome, objectives, decided_at: at }): readonly Span[] => [
    [
      `${version}: ${outcome}`,
      ...(at === "" ? [] : [`at ${minuteOf(at)}`]),
      `(${objectives.join(", ")})`,
    ].join(" "),
  ]);
  return items.length === 0 ? [text(first)] : titledList(first, items);
}

/** Two tries of one day are told apart. */
function minuteOf(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}Z`;
}

function sayLoosened({ policy, what, from, to, commit }: LoosenedSince): readonly Span[] {
  const by = commit === null ? "" : `, in commit ${shortCommit(commit)}`;
  return [`${policy}, ${what}: ${from} -> ${to ?? "not asked for"}${by}`];
}

function sayGone(gone: Attempts["gone"]): string {
  const names = shown(gone).map(({ version, objectives }) => [version, ...objectives].join(", "));
  return `Its history remembers ${counted(gone.length, "refusal")} of which there is no record here (${names.join("; ")}). Fetch the records (git fetch origin ${REFUSALS_REF}:${REFUSALS_REF}); if they are gone there too, somebody deleted them.`;
}

function shown<T>(all: readonly T[]): readonly T[] {
  return all.slice(0, MOST_SHOWN);
}
