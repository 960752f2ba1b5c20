import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { mayMerge, type Outcome } from "../../domain/outcome.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Git } from "../../ports.ts";
import type { Decision } from "../decision.ts";
import { branchTip, packFolder, refusalBranch } from "./branches.ts";
import { packChange } from "./draft.ts";
import { refusalMessage } from "./message.ts";

/** A refused attempt, kept on its branch. */
export interface Refusal {
  readonly branch: string;
  readonly commit: string;
  readonly signed: boolean;
  /** Folder of the evidence pack. */
  readonly evidence: string;
  /** The open pull request that this closed, on a forge. */
  readonly withdrawn?: {
    readonly number: number;
    readonly url: string;
    readonly notes: readonly string[];
  } | null;
}

/** Times that an append is tried again when somebody else appended first. */
const ATTEMPTS = 5;

/**
 * Keeps the evidence of a refused decision as one commit on the append-only branch `refused/<env>/<model>`, on top of
 * what was refused before. It changes no ledger. GIT_RACE_LOST only when others win again and again.
 */
export async function recordRefusal(
  ports: { git: Git },
  decision: Decision,
  options: { now: Date },
): Promise<Refusal> {
  const { request, verdict } = decision;
  if (mayMerge(verdict.outcome)) {
    throw gateError(
      "LEDGER_NOT_REFUSED",
      `The verdict on ${request.model} ${request.version} is ${verdict.outcome}.`,
    );
  }
  const branch = refusalBranch(request);
  const evidence = packFolder({ model: request.model, version: request.version, runId: verdict.run_id });
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { branch, evidence, ...(await append(ports.git, branch, { decision, now: options.now })) };
    } catch (error) {
      const lost = error instanceof GateError && error.code === "GIT_RACE_LOST";
      if (!lost || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function append(
  git: Git,
  branch: string,
  of: { decision: Decision; now: Date },
): Promise<{ commit: string; signed: boolean }> {
  const { decision, now } = of;
  const tip = await branchTip(git, branch);
  const merged = tip === null || (await git.isAncestor(tip, decision.baseCommit));
  return git.commit({
    branch,
    parent: merged ? decision.baseCommit : tip,
    expected: tip,
    change: packChange(decision),
    message: refusalMessage(decision),
    at: now,
  });
}

/** An attempt that was refused earlier. */
export interface EarlierRefusal {
  readonly version: string;
  readonly runId: string;
  readonly outcome: Outcome;
  /** Objectives and requirements that stood in the way, sorted; what forbade it outright when there are none. */
  readonly objectives: readonly string[];
  readonly decidedAt: string;
}

/**
 * Earlier refusals of a model, newest first: packs with a verdict of FAIL or INCONCLUSIVE in a revision and on the
 * refusal branches of the given environments. A pack whose verdict cannot be read counts as refused, so that damage
 * never hides one.
 */
export async function refusedBefore(
  git: Git,
  revision: string,
  of: { readonly model: string; readonly environments: readonly string[] },
): Promise<readonly EarlierRefusal[]> {
  const tips = [...of.environments, null].map((environment) =>
    branchTip(git, refusalBranch({ environment, model: of.model })),
  );
  const commits = [revision, ...(await Promise.all(tips)).filter((tip) => tip !== null)];
  const found = await Promise.all(commits.map((commit) => refusalsIn(git, commit, of.model)));
  // The same pack may lie in several commits: the first that refuses counts.
  const distinct = new Map(found.flat().toReversed());
  return [...distinct.values()].toSorted(
    (a, b) => compare(b.decidedAt, a.decidedAt) || compare(a.runId, b.runId),
  );
}

/** Path of the verdict -> refusal. */
async function refusalsIn(git: Git, commit: string, model: string): Promise<[string, EarlierRefusal][]> {
  const paths = (await git.paths(commit, `evidence/${model}`)).filter((path) =>
    path.endsWith("/verdict.json"),
  );
  const read = await Promise.all(paths.map((path) => readRefusal(git, commit, path)));
  return read.flatMap((refusal, at): [string, EarlierRefusal][] =>
    refusal ? [[paths[at] ?? "", refusal]] : [],
  );
}

async function readRefusal(git: Git, commit: string, path: string): Promise<EarlierRefusal | undefined> {
  const [, , version = "", runId = ""] = path.split("/");
  // The largest of the schemas, for what most models never have.
  const { VERDICT_V1 } = await import("../../generated/verdict-v1.js");
  try {
    const bytes = (await git.show(commit, path)) ?? new Uint8Array();
    const verdict = checkSchema<Verdict>(parseJson(bytes, path), VERDICT_V1);
    if (mayMerge(verdict.outcome)) return undefined;
    return {
      version,
      runId,
      outcome: verdict.outcome,
      objectives: blockers(verdict),
      decidedAt: verdict.decided_at,
    };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { version, runId, outcome: "INCONCLUSIVE", objectives: [error.code], decidedAt: "" };
  }
}

function blockers(verdict: Verdict): string[] {
  const items = verdict.policies.flatMap(({ objectives, requirements }) => [...objectives, ...requirements]);
  const blocking = [...verdict.refusals, ...items].filter(
    ({ outcome }) => outcome === "FAIL" || outcome === "INCONCLUSIVE",
  );
  return [...new Set(blocking.map(({ id }) => id))].toSorted(compare);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
