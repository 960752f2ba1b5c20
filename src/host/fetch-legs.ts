import { hasArtifacts } from "../adapters/artifact/service.ts";
import { gateError } from "../errors.ts";
import type { CheckOptions } from "../usecases/check/scene.ts";
import { fetchLegs } from "../usecases/check/fetch-legs.ts";
import type { ActionHost } from "./action-host.ts";
import { workflowRunOf } from "./store-run.ts";

/** Inputs that say where measurements come from. */
interface LegInputs {
  readonly evidence: string | null;
  readonly needs: string | null;
  /** Take them from the artifacts of this workflow run. */
  readonly "fan-in": boolean;
}

/** What other jobs measured for a commit; empty when nobody hands anything in. ARTIFACT_*. */
export async function legsFrom(
  { env, signal }: Pick<ActionHost, "env" | "signal">,
  { evidence, needs, "fan-in": fanIn }: LegInputs,
  commit: string,
): Promise<Pick<CheckOptions, "legs">> {
  if (!fanIn) return evidence === null && needs === null ? {} : { legs: { folder: evidence, needs } };
  if (evidence !== null)
    throw gateError("ARTIFACT_FAN_IN_TWICE", "Both `fan-in` and `evidence` say where measurements are.");
  if (!hasArtifacts(env)) throw gateError("ARTIFACT_SERVICE_MISSING", "`fan-in` asks for artifacts.");
  const { openArtifacts } = await import("../adapters/artifact/artifacts.ts");
  const workflow = workflowRunOf(env);
  return { legs: { ...(await fetchLegs(openArtifacts({ env, signal }), { commit, workflow })), needs } };
}
