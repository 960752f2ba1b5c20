import type { Digest } from "../../domain/digest.ts";
import type { Transition } from "../../domain/ledger.ts";
import { GateError } from "../../errors.ts";
import type { DeploymentRequest, DeploymentState, Forge } from "../../ports/forge.ts";
import { requestText } from "../../domain/request-text.ts";

export interface DeploymentRecord {
  readonly id: number;
  readonly environment: string;
  readonly state: DeploymentState;
  /** False when the same deployment was told before. */
  readonly created: boolean;
}

interface Deployed {
  readonly commit: string;
  readonly revision: number;
  readonly transition: Transition;
  readonly ledgerDigest: Digest;
}

/** GitHub cuts descriptions at 140 characters. */
const MAX_DESCRIPTION = 140;

/**
 * Tells the forge's deployments about a revision; null for events that concern no environment. Serving anything is a
 * success, a kill switch makes it inactive. Told twice, it is one deployment.
 */
export async function deploy(forge: Forge, of: Deployed): Promise<DeploymentRecord | null> {
  const { transition, commit, revision, ledgerDigest } = of;
  const { environment } = transition;
  if (environment === null) return null;
  const state = transition.event === "DISABLE" ? "inactive" : "success";
  const description = requestText({ ...transition, phase: transition.phase ?? null }).slice(
    0,
    MAX_DESCRIPTION,
  );
  const payload = payloadOf(transition, { revision, ledgerDigest });
  const { id, created } = await findOrCreate(forge, { commit, environment, description, payload });
  // A run that ended in between has made the deployment and told nothing about it.
  const silent = created || (await forge.deploymentState(id)) === null;
  if (silent) await forge.setDeploymentStatus(id, state, description);
  return { id, environment, state, created };
}

const ATTEMPTS = 3;

/** Looks before it asks, each time: an answer that was lost is no reason for a second deployment. */
async function findOrCreate(
  forge: Forge,
  request: DeploymentRequest,
): Promise<{ readonly id: number; readonly created: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const told = (await forge.deployments(request.environment, request.commit)).find(
      ({ commit, payload }) => commit === request.commit && digestIn(payload) === digestIn(request.payload),
    );
    if (told) return { id: told.id, created: attempt > 1 };
    try {
      return { ...(await forge.createDeployment(request)), created: true };
    } catch (error) {
      const lost = error instanceof GateError && error.code === "FORGE_UNAVAILABLE";
      if (!lost || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** Model and digests: whoever serves the environment finds here what to load. */
function payloadOf(
  transition: Transition,
  { revision, ledgerDigest }: Pick<Deployed, "revision" | "ledgerDigest">,
): Readonly<Record<string, unknown>> {
  const {
    event,
    model,
    version,
    phase = null,
    manifest_digest,
    policy_digest,
    evidence_digest,
    run_id,
  } = transition;
  return {
    schema_version: "modelgate/deployment/v1",
    event,
    model,
    version,
    phase,
    revision,
    ledger_digest: ledgerDigest,
    manifest_digest,
    policy_digest,
    evidence_digest,
    run_id,
  };
}

/** The revision that a payload of ours is about. */
function digestIn(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null || !("ledger_digest" in payload)) return null;
  return payload.ledger_digest;
}
