import type { Broken } from "../domain/broken.ts";
import {
  type Ledger,
  type ModelState,
  modelState,
  type Transition,
  transitionCount,
} from "../domain/ledger.ts";
import type { ReasonCode } from "../domain/reasons/catalogue.ts";
import { GateError, triedOr } from "../errors.ts";
import { modelDigest } from "../ledger/ledger-text.ts";
import { verifyTransition } from "../ledger/verify.ts";
import type { Branch, Git } from "../ports/git.ts";
import { refuseUnknownModel, registeredVersions } from "./registry/registered-versions.ts";
import { gitLine, readTrustFor } from "./gate/base.ts";
import { sortedBroken } from "./gate/broken.ts";
import { brokenRules } from "./gate/last-lawful.ts";
import { claimedMove, readBaseLedger, readLedger, shownLedger } from "./gate/base-ledger.ts";
import { environmentsFor } from "./gate/environments.ts";
import { type Dependent, dependentsOf } from "./trust-change/dependents.ts";
import { behindApprovals } from "./transition/behind-approvals.ts";
import { PROPOSALS } from "./transition/branches.ts";

/** One model: what is registered, and where it is. */
export interface ModelStatus extends ModelState {
  readonly model: string;
  /** Versions whose folder is in the commit, newest first. */
  readonly versions: readonly string[];
}

/**
 * open: merging it makes the next revision of its model. stale: the model moved on since; ask again. broken: it does not
 * follow from its own base, or cannot be read; `reason` says why.
 */
export type ProposalStatus =
  | {
      readonly state: "open" | "stale";
      readonly branch: string;
      readonly commit: string;
      readonly transition: Transition;
    }
  | {
      readonly state: "broken";
      readonly branch: string;
      readonly commit: string;
      readonly reason: ReasonCode;
    };

export interface Status {
  readonly commit: string;
  readonly branch: string | null;
  /** Number of transitions that made deployed.json. */
  readonly transitions: number;
  /** Sorted by id. */
  readonly models: readonly ModelStatus[];
  readonly proposals: readonly ProposalStatus[];
  /** What is broken in the commit: only the way out works there, from what was lawful last. */
  readonly broken: readonly Broken[];
  /** Registered versions that depend on something revoked; null when trust.yaml or a manifest cannot be read. */
  readonly dependents: readonly Dependent[] | null;
}

/**
 * Everything that is deployed, registered or proposed, as of HEAD; of one model when `only` names it.
 * GIT_*, LEDGER_MISSING, LEDGER_*, GATE_MODEL_UNKNOWN.
 */
export async function status(ports: { git: Git }, only?: string): Promise<Status> {
  const { git } = ports;
  const head = await git.head();
  // What the way out would start from is what is deployed, whatever became of the file.
  const { ledger, broken } = await shownLedger(git, head.commit);
  const registered = await registeredVersions(git, head.commit);
  const ids = [...new Set([...Object.keys(ledger.models), ...registered.keys()])].toSorted(compare);
  if (only !== undefined) refuseUnknownModel(only, ids);
  const shown = ids.filter((id) => only === undefined || id === only);
  return {
    ...head,
    transitions: transitionCount(ledger),
    models: shown.map((model) => ({
      model,
      versions: registered.get(model) ?? [],
      ...modelState(ledger, model),
    })),
    proposals: await openProposals(git, { commit: head.commit, ledger }),
    broken: sortedBroken([...broken, ...(await brokenRules(gitLine(git), head.commit))]),
    dependents: await dependents(git, head.commit, only),
  };
}

async function dependents(
  git: Git,
  commit: string,
  only: string | undefined,
): Promise<readonly Dependent[] | null> {
  return triedOr(null, async () => {
    const trust = await readTrustFor(git, commit, "DISABLE");
    const found = trust ? await dependentsOf({ git }, { before: null, after: trust, commit }) : [];
    return found.filter(({ model }) => only === undefined || model === only);
  });
}

async function openProposals(git: Git, base: { commit: string; ledger: Ledger }): Promise<ProposalStatus[]> {
  const proposals: ProposalStatus[] = [];
  for (const branch of await git.branches(PROPOSALS)) {
    if (!(await git.isAncestor(branch.commit, base.commit)))
      proposals.push(await proposalStatus(git, branch, base.ledger));
  }
  return proposals;
}

async function proposalStatus(git: Git, { name, commit }: Branch, now: Ledger): Promise<ProposalStatus> {
  try {
    const [parent = ""] = (await behindApprovals(git, commit)).parents;
    const head = await readLedger(git, commit);
    const event = (await claimedMove(git, parent, head.bytes))?.event ?? "REGISTER";
    const base = await readBaseLedger(git, parent, event);
    const environments = await environmentsFor(git, parent, event);
    const { transition } = verifyTransition(base.bytes, head.bytes, environments);
    const { previous } = modelState(head.ledger, transition.model);
    const follows = previous === modelDigest(modelState(now, transition.model));
    return { state: follows ? "open" : "stale", branch: name, commit, transition };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { state: "broken", branch: name, commit, reason: error.code };
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
