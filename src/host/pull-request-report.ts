import type { Proposal } from "../usecases/propose.ts";
import type { Refusal } from "../usecases/transition/refusals.ts";
import type { Annotation } from "./annotations.ts";

type Outputs = Readonly<Record<string, string>>;

/** What a later step reads about the pull request of a proposal; empty texts where there is no forge. */
export function pullRequestOutputs({ pullRequest, created }: Proposal): Outputs {
  if (!pullRequest) return { ...NO_PULL_REQUEST, "pull-request-operation": created ? "created" : "none" };
  const { number, url, operation, headCommit } = pullRequest;
  return {
    "pull-request-operation": operation,
    "pull-request-number": String(number),
    "pull-request-url": url,
    "pull-request-head-sha": headCommit,
    "pull-request-commits-verified": "true",
  };
}

/** The pull request that a refusal closed, or that there is none. */
export function refusalOutputs({ withdrawn }: Refusal): Outputs {
  if (!withdrawn) return { ...NO_PULL_REQUEST, "pull-request-operation": "none" };
  const { number, url } = withdrawn;
  return {
    ...NO_PULL_REQUEST,
    "pull-request-operation": "closed",
    "pull-request-number": String(number),
    "pull-request-url": url,
  };
}

const NO_PULL_REQUEST: Outputs = {
  "pull-request-number": "",
  "pull-request-url": "",
  "pull-request-head-sha": "",
  "pull-request-commits-verified": "",
};

/** What somebody has to know about the pull request besides the verdict. */
export function pullRequestAnnotations({ pullRequest }: Proposal): readonly Annotation[] {
  if (!pullRequest) return [];
  const { number, runsWait, notes } = pullRequest;
  const waiting = `The checks of pull request ${number} start after somebody chooses "Approve workflows to run": it was made with GITHUB_TOKEN. The token of a GitHub App avoids it.`;
  return [
    ...(runsWait ? [{ level: "notice", title: "Checks wait for approval", message: waiting } as const] : []),
    ...notes.map((message) => ({ level: "warning", title: "Pull request", message }) as const),
  ];
}
