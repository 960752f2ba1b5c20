import { relative } from "node:path";
import { startRun } from "../host/start.ts";
import { openForge, TO_PROPOSE, tokenOf } from "../host/open-forge.ts";
import { approvalsText, rejudgedText, replacementText } from "../host/reports/proposal.ts";
import { whereItIsKept } from "../host/reports/pull-request.ts";
import { transitionPorts } from "../host/transition-ports.ts";
import { whereToPropose } from "../host/where-to-propose.ts";
import { openPorts, type Ports } from "../host/wiring.ts";
import { gateError } from "../errors.ts";
import type { Git } from "../ports/git.ts";
import { mayMerge } from "../domain/outcome.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { gate, type GateOptions } from "../usecases/gate/gate.ts";
import { plainText } from "../report/escape.ts";
import type { Decision } from "../usecases/gate/decision.ts";
import type { PullRequestReceipt } from "../usecases/transition/receipt.ts";
import type { Proposal } from "../usecases/transition/propose.ts";
import { behindRemote } from "../usecases/transition/behind-remote.ts";
import { proposalContextOf } from "../usecases/report-context.ts";
import type { AskedTransition } from "../usecases/request.ts";
import { transact, type TransitionResult } from "../usecases/transition/transact.ts";
import type { Console } from "./console.ts";
import type { CommandContext } from "./context.ts";
import { claimedOf, verdictText } from "./verdict-text.ts";

export interface TransitionOptions {
  readonly evidence?: string;
  readonly dryRun?: boolean;
  /** `owner/name` on GitHub: propose there, by pull request, instead of on a local branch. */
  readonly repository?: string;
  /** File of the key that signs the commit, in a local repository. */
  readonly key?: string;
}

/** Judges a transition and proposes it, or keeps the refusal; `--dry-run` only judges. Prints the report and what to do next. */
export async function runTransition(
  context: CommandContext,
  asked: Omit<AskedTransition, "requestedBy">,
  options: TransitionOptions,
): Promise<number> {
  const ports = await openPorts(await signing(context, options));
  const { name, email } = await ports.git.identity();
  const ask = { ...asked, requestedBy: `${name} <${email}>` };
  const start = startRun();
  const stored = options.evidence === undefined ? {} : { evidence: options.evidence };
  const { signal } = context;
  const { repository = null } = options;
  const forge =
    repository === null
      ? null
      : await openForge({ env: process.env, signal }, tokenOf(process.env), repository, TO_PROPOSE);
  const { proposals, gating: elsewhere } = await whereToPropose(ports.git, ask.event, { forge, roles: {} });
  const gating: GateOptions = { start, signal, ...stored, ...elsewhere };
  if (forge === null) await warnWhenBehind(context.console, ports.git);
  if (options.dryRun === true) return dryRun(context, { ports, ask, gating });
  const result = await transact(transitionPorts(ports, gating, proposals), ask, { now: start.now, signal });
  ports.progress.end();
  await showResult(context, result, ports.git);
  return result.kind === "proposed" ? 0 : 1;
}

/** A decision on an old base is refused when it is merged, or refuses what is allowed by now; nothing is fetched for this. */
async function warnWhenBehind(console: Console, git: Git): Promise<void> {
  const base = await git.head();
  const remote = await remoteOf(git);
  if (base.branch === null || remote === null) return;
  const warning = await behindRemote(git, remote, { commit: base.commit, branch: base.branch });
  if (warning !== null) console.note(`Warning: ${plainText(warning)}`);
}

/** GitHub signs what it commits, with a key of its own. SIGNING_KEY_*, HOST_ARGUMENT_INVALID. */
async function signing(
  { surroundings }: CommandContext,
  { key, repository }: TransitionOptions,
): Promise<CommandContext["surroundings"]> {
  if (key === undefined) return surroundings;
  if (repository !== undefined)
    throw gateError(
      "HOST_ARGUMENT_INVALID",
      "--key signs in a local repository; with --repository GitHub signs.",
    );
  const { openSigner } = await import("../adapters/signing/open-signer.ts");
  return { ...surroundings, signer: await openSigner(key, process.env) };
}

async function dryRun(
  { console }: CommandContext,
  { ports, ask, gating }: { ports: Ports; ask: AskedTransition; gating: GateOptions },
): Promise<number> {
  const decision = await gate(ports, ask, gating);
  ports.progress.end();
  console.data({ result: "dry-run", verdict: decision.verdict, ...claimedOf(decision) });
  console.text(await reportText(console, decision));
  console.text("Dry run: nothing was written.");
  return mayMerge(decision.verdict.outcome) ? 0 : 1;
}

async function showResult({ console }: CommandContext, result: TransitionResult, git: Git): Promise<void> {
  const { decision, kind, rejudged, notes } = result;
  for (const { message, code } of notes) console.text(plainText(`${message} (${code})`));
  for (const one of rejudged) console.text(rejudgedText(one));
  console.text(await reportText(console, decision));
  if (kind === "proposed") {
    console.data({
      result: kind,
      ...result.proposal,
      rejudged,
      verdict: decision.verdict,
      ...claimedOf(decision),
    });
    console.text(proposalText(result.proposal, { root: git.root, byKey: waitsForApproval(decision) }));
  } else {
    console.data({
      result: kind,
      ...result.refusal,
      rejudged,
      verdict: decision.verdict,
      ...claimedOf(decision),
    });
    console.text(whereItIsKept(result.refusal, await remoteOf(git)).text);
  }
}

async function remoteOf(git: Git): Promise<string | null> {
  const { remoteToShare } = await import("../host/remote-to-share.ts");
  const { branch } = await git.head();
  return remoteToShare(git.root, process.env, branch === null ? [] : [branch]);
}

function reportText(console: Console, decision: Decision): Promise<string> {
  return verdictText(decision, { format: "text", ...console }, proposalContextOf(decision));
}

/** A policy asks for approvals, and whoever judged here could not count them. */
function waitsForApproval({ verdict }: Decision): boolean {
  return verdict.policies.some(({ requirements }) =>
    requirements.some(({ id, outcome }) => id === "approvals" && outcome === "NOT_APPLICABLE"),
  );
}

function proposalText(proposal: Proposal, at: { readonly root: string; readonly byKey: boolean }): string {
  const { branch, commit, created, revision, signed, textPath, pullRequest } = proposal;
  const what = created ? "Proposed" : "Already proposed";
  const signature = signed ? "signed" : "not signed: git is not set up to sign commits here";
  const replacement = replacementText(proposal);
  return [
    `${what} as revision ${revision}: branch ${branch}, commit ${shortCommit(commit)}, ${signature}.`,
    ...(replacement === undefined ? [] : [plainText(replacement)]),
    ...approvalsText(proposal).map(plainText),
    ...(pullRequest
      ? pullRequestText(pullRequest)
      : nextByHand(branch, relative(at.root, textPath), at.byKey)),
  ].join("\n");
}

function nextByHand(branch: string, text: string, byKey: boolean): readonly string[] {
  return [
    `Text for the pull request: ${text}`,
    "Next:",
    `  git show --stat ${branch}     to review it`,
    ...(byKey ? [`  modelgate approve ${branch}   to approve it by a key (or by a review on GitHub)`] : []),
    `  git merge --no-ff ${branch}   to merge it`,
  ];
}

function pullRequestText({ number, url, operation, runsWait, notes }: PullRequestReceipt): readonly string[] {
  const done = operation === "none" ? "is there already" : `was ${operation}`;
  return [
    `Pull request ${number} ${done}: ${plainText(url)}`,
    ...(runsWait ? ['Its checks start after somebody chooses "Approve workflows to run" there.'] : []),
    ...notes.map((note) => plainText(note)),
  ];
}
