import { mayMerge } from "../../domain/outcome.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Forge, PullRequest } from "../../forge-port.ts";
import type { Git } from "../../ports.ts";
import type { Decision } from "../decision.ts";
import type { ProposeOptions } from "../propose.ts";
import { packFolder, proposalBranch, refusalBranch } from "../transition/branches.ts";
import { packChange } from "../transition/draft.ts";
import { refusalMessage } from "../transition/message.ts";
import type { Refusal } from "../transition/refusals.ts";
import { unlessRefused } from "./announce.ts";
import { blockOf } from "./standing.ts";
import { postStickyComment } from "./sticky-comment.ts";
import { writeCommit } from "./write-commit.ts";

const ATTEMPTS = 5;

/**
 * Keeps the evidence of a refused decision on the forge's append-only branch `refused/<env>/<model>`. An open pull request
 * that proposes the same version no longer holds: it gets the report and is closed. FORGE_RACE_LOST only when others win
 * again and again.
 */
export async function keepRefusal(
  { git, forge }: { git: Git; forge: Forge },
  decision: Decision,
  { text }: Pick<ProposeOptions, "text">,
): Promise<Refusal> {
  const { request, verdict } = decision;
  if (mayMerge(verdict.outcome)) {
    throw gateError(
      "LEDGER_NOT_REFUSED",
      `The verdict on ${request.model} ${request.version} is ${verdict.outcome}.`,
    );
  }
  const commit = await appendRefusal({ git, forge }, decision);
  const withdrawn = await withdrawProposal(forge, decision, text);
  const evidence = packFolder({ model: request.model, version: request.version, runId: verdict.run_id });
  return { branch: refusalBranch(request), commit, signed: true, evidence, withdrawn };
}

async function appendRefusal(
  { git, forge }: { git: Git; forge: Forge },
  decision: Decision,
): Promise<string> {
  const branch = refusalBranch(decision.request);
  for (let attempt = 1; ; attempt += 1) {
    const tip = await forge.branch(branch);
    const merged =
      tip === null ||
      ((await git.resolve(tip)) !== undefined && (await git.isAncestor(tip, decision.baseCommit)));
    const parent = merged ? decision.baseCommit : tip;
    try {
      const made = await writeCommit(forge, {
        branch,
        tip,
        parent,
        message: refusalMessage(decision),
        change: packChange(decision),
        runId: decision.verdict.run_id,
      });
      return made.commit;
    } catch (error) {
      const lost = error instanceof GateError && error.code === "FORGE_RACE_LOST";
      if (!lost || attempt >= ATTEMPTS) throw error;
    }
  }
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
