import { afterAnswer } from "./after-answer.ts";
import type { LifecycleEvent } from "../domain/lifecycle.ts";
import { formatPromotionBlock, type PromotionBlock } from "../domain/promotion-block.ts";

/** GitHub refuses bodies of 65,536 characters and more. */
const MAX_CHARACTERS = 65_000;

/** Each on one line: GitHub shows line breaks of a pull request as they are. */
const RUNS_WAIT =
  "> **Its checks wait for approval.** This pull request was made with the job's own `GITHUB_TOKEN`, so GitHub starts its workflows only after somebody who may write chooses *Approve workflows to run*. With the token of a GitHub App they start at once.";
const NEXT =
  "**To let it through**, approve it and merge it with a merge commit. **To refuse it**, close it. Push nothing to its branch: the required check refuses what modelgate did not write. If the base moves, ask for the same again; this pull request is brought up to date.";

/** Who is woken at night has a browser, and maybe no clone: the command stands further below. */
function wayBack(event: LifecycleEvent): string {
  const run = (what: string): string =>
    ` **To take it back** once it is merged, run *Actions > lifecycle* with ${what}.`;
  if (event === "PROMOTE_TO_PRODUCTION")
    return run("ROLLBACK, or with DISABLE where nothing was live before");
  return event.startsWith("PROMOTE_TO") || event === "ENABLE" ? run("DISABLE") : "";
}

export interface PullRequestText {
  /** Markdown of the report, escaped already. */
  readonly report: string;
  readonly block: PromotionBlock;
  /** True when the token's runs wait for approval. */
  readonly runsWait: boolean;
}

/**
 * The body of a promotion pull request: the answer, which is the report's first paragraph, what to do, the rest of the
 * report, and the digests for machines.
 */
export function pullRequestBody({ report, block, runsWait }: PullRequestText): string {
  const todo = [...(runsWait ? [RUNS_WAIT] : []), `${NEXT}${wayBack(block.event)}`];
  const end = formatPromotionBlock(block);
  const room = MAX_CHARACTERS - [...todo, end].join("\n\n").length - 4;
  // The report knows its own limit; a caller's longer one must never push the digests out.
  const shown = report.length <= room ? report.trimEnd() : `${report.slice(0, room - 1).toWellFormed()}…`;
  return `${afterAnswer(shown, todo)}\n${end}\n`;
}
