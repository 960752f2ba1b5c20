import type { AuditedTransition } from "../../domain/audit.ts";
import type { Broken } from "../../domain/broken.ts";
import { sameDigest } from "../../domain/digest.ts";
import { type Subject, packFolder } from "../../domain/evidence.ts";
import { liveVersion, LEDGER_FILE, modelState, type Transition } from "../../domain/ledger.ts";
import { isWayOut } from "../../domain/lifecycle.ts";
import { formatModelRef } from "../../domain/model-ref.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError, type Problem, problem, refuse } from "../../errors.ts";
import { modelDigest } from "../../ledger/ledger-text.ts";
import { mayFollow } from "../../ledger/lawful.ts";
import { verifyStep } from "../../ledger/verify.ts";
import { type Lineage, type Lineages, versionsBehind } from "../../trust/dependencies.ts";
import { basisProblems, type Claim, swappedBindings } from "../proof/bindings.ts";
import { type Rejudged, rejudgeWith } from "../proof/rejudge.ts";
import { requestOf } from "../request.ts";
import { holdsEvidence, foreignPaths, openPack, type StoredPack } from "../proof/stored-pack.ts";
import { type Basis, basisOfWayOut } from "../gate/about.ts";
import type { GateBase } from "../gate/base.ts";
import { brokenRevision } from "../gate/base-ledger.ts";
import { sortedBroken } from "../gate/broken.ts";
import { type RegisteredVersion, rulesFor } from "../gate/last-lawful.ts";
import { boundEvidence } from "../gate/stored-evidence.ts";
import type { Finding } from "./finding.ts";
import { candidateSince } from "./history-facts.ts";
import { judgeApprovals, type ProvenClaim } from "./judge-approvals.ts";
import { recordRevision } from "./ledger-line.ts";
import { packBasis } from "./pack-basis.ts";
import { baseLine, broughtBy, environmentsBefore } from "./base-line.ts";
import type { Scene, StandingLedger } from "./walk.ts";

/**
 * Proves that a commit brought one lawful transition and the evidence for it: the ledger is what `apply` makes of the one
 * before, the pack is whole and bound to its base, and judging its evidence again gives the stored verdict byte for byte.
 * LEDGER_*, CHECK_*, EVIDENCE_*, GATE_*, POLICY_*, APPROVAL_*, AUDIT_APPROVALS_MISSING, AUDIT_LEDGER_UNLAWFUL; as warnings AUDIT_LEDGER_RESTORED, AUDIT_VERDICT_REWORDED.
 */
export async function judgePromotion(scene: Scene): Promise<Finding> {
  const { walk, landed } = scene;
  const bytes = landed.contents.get(LEDGER_FILE);
  if (!bytes) return withoutLedger(scene);
  const lawful = walk.lawful;
  if (!lawful) return { problems: [unlawful("no lawful deployed.json came before it")] };
  if (landed.ledgerDigest === lawful.digest) return restored(scene, lawful);
  const line = { lawful, current: walk.standing };
  if (!mayFollow(line, bytes))
    return {
      problems: [unlawful(`the last lawful one has the digest ${lawful.digest}`)],
    };
  const environments = await environmentsBefore(walk, scene.before, bytes);
  const { head, transition } = verifyStep(lawful, bytes, environments);
  recordRevision(scene, { before: lawful, ledger: head, bytes, transition });
  return proveEvidence(scene, lawful, transition);
}

function unlawful(why: string) {
  return problem("AUDIT_LEDGER_UNLAWFUL", `The transition has no ground: ${why}.`, {
    where: { file: LEDGER_FILE },
  });
}

function withoutLedger({ landed }: Scene): Finding {
  const file = landed.changes.find(({ path }) => path.startsWith("evidence/"))?.path ?? LEDGER_FILE;
  const message = `There is evidence, but no transition in ${LEDGER_FILE}.`;
  return { problems: [problem("CHECK_PACK_FOREIGN", message, { where: { file } })] };
}

/** Only the last lawful revision heals: any other would be a rollback. */
function restored(scene: Scene, lawful: StandingLedger): Finding {
  const message = `It puts back the last lawful ${LEDGER_FILE}, ${lawful.digest}.`;
  const where = { file: LEDGER_FILE };
  return { problems: [], warnings: [problem("AUDIT_LEDGER_RESTORED", message, { where })] };
}

/** Where evidence fails, the transition is told all the same: it is what the evidence should have been for. */
async function proveEvidence(scene: Scene, base: StandingLedger, transition: Transition): Promise<Finding> {
  const described = describe(modelState(base.ledger, transition.model).revision + 1, transition);
  try {
    const stored = packOf(scene, transition);
    // Asked for before it is needed, so that what it reads of Git is read together with the rest.
    const behind = bytesBehind(scene, base, transition);
    behind.catch(() => undefined);
    const proven = await proveVerdict(scene, { base, transition, stored });
    const { approvedBy, problems } = await judgeApprovals(scene, proven);
    const reworded = proven.reworded === null ? [] : [rewordedIn(stored, proven.reworded)];
    const bytes = await behind;
    return {
      problems: [...problems, ...bytes.problems],
      warnings: [...reworded, ...decidedAmidBroken(stored, proven.claim.base), ...bytes.warnings],
      inLfs: bytes.inLfs,
      transition: { ...described, approved_by: approvedBy },
    };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { problems: error.problems, transition: described };
  }
}

/**
 * What the tree holds of the versions that the transition brings to serve, whatever is known of the commit that registered
 * them: it may lie before the audit. A way out is never closed by what they lack, which is a warning there.
 */
async function bytesBehind(
  { walk, after }: Scene,
  base: StandingLedger,
  transition: Transition,
): Promise<Required<Pick<Finding, "problems" | "warnings" | "inLfs">>> {
  const refs = versionsBehind(base.ledger, transition).map((version) => ({ id: transition.model, version }));
  const found = await Promise.all(refs.map((ref) => walk.snapshots.committed(after, ref)));
  const lacking = found.flatMap(({ problems }) => problems);
  const inLfs = found.flatMap((one) => one.inLfs);
  return isWayOut(transition.event)
    ? { problems: [], warnings: lacking, inLfs }
    : { problems: lacking, warnings: [], inLfs };
}

function rewordedIn({ folder }: StoredPack, pointer: string): Problem {
  const message = "Its sentences are not those of this version of modelgate; all that it decides is.";
  return problem("AUDIT_VERDICT_REWORDED", message, { where: { file: `${folder}/verdict.json`, pointer } });
}

/** What was broken when it was decided, and which rules were used instead: for an auditor to see, and lawful. */
function decidedAmidBroken({ folder }: StoredPack, { broken }: Pick<GateBase, "broken">): Problem[] {
  return broken.map(({ file, reason, says, instead }) => {
    const used = instead === null ? "nothing in its place" : `what commit ${shortCommit(instead)} has of it`;
    const message = `${file} could not be used: ${says} (${reason}) The decision rests on ${used}.`;
    return problem("AUDIT_DECIDED_AMID_BROKEN", message, { where: { file: `${folder}/verdict.json` } });
  });
}

function describe(revision: number, transition: Transition): AuditedTransition {
  const { event, model, version, environment, run_id, decided_at, verdict, evidence_digest, requested_by } =
    transition;
  const evidence = packFolder({ model, version, runId: run_id });
  return {
    revision,
    event,
    model,
    version,
    environment,
    phase: transition.phase ?? null,
    run_id,
    decided_at,
    verdict,
    evidence_digest,
    requested_by,
    evidence,
    approved_by: [],
  };
}

/** The pack from what the commit added: files that were there before are none of its own. */
function packOf({ landed }: Scene, transition: Transition): StoredPack {
  const folder = packFolder({ ...transition, runId: transition.run_id });
  const used = landed.changes.some(({ path, before }) => before !== null && path.startsWith(`${folder}/`));
  refuse(foreignPaths(landed.changes, { folder, used }));
  const files = [...landed.contents].flatMap(([path, bytes]): [string, Uint8Array][] =>
    path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), bytes]] : [],
  );
  return openPack(folder, new Map(files), transition);
}

async function proveVerdict(
  scene: Scene,
  of: { base: StandingLedger; transition: Transition; stored: StoredPack },
): Promise<ProvenClaim & Rejudged> {
  const claim = await claimOf(scene, of);
  refuse(swappedBindings(claim));
  const basis = await packBasis(scene, claim);
  refuse(basisProblems(claim, basis));
  const { stored, subject } = claim;
  const bindings = {
    manifestDigest: subject.manifest_digest,
    policyDigest: stored.pack.policy_digest,
    baseCommit: stored.pack.base_commit,
    ledgerDigest: stored.pack.ledger_digest,
  };
  const evidence = !holdsEvidence(stored)
    ? []
    : boundEvidence(stored.folder, stored.files, bindings, stored.pack);
  const since = await candidateSince(scene, { claim, before: basis.before, position: basis.position });
  return {
    claim,
    position: basis.position,
    before: basis.before.ledger,
    ...rejudgeWith(claim, { evidence, before: basis.before, since }),
  };
}

/** The clock is that of the commit that landed: by when it was decided is all that can be known years later. */
async function claimOf(
  scene: Scene,
  { base, transition, stored }: { base: StandingLedger; transition: Transition; stored: StoredPack },
): Promise<Claim> {
  const { landed } = scene;
  const now = landed.lineage?.committedAt ?? new Date(0);
  return { ...(await basisOf(scene, base, transition)), transition, stored, now };
}

async function basisOf(scene: Scene, base: StandingLedger, transition: Transition): Promise<Basis> {
  const { walk, landed } = scene;
  const request = requestOf(transition);
  const [line, commit] = [baseLine(walk), walk.line[landed.position - 1] ?? ""];
  const rules = await rulesFor(line, commit, request);
  const read = {
    commit,
    ...rules,
    ledger: base.ledger,
    ledgerDigest: modelDigest(modelState(base.ledger, transition.model)),
  };
  if (!isWayOut(request.event))
    return {
      base: read,
      subject: (await candidate(scene, transition)).subject,
      baseline: await baselineOf(scene, base, transition),
      lineages: await lineagesOf(scene, base, transition),
    };
  const broken = sortedBroken([...(await brokenLedger(scene, base)), ...rules.broken]);
  const missing = async (): Promise<Error> => notRegistered(transition);
  return basisOfWayOut(line, { ...read, broken }, { request, missing });
}

/** What the gate says of deployed.json, when it is not the last lawful one. */
async function brokenLedger(
  { walk, landed, before }: Scene,
  lawful: StandingLedger,
): Promise<readonly Broken[]> {
  if (walk.standing === lawful.digest) return [];
  const { store } = walk.snapshots;
  const commit = await broughtBy(walk, landed.position - 1, lawful.digest);
  return brokenRevision(() => store.file(before ?? "", LEDGER_FILE), { ...lawful, commit });
}

async function candidate(
  { walk, before }: Scene,
  { model, version }: Transition,
): Promise<RegisteredVersion> {
  const ref = { id: model, version };
  const found = before === null ? undefined : await walk.snapshots.version(before, ref);
  if (found) return found;
  throw notRegistered({ model, version });
}

function notRegistered({ model, version }: Pick<Transition, "model" | "version">): GateError {
  const ref = formatModelRef({ id: model, version });
  return gateError("GATE_VERSION_NOT_ON_BASE", `${ref} was not registered before it was promoted.`);
}

/** Of the versions that the transition brings to serve; one that is not registered is judged as the gate judges it. */
async function lineagesOf(
  { walk, before }: Scene,
  base: StandingLedger,
  transition: Transition,
): Promise<Lineages> {
  const found: [string, Lineage][] = [];
  for (const version of versionsBehind(base.ledger, transition)) {
    const ref = { id: transition.model, version };
    const known = before === null ? undefined : await walk.snapshots.version(before, ref);
    if (known) found.push([version, known.lineage]);
  }
  return new Map(found);
}

/** The version that was live, as `loadLive` finds it for the gate. */
async function baselineOf(
  { walk, before }: Scene,
  base: StandingLedger,
  transition: Transition,
): Promise<Subject | null> {
  const { model, environment } = requestOf(transition);
  const slot = environment === null ? undefined : liveVersion(base.ledger, model, environment);
  if (!slot || slot.version === transition.version || before === null) return null;
  const ref = { id: model, version: slot.version };
  const subject = (await walk.snapshots.version(before, ref))?.subject;
  if (subject && sameDigest(subject.manifest_digest, slot.manifest_digest)) return subject;
  const message = `The manifest of ${formatModelRef(ref)} is not the one that deployed.json called live.`;
  throw gateError("GATE_LIVE_VERSION_EDITED", message);
}
