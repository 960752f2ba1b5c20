import { digestOf } from "../../domain/digest.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { stateOf, type Transition } from "../../domain/ledger.ts";
import type { LifecycleEvent } from "../../domain/lifecycle.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { gateError } from "../../errors.ts";
import { VERDICT_V1 } from "../../generated/verdict-v1.js";
import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";
import { checkBindings, type Claim } from "../proof/bindings.ts";
import { type Rejudged, rejudgePast } from "../proof/rejudge.ts";
import { holdsEvidence, type StoredPack } from "../proof/stored-pack.ts";
import { type GateBase, readBase } from "../gate/base.ts";
import { readBasis } from "../gate/about.ts";
import { boundEvidence } from "../gate/stored-evidence.ts";
import type { Matchable } from "../../policy/match.ts";
import { requestOf } from "../request.ts";

/** A pack that fits its own base commit. */
export interface BoundPack {
  readonly claim: Claim;
  readonly before: GateBase;
}

/** The measurements of a pack. CHECK_*, EVIDENCE_*, DOCUMENT_*. */
export async function readEvidence(stored: StoredPack): Promise<readonly Evidence[]> {
  const { pack, folder, files } = stored;
  if (!holdsEvidence(stored)) return [];
  const bindings = {
    manifestDigest: pack.subject.manifest_digest,
    policyDigest: pack.policy_digest,
    baseCommit: pack.base_commit,
    ledgerDigest: pack.ledger_digest,
  };
  return boundEvidence(folder, files, bindings, pack);
}

/**
 * Compares a pack with the commit that it names as its base. What a transition says beyond the pack decides nothing here, and
 * is made up from it. GIT_*, EVIDENCE_*_MISMATCH, CHECK_*, GATE_VERSION_NOT_ON_BASE, GATE_LIVE_VERSION_EDITED.
 */
export async function boundPack(
  ports: { readonly git: Git; readonly files: Files; readonly filesAt: (commit: string) => Files },
  stored: StoredPack,
): Promise<BoundPack> {
  const { git } = ports;
  const { pack } = stored;
  await refuseForeignBase(git, stored);
  const read = await readBase(git, pack.base_commit, askedIn(stored));
  const transition = supposed(stored, read);
  const request = requestOf(transition);
  const files = request.event === "REGISTER" ? ports.files : ports.filesAt(pack.base_commit);
  const basis = await readBasis({ git, files }, read, request);
  const claim: Claim = { ...basis, transition, stored, now: new Date(pack.created_at) };
  return { claim, before: await checkBindings(git, claim) };
}

async function refuseForeignBase(git: Git, { folder, pack }: StoredPack): Promise<void> {
  if ((await git.resolve(pack.base_commit)) === pack.base_commit) return;
  throw gateError("EVIDENCE_BASE_MISMATCH", `The base commit ${pack.base_commit} is not in this clone.`, {
    where: { file: `${folder}/pack.json`, pointer: "/base_commit" },
  });
}

/** What the pack was made for, as far as policies match on it. */
function askedIn({ pack }: StoredPack): Matchable {
  const { event, environment, subject } = pack;
  return { event: event as LifecycleEvent, environment, model: subject.model_id };
}

/** The transition that the pack was made for, as far as judging it goes. */
function supposed(stored: StoredPack, { ledger }: GateBase): Transition {
  const { pack } = stored;
  const { model_id: model, version, manifest_digest } = pack.subject;
  const from = stateOf(ledger, model, { version, environment: pack.environment });
  return {
    event: pack.event as LifecycleEvent,
    model,
    version,
    manifest_digest,
    environment: pack.environment,
    from,
    to: from,
    ...(pack.canary_phase === null ? {} : { phase: pack.canary_phase }),
    reason: "not in the pack",
    requested_by: "not in the pack",
    run_id: pack.run_id,
    decided_at: pack.created_at,
    policy_digest: pack.policy_digest,
    evidence_digest: digestOf(stored.bytes),
    verdict: toldVerdict(stored)?.outcome ?? "FAIL",
  };
}

/** The verdict again, whatever version worded it, or CHECK_VERDICT_MISMATCH. */
export function deriveAgain(
  git: Git,
  { claim, before }: BoundPack,
  evidence: readonly Evidence[],
): Promise<Rejudged> {
  return rejudgePast(git, claim, { evidence, before });
}

/** What the pack's own verdict says; null when there is none that can be read. */
export function toldVerdict({ files, folder }: StoredPack): Verdict | null {
  const bytes = files.get("verdict.json");
  if (!bytes) return null;
  try {
    return checkSchema<Verdict>(parseJson(bytes, `${folder}/verdict.json`), VERDICT_V1);
  } catch {
    return null;
  }
}
