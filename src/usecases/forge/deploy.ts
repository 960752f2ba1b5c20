import type { Digest } from "../../domain/digest.ts";
import type { Transition } from "../../domain/ledger.ts";
import type { DeploymentState, Forge } from "../../forge-port.ts";
import { subjectOf } from "../transition/message.ts";

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
  const told = (await forge.deployments(environment)).find(
    (one) => one.commit === commit && isAbout(one.payload, ledgerDigest),
  );
  if (told) return { id: told.id, environment, state, created: false };
  const description = subjectOf({ ...transition, phase: transition.phase ?? null }).slice(0, MAX_DESCRIPTION);
  const payload = payloadOf(transition, { revision, ledgerDigest });
  const { id } = await forge.createDeployment({ commit, environment, description, payload });
  await forge.setDeploymentStatus(id, state, description);
  return { id, environment, state, created: true };
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

function isAbout(payload: unknown, ledgerDigest: Digest): boolean {
  if (typeof payload !== "object" || payload === null) return false;
  return "ledger_digest" in payload && payload.ledger_digest === ledgerDigest;
}
