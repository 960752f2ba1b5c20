import type { Transition } from "../../domain/ledger.ts";
import type { Forge, PullRequest } from "../../ports/forge.ts";
import { markdownCode, markdownText } from "../../report/escape.ts";
import { PROPOSALS } from "../transition/branches.ts";
import { unlessRefused } from "./announce.ts";
import { blockOf } from "./standing.ts";
import { postStickyComment } from "./sticky-comment.ts";

/** Ways to bring a version into a slot, or back into one: none of them is open to a version that left for good. */
const FORWARD: ReadonlySet<string> = new Set([
  "PROMOTE_TO_SHADOW",
  "PROMOTE_TO_CANARY",
  "PROMOTE_TO_PRODUCTION",
  "ROLLBACK",
  "ENABLE",
]);

/**
 * A revoked or retired version takes its open promotion pull requests along: each is told why and closed. What the token
 * may not do is a note; the required check refuses such a pull request in any case.
 */
export async function closeRevoked(
  forge: Forge,
  transition: Transition,
): Promise<{ closed: readonly number[]; notes: readonly string[] }> {
  if (transition.event !== "REVOKE" && transition.event !== "RETIRE") return { closed: [], notes: [] };
  const open = (await forge.openPullRequests()).filter((one) => proposes(one, transition));
  const closed: number[] = [];
  const notes: string[] = [];
  for (const { number } of open) {
    const failed = await unlessRefused(`end of pull request ${number}`, () =>
      close(forge, number, transition),
    );
    notes.push(...failed);
    if (failed.length === 0) closed.push(number);
  }
  return { closed, notes };
}

function proposes(pullRequest: PullRequest, { model, version }: Transition): boolean {
  if (!pullRequest.head.startsWith(PROPOSALS)) return false;
  const block = blockOf(pullRequest);
  return block !== null && block.model === model && block.version === version && FORWARD.has(block.event);
}

async function close(
  forge: Forge,
  number: number,
  { event, model, version, reason }: Transition,
): Promise<void> {
  const done = event === "REVOKE" ? "revoked" : "retired";
  const text = `${markdownCode(`${model} ${version}`)} was ${done}: ${markdownText(reason)}. It can no longer be promoted, so this is closed.`;
  await postStickyComment(forge, { number, subject: "withdrawn", text });
  await forge.updatePullRequest(number, { state: "closed" });
}
