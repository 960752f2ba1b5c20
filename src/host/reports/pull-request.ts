import { REFUSALS_REF } from "../../domain/records-ref.ts";
import { markdownCode, plainText } from "../../report/escape.ts";
import type { Proposal } from "../../usecases/transition/propose.ts";
import type { Refusal } from "../../usecases/transition/refusals.ts";
import type { Annotation } from "../../report/annotations.ts";

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

/** What became of a request, for people: a sentence of plain text, and the same as Markdown. */
export interface Whereabouts {
  readonly text: string;
  readonly markdown: string;
}

/** Where a proposal waits for people. */
export function whereItWaits({ pullRequest, branch }: Proposal): Whereabouts {
  if (!pullRequest) {
    const says = (name: string): string =>
      `It waits on the branch ${name} of this checkout; without a token no pull request was opened.`;
    return { text: says(plainText(branch)), markdown: says(markdownCode(branch)) };
  }
  const { number, url, operation } = pullRequest;
  const done = operation === "none" ? "is there already" : `was ${operation}`;
  const says = (link: string): string => `Pull request ${number} ${done}: ${link}`;
  return { text: says(plainText(url)), markdown: says(`<${new URL(url).href}>`) };
}

/**
 * Where the evidence of a refusal is kept, and which pull request it closed. `remote` is where the clone can share it: null
 * where it has none.
 */
export function whereItIsKept(
  { ref, evidence, signed, withdrawn }: Refusal,
  remote: string | null,
): Whereabouts {
  const closed = withdrawn ? ` Pull request ${withdrawn.number} was closed.` : "";
  const unsigned = signed ? "" : " The record is not signed.";
  const push =
    remote === null
      ? "This clone has no remote to share it with."
      : `Share it with: git push ${remote} ${REFUSALS_REF}`;
  const share = withdrawn === undefined ? ` ${push}` : "";
  const says = (on: string, at: string): string =>
    `Nothing was changed.${closed} The refusal and its evidence are kept on ${on}, in ${at}.${unsigned}${share}`;
  return {
    text: says(plainText(ref), plainText(evidence)),
    markdown: says(markdownCode(ref), markdownCode(evidence)),
  };
}

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
