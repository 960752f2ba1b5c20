import { shortCommit } from "../domain/short-commit.ts";
import { GateError, gateError, tried, triedOr } from "../errors.ts";
import type { CheckAnnotation, Forge } from "../ports/forge.ts";
import type { Git } from "../ports/git.ts";
import type { Annotation } from "../report/annotations.ts";
import { checkAnnotations, checkHeadline, renderCheckMarkdown } from "../report/check.ts";
import { PULL_REQUEST_BYTES } from "../report/markdown.ts";
import type { CheckOptions } from "../usecases/check/scene.ts";
import type { CheckReport } from "../usecases/check/report.ts";
import { fetchRefusals } from "../usecases/forge/fetch-records.ts";
import { publishCheck } from "../usecases/forge/publish-check.ts";
import { readApprovals } from "../usecases/forge/read-approvals.ts";
import type { RoleHolders } from "../usecases/forge/roles.ts";
import { postStickyComment, refreshStickyComment } from "../usecases/forge/sticky-comment.ts";
import type { OpenPullRequests } from "../usecases/trust-change/dependents.ts";
import { pullRequestOf, type WorkflowEvent } from "./event.ts";

/** The job's view of the forge: opened only when something is asked or told. */
export interface CheckForge {
  readonly event: WorkflowEvent;
  readonly open: () => Promise<Forge>;
  readonly roles: RoleHolders;
  readonly git: Pick<Git, "resolve" | "isAncestor" | "head" | "fetch">;
}

/** Everything that the check may ask the forge. */
export function askedOf(
  of: CheckForge,
  judged: string,
): Pick<CheckOptions, "approvals" | "openPullRequests" | "refusals"> {
  const refusals = () => fetchRefusals(of.git, of.open);
  return { ...approvalsFrom(of, judged), openPullRequests: pullRequestsFrom(of), refusals };
}

/** How the check asks for reviews; empty when the event is about no pull request, so that approvals cannot be told. */
export function approvalsFrom(of: CheckForge, judged: string): Pick<CheckOptions, "approvals"> {
  const about = pullRequestOf(of.event);
  if (!about) return {};
  return {
    approvals: async (requestedBy) => {
      const forge = await of.open();
      const head = about.head ?? (await headInQueue(of, forge, { number: about.number, judged }));
      const roles = Object.keys(of.roles).length === 0 ? null : of.roles;
      return readApprovals(forge, { number: about.number, head, roles, requestedBy });
    },
  };
}

/** Lists open pull requests for a check that has to name some; what the forge refuses is no reason to fail. */
function pullRequestsFrom(of: CheckForge): OpenPullRequests {
  return async () => triedOr(null, async () => (await of.open()).openPullRequests());
}

/** A merge group names no head: it is the pull request's present one, if that is what the group merges. */
async function headInQueue(
  { git }: CheckForge,
  forge: Forge,
  { number, judged }: { number: number; judged: string },
): Promise<string> {
  const { headCommit } = await forge.pullRequest(number);
  const here = (await git.resolve(headCommit)) === headCommit;
  if (here && (await git.isAncestor(headCommit, judged))) return headCommit;
  const text = `The head of pull request ${number}, ${shortCommit(headCommit)}, is not what the queue merges.`;
  throw gateError("FORGE_HEAD_MOVED", text);
}

export interface Telling {
  /** Write one comment on the pull request and keep it up to date. */
  readonly comment: boolean;
  /** Name of a check run with every annotation; null for none. */
  readonly checkRun: string | null;
}

/**
 * Tells the pull request what was found; what the forge refuses is returned as notes and changes no answer. Where nothing
 * governed changed no comment is begun, and one that is there is brought up to date.
 */
export async function tellForge(
  of: CheckForge,
  report: CheckReport,
  telling: Telling,
): Promise<readonly string[]> {
  const about = pullRequestOf(of.event);
  const told: Promise<readonly string[]>[] = [];
  const { comment, checkRun } = telling;
  if (comment && about) {
    const text = renderCheckMarkdown(report, PULL_REQUEST_BYTES);
    told.push(
      notWritten("comment", async () =>
        tellInComment(await of.open(), report, { number: about.number, text }),
      ),
    );
  }
  if (checkRun !== null)
    told.push(
      notWritten("check run", async () =>
        publish(await of.open(), report, { name: checkRun, head: about?.head ?? report.head }),
      ),
    );
  return (await Promise.all(told)).flat();
}

function tellInComment(
  forge: Forge,
  { kind, problems }: CheckReport,
  about: { number: number; text: string },
): Promise<unknown> {
  const idle = kind === "other" && problems.length === 0;
  return (idle ? refreshStickyComment : postStickyComment)(forge, { ...about, subject: "check" });
}

function publish(forge: Forge, report: CheckReport, as: { name: string; head: string }): Promise<unknown> {
  return publishCheck(forge, {
    ...as,
    outcome: report.outcome,
    title: checkHeadline(report),
    summary: renderCheckMarkdown(report, PULL_REQUEST_BYTES),
    annotations: checkAnnotations(report).flatMap(beside),
  });
}

/** Only a remark on a file can stand beside a line. */
function beside({ level, title, message, where }: Annotation): CheckAnnotation[] {
  if (!where) return [];
  const weight = level === "error" ? ("failure" as const) : level;
  return [{ path: where.file, line: where.line ?? 1, level: weight, title, message }];
}

async function notWritten(what: string, tell: () => Promise<unknown>): Promise<readonly string[]> {
  const told = await tried(tell);
  return told instanceof GateError ? [`The ${what} was not written: ${told.message}`] : [];
}
