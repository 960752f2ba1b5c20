import { type EvidenceKind, packFolder } from "../../domain/evidence.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import { formatModelRef, type ModelRef } from "../../domain/model-ref.ts";
import { liveVersion } from "../../domain/ledger.ts";
import { GateError, gateError } from "../../errors.ts";
import { type GateBase, readBase } from "../gate/base.ts";
import { neededKinds } from "../gate/asked-measurements.ts";
import { type Change, readChange, type Range } from "../proof/change.ts";
import type { CheckPorts } from "./scene.ts";
import { registrationOf, requestOf } from "../request.ts";
import { remeasured } from "./remeasure.ts";
import { provenTransition } from "../proof/transition.ts";

/** One measurement that a job of its own can make. */
export interface Leg {
  readonly model: string;
  readonly version: string;
  readonly kind: EvidenceKind;
  /** The live version to measure alongside, `id@version`; empty when there is none. */
  readonly live: string;
  /** The transition that it is for: policies set the tolerances of parity. */
  readonly event: LifecycleEvent;
  /** Empty for an event that holds everywhere. */
  readonly environment: string;
  /** Name of the folder that its evidence lies in: `<model>_<version>_<kind>`. */
  readonly evidence: string;
}

/** The measurements of a change, for a job matrix. */
export interface MeasurementPlan {
  readonly kind: Change["kind"];
  readonly base: string;
  readonly head: string;
  readonly legs: readonly Leg[];
}

/** GitHub refuses a matrix of more jobs, in words that say nothing about the change. */
const MOST_LEGS = 256;

/**
 * What `modelgate check` would measure, but integrity, which it always checks itself. Errors: CHECK_PLAN_TOO_LARGE, GIT_*, and
 * those of the base.
 */
export async function planChecks(ports: CheckPorts, range: Range): Promise<MeasurementPlan> {
  const change = await readChange(ports.git, range);
  const { kind, base, head } = change;
  const legs = await legsOf(ports, change);
  if (legs.length <= MOST_LEGS) return { kind, base, head, legs };
  const text = `The change needs ${legs.length} measurements; a matrix has ${MOST_LEGS} jobs at most.`;
  throw gateError("CHECK_PLAN_TOO_LARGE", text);
}

/** Empty for a change that the check refuses unmeasured. */
export async function legsOf(ports: CheckPorts, change: Change): Promise<readonly Leg[]> {
  if (change.problems.length > 0) return [];
  if (change.kind === "registration") {
    const all = await Promise.all(change.versions.map((ref) => registrationLegs(ports, change, ref)));
    return all.flat();
  }
  return change.kind === "promotion" ? promotionLegs(ports, change) : [];
}

async function registrationLegs(ports: CheckPorts, change: Change, ref: ModelRef): Promise<readonly Leg[]> {
  const request = registrationOf(ref);
  const base = await readBase(ports.git, change.base, request);
  return legs(ref, neededKinds(base, request), { base, event: "REGISTER", environment: null });
}

async function promotionLegs(ports: CheckPorts, change: Change): Promise<readonly Leg[]> {
  try {
    const transition = await provenTransition(ports.git, change);
    const request = requestOf(transition);
    const base = await readBase(ports.git, change.base, request);
    const ref = { id: request.model, version: request.version };
    const folder = packFolder({ ...transition, runId: transition.run_id });
    const { again } = await remeasured(ports.git, { base, request, change, folder });
    return legs(ref, again, { base, event: request.event, environment: request.environment });
  } catch (error) {
    if (error instanceof GateError && error.exitCode !== 3) return [];
    throw error;
  }
}

function legs(
  ref: ModelRef,
  kinds: readonly EvidenceKind[],
  at: { base: GateBase; event: LifecycleEvent; environment: string | null },
): Leg[] {
  const slot = at.environment === null ? undefined : liveVersion(at.base.ledger, ref.id, at.environment);
  const live =
    slot && slot.version !== ref.version ? formatModelRef({ id: ref.id, version: slot.version }) : "";
  return kinds
    .filter((kind) => kind !== "integrity")
    .map((kind) => ({
      model: ref.id,
      version: ref.version,
      kind,
      live: kind === "benchmark" ? live : "",
      event: at.event,
      environment: at.environment ?? "",
      evidence: `${ref.id}_${ref.version}_${kind}`,
    }));
}
