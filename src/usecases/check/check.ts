import type { ApprovalFacts } from "../../domain/approvals.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { EnforcedElsewhere } from "../../policy/judge/request.ts";
import type { Files, Git, GitObjects } from "../../ports.ts";
import type { MeasurePorts, MeasureTask } from "../gate/measure-task.ts";
import type { RecordsElsewhere } from "../refusals/earlier.ts";
import type { RunStart } from "../run-context.ts";
import type { OpenPullRequests } from "../trust/dependents.ts";
import { type Change, type Range, readChange } from "./change.ts";
import type { Gathered } from "./legs.ts";
import { type CheckReport, type Findings, foundOr, reportOn } from "./report.ts";

export interface CheckPorts extends Omit<MeasurePorts, "files"> {
  readonly git: Git & Pick<GitObjects, "object">;
  /** The work tree: where the evidence of other jobs was put. */
  readonly files: Files;
  readonly filesAt: (commit: string) => Files;
}

/** Measurements that other jobs made, instead of measuring here. */
export interface Legs {
  /** Folder of evidence, relative to the repository: `<leg>/<kind>.json`; null: measure here all the same. */
  readonly folder: string | null;
  /** Where the folder is; the work tree when it is left out. */
  readonly files?: Pick<Files, "list" | "readIfExists">;
  /** The JSON of GitHub's `needs` context; null when there are no jobs before. */
  readonly needs: string | null;
}

export interface CheckOptions {
  readonly start: RunStart;
  /** Requirements that somebody else enforces before the merge: the forge's own rules, for example. */
  readonly enforcedElsewhere?: EnforcedElsewhere;
  /** Asks the forge about reviews of the change; asked only when a policy requires approvals. */
  readonly approvals?: (requestedBy: string | null) => Promise<ApprovalFacts>;
  /** Fetches records of refused attempts, besides those of this repository. */
  readonly refusals?: () => Promise<RecordsElsewhere>;
  /** Full name of the branch that the change goes into, such as `refs/heads/main`; approvals of others do not count. */
  readonly ref?: string;
  /** Lists open pull requests, to name those that depend on what a change of trust revokes. */
  readonly openPullRequests?: OpenPullRequests;
  readonly legs?: Legs;
  readonly benchmark?: NonNullable<MeasureTask["benchmark"]>;
  readonly signal?: AbortSignal;
}

/** What the parts of the check share. */
export interface CheckScene {
  readonly ports: CheckPorts;
  readonly change: Change;
  readonly options: CheckOptions;
  /** Evidence of other jobs that was proven to be about the change; null: measure here. */
  readonly handedIn: readonly Evidence[] | null;
}

/**
 * The required check: classifies a change, proves what it claims, measures again and judges, all on the base's policies,
 * ledger and environments. The content of the change is judged and never throws; errors are about the base, the tool or
 * the runner (GIT_*, POLICY_* and LEDGER_* of the base, ENGINE_*).
 */
export async function check(ports: CheckPorts, range: Range, options: CheckOptions): Promise<CheckReport> {
  const change = await readChange(ports.git, range);
  const kind = (await adopts(ports.git, change)) ? "adoption" : change.kind;
  if (kind !== "adoption" && change.problems.length > 0) return reportOn(change, kind, change);
  const legs = await gathered(ports, change, options);
  if (legs && legs.problems.length > 0) return reportOn(change, kind, legs);
  const scene = { ports, change, options, handedIn: legs?.evidence ?? null };
  return reportOn(change, kind, await foundOr(() => examine(kind, scene)));
}

/** Each kind is loaded only when it is examined, so that an unrelated change starts and ends fast. */
async function examine(kind: CheckReport["kind"], scene: CheckScene): Promise<Findings> {
  switch (kind) {
    case "other":
      return { problems: [] };
    case "adoption":
      return (await import("./adoption.ts")).checkAdoption(scene.ports, scene.change);
    case "registration":
      return (await import("./registration.ts")).checkRegistration(scene);
    case "promotion":
      return (await import("./promotion.ts")).checkPromotion(scene);
    case "trust":
      return (await import("./trust-change.ts")).checkTrust(
        scene.ports.git,
        scene.change,
        scene.options.openPullRequests,
      );
    case "policy":
      return (await import("./policy-change.ts")).checkPolicies(scene.ports.git, scene.change);
  }
}

async function gathered(ports: CheckPorts, change: Change, options: CheckOptions): Promise<Gathered | null> {
  if (!options.legs) return null;
  const { gatherLegs } = await import("./legs.ts");
  return gatherLegs(ports, change, { given: options.legs, now: options.start.now });
}

/** The first ledger comes to a base that has none. */
async function adopts(git: Git, { base, paths }: Change): Promise<boolean> {
  const arrives = paths.some(({ path, after }) => path === LEDGER_FILE && after !== null);
  return arrives && (await git.show(base, LEDGER_FILE)) === undefined;
}
