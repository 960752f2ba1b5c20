import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { Git } from "../../ports/git.ts";
import { type Change, type Range, readChange } from "../proof/change.ts";
import type { Gathered } from "./legs.ts";
import { type CheckReport, type Findings, foundOr, reportOn } from "./report.ts";
import type { CheckOptions, CheckPorts, CheckScene } from "./scene.ts";

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
      return (await import("./policy-change.ts")).checkPolicies(
        scene.ports.git,
        scene.change,
        scene.options.refusals,
      );
  }
}

async function gathered(ports: CheckPorts, change: Change, options: CheckOptions): Promise<Gathered | null> {
  if (!options.legs) return null;
  const { gatherLegs } = await import("./legs.ts");
  return gatherLegs(ports, change, { given: options.legs, now: options.start.now });
}

/** The first ledger comes to a line that never had one; a ledger that was deleted is followed, not begun again. */
async function adopts(git: Git, { base, paths }: Change): Promise<boolean> {
  const arrives = paths.some(
    ({ path, before, after }) => path === LEDGER_FILE && before === null && after !== null,
  );
  return arrives && (await isShallowOrNever(git, base));
}

/** A cut history shows no earlier ledger: then the change is judged as it looks. */
async function isShallowOrNever(git: Git, base: string): Promise<boolean> {
  return (await git.isShallow()) || (await git.history(base, LEDGER_FILE)).length === 0;
}
