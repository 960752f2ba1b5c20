import type { PromotionBlock } from "../../domain/promotion-block.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import type { Forge } from "../../ports/forge.ts";
import { markdownCode } from "../../report/escape.ts";
import { unlessRefused } from "./announce.ts";
import type { Standing } from "./standing.ts";

/** Tells those who reviewed a proposal that another one took its place, and why their reviews no longer count. */
export function tellReplaced(
  forge: Forge,
  number: number,
  of: { readonly before: Standing; readonly now: PromotionBlock },
): Promise<readonly string[]> {
  const { before, now } = of;
  if (before.proposal === null) return Promise.resolve([]);
  const old = markdownCode(shortCommit(before.proposal.commit));
  const text =
    `${markdownCode(shortCommit(now.commit))} replaces ${old}: ${reasonOf(before.block, now)} ` +
    "Reviews of the older commit do not count for this one.";
  return unlessRefused("comment", () => forge.addComment(number, text));
}

function reasonOf(before: PromotionBlock | null, now: PromotionBlock): string {
  if (before === null) return "the text of the older proposal could not be read.";
  const version = (of: PromotionBlock): string => markdownCode(`${of.event} ${of.version}`);
  if (before.version !== now.version || before.event !== now.event) {
    return `${version(before)} was proposed before, now it is ${version(now)}.`;
  }
  if (before.base_commit !== now.base_commit) {
    return `the base moved from ${markdownCode(shortCommit(before.base_commit))} to ${markdownCode(shortCommit(now.base_commit))}, so it was judged anew.`;
  }
  return "it was judged anew.";
}
