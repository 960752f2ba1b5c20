import { formatPromotionBlock, type PromotionBlock } from "../domain/promotion-block.ts";

/** GitHub refuses bodies of 65,536 characters and more. */
const MAX_CHARACTERS = 65_000;

const RUNS_WAIT = `> **Its checks wait for approval.** This pull request was made with the job's own \`GITHUB_TOKEN\`, so GitHub
> starts its workflows only after somebody who may write chooses *Approve workflows to run*. With the token of a GitHub App
> they start at once.`;

export interface PullRequestText {
  /** Markdown of the report, escaped already. */
  readonly report: string;
  readonly block: PromotionBlock;
  /** True when the token's runs wait for approval. */
  readonly runsWait: boolean;
}

/** The body of a promotion pull request: the answer first, what a reader must know, and the digests for machines. */
export function pullRequestBody({ report, block, runsWait }: PullRequestText): string {
  const end = [...(runsWait ? [RUNS_WAIT] : []), formatPromotionBlock(block)].join("\n\n");
  const room = MAX_CHARACTERS - end.length - 2;
  // The report knows its own limit; a caller's longer one must never push the digests out.
  const shown = report.length <= room ? report.trimEnd() : `${report.slice(0, room - 1).toWellFormed()}…`;
  return `${shown}\n\n${end}\n`;
}
