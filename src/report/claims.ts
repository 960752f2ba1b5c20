import { formatChange, formatNumber } from "../domain/numbers.ts";
import type { Claimed, ClaimedMetric, ClaimedNumbers } from "../domain/registry/evaluation.ts";
import type { Verdict } from "../domain/verdict.ts";
import { type Block, text, titledList } from "./blocks.ts";

/** Words that stand beside each number of an author. */
const CLAIMED = "claimed, not measured";

/**
 * The quality that the author reports, beside what the author of the live version reported, each row marked as claimed; then
 * what of it says less than it seems to. Nothing where neither was read.
 */
export function claimBlocks(claims: ClaimedNumbers | null | undefined, verdict: Verdict): readonly Block[] {
  const odd = titledList("About what the author reports:", findingsOf(verdict));
  if (!claims) return odd;
  const { candidate, live } = claims;
  if (candidate.evaluation === null)
    return [text(`${nameOf(candidate)} cannot be read: its author claims nothing.`), ...odd];
  const table: Block = {
    kind: "table",
    header: [
      "",
      "quality",
      ...(live ? [`live ${live.version}`] : []),
      `candidate ${candidate.version}`,
      ...(live ? ["change"] : []),
    ],
    rows: candidate.evaluation.metrics.map((metric) => rowOf(metric, live)),
  };
  const apart = live ? comparedOn(candidate, live) : [];
  return [
    text("Quality is not measured yet. What the authors report in evaluation.json:"),
    table,
    ...apart,
    ...odd,
  ];
}

function nameOf({ version }: Claimed): string {
  return `evaluation.json of ${version}`;
}

function rowOf({ name, value, unit }: ClaimedMetric, live: Claimed | null): readonly string[] {
  const title = unit === "1" ? name : `${name} (${unit})`;
  if (live === null) return [CLAIMED, title, asWritten(value)];
  const before = live.evaluation?.metrics.find((one) => one.name === name && one.unit === unit)?.value;
  if (before === undefined) return [CLAIMED, title, "not claimed", asWritten(value), ""];
  return [CLAIMED, title, asWritten(before), asWritten(value), formatChange(before, value) ?? ""];
}

/** With the digits that authors write: 0.9999 is not 1. */
function asWritten(value: number): string {
  return formatNumber(value, 6);
}

/** Numbers of two data sets are not comparable, whoever measured them. */
function comparedOn(candidate: Claimed, live: Claimed): readonly Block[] {
  if (!candidate.evaluation || !live.evaluation) return [text(`${nameOf(live)} cannot be read.`)];
  const [mine, theirs] = [candidate, live].map(({ evaluation }) => describe(evaluation));
  if (mine === theirs) return [];
  return [text(`They are about different data: ${theirs} (live), ${mine} (candidate).`)];
}

function describe(evaluation: Claimed["evaluation"]): string {
  if (!evaluation) return "none";
  const { snapshot_id: snapshot, window, rows } = evaluation.dataset;
  return `${snapshot}${window ? ` from ${window.from} to ${window.to}` : ""}, ${rows} rows`;
}

/** Findings about claims of quality, which no measurement contradicts. */
export function isAboutClaims({ code }: { readonly code: string }): boolean {
  return code.startsWith("CLAIM_");
}

function findingsOf({ findings }: Verdict): readonly (readonly string[])[] {
  return findings
    .filter(isAboutClaims)
    .map(({ code, message, file }) => [`${message} ${file === null ? "" : `${file} `}(${code})`]);
}
