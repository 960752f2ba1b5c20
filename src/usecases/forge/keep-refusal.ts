import { REFUSALS_REF } from "../../domain/records-ref.ts";
import type { Forge, PullRequest } from "../../ports/forge.ts";
import type { Decision } from "../gate/decision.ts";
import type { ProposeOptions } from "../transition/propose.ts";
import { proposalBranch } from "../transition/branches.ts";
import { packChange } from "../transition/draft.ts";
import { refusalMessage } from "../transition/message.ts";
import { appending, type Refusal, refusedPack, requireRefused } from "../transition/refusals.ts";
import { unlessRefused } from "./announce.ts";
import { blockOf } from "./standing.ts";
import { postStickyComment } from "./sticky-comment.ts";

/**
 * Keeps the evidence of a refused decision on the forge's append-only ref `refs/modelgate/refusals`. An open pull request
 * that proposes the same version no longer holds: it gets the report and is closed. FORGE_RACE_LOST only when others win
 * again and again.
 */
export async function keepRefusal(
  { forge }: { forge: Forge },
  decision: Decision,
  { text }: Pick<ProposeOptions, "text">,
): Promise<Refusal> {
  requireRefused(decision);
  const made = await appending("FORGE_RACE_LOST", async () =>
    forge.appendRecord({
      ref: REFUSALS_REF,
      after: await forge.lastRecord(REFUSALS_REF),
      files: packChange(decision),
      message: refusalMessage(decision),
    }),
  );
  const withdrawn = await withdrawProposal(forge, decision, text);
  const { commit, verified: signed } = made;
  return { ref: REFUSALS_REF, commit, signed, evidence: refusedPack(decision), withdrawn };
}

/** Closes the open pull request of the refused version; null when there is none. */
async function withdrawProposal(
  forge: Forge,
  { request }: Decision,
  report: string,
): Promise<NonNullable<Refusal["withdrawn"]> | null> {
  const open = await forge.openPullRequests({ head: proposalBranch(request) });
  const about = open.find((one) => isAbout(one, request));
  if (!about) return null;
  const { number, url } = about;
  const text = `${report.trimEnd()}\n\nThis was judged anew and is refused now, so the pull request is closed.`;
  const notes = await unlessRefused("comment", () =>
    postStickyComment(forge, { number, subject: "refusal", text }),
  );
  await forge.updatePullRequest(number, { state: "closed" });
  return { number, url, notes };
}

function isAbout(pullRequest: PullRequest, { version, event }: Decision["request"]): boolean {
  const block = blockOf(pullRequest);
  return block?.version === version && block.event === event;
}
