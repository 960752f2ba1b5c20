import type { AuditedKind, AuditOutcome, CommitVerdict } from "../../domain/audit.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { GateError, type Problem } from "../../errors.ts";
import { arrived } from "../../ledger/audit/exceptions.ts";
import { type Classified, classify } from "../../ledger/classify.ts";
import { letsSomebodySign } from "../../trust/registry.ts";
import { TRUST_FILE } from "../../domain/policy-files.ts";
import { type Finding, findingOr } from "./finding.ts";
import { judgeAdoption } from "./judge-adoption.ts";
import { type BroughtPolicies, judgePolicies, noteVersions } from "./judge-policy.ts";
import { judgePromotion } from "./judge-promotion.ts";
import { judgeRegistration } from "./judge-registration.ts";
import { type BroughtTrust, judgeTrust } from "./judge-trust.ts";
import type { Landed } from "./landed.ts";
import { followLedger } from "./ledger-line.ts";
import { mergeProblems } from "./merge-edits.ts";
import { repeatedPayloads, signingOf } from "./signer.ts";
import type { Scene, Walk } from "./walk.ts";

/**
 * Judges one commit on what was in force before it, and takes what it lawfully brought into force for the next. Whatever
 * a commit holds gives a verdict; what broke is a failure too, and its code exits 3.
 */
export async function judgeCommit(walk: Walk, landed: Landed): Promise<CommitVerdict> {
  const { lineage } = landed;
  if (!lineage) return verdictOf(landed, "other", { problems: problemsOf(landed.object), signer: null });
  const scene: Scene = { walk, landed, before: landed.parent?.tree ?? null, after: lineage.tree };
  const changes = landed.changes.map(({ path, before, after }) => ({
    path,
    before: before?.mode ?? null,
    after: after?.mode ?? null,
  }));
  const classified = classify(changes);
  const kind = adopts(scene) ? "adoption" : classified.kind;
  const shape = shapeProblems(scene, kind, classified);
  const signing = await signingOf(walk, landed, signedAs(scene, kind));
  const found = await findingOr(() => judgeContent(scene, kind, classified));
  if (kind !== "policy" && kind !== "adoption") await noteVersions(scene);
  const doubts = kind === "other" || !walk.trust ? signing.problems : [];
  const problems = [
    ...shape,
    ...(doubts.length > 0 ? [] : signing.problems),
    ...repeatedPayloads(walk, landed),
    ...(await mergeProblems(scene, kind)),
    ...found.problems,
  ];
  await bringIntoForce(scene, { found, passed: problems.length === 0 });
  const { warnings = [], ...rest } = found;
  return verdictOf(landed, kind, {
    ...rest,
    problems,
    warnings: [...doubts, ...warnings],
    signer: signing.signer,
  });
}

function problemsOf(object: Landed["object"]): readonly Problem[] {
  return object instanceof GateError ? object.problems : [];
}

/** The first ledger comes to a line that has none. */
function adopts({ walk, landed }: Scene): boolean {
  return walk.lawful === null && walk.standing === null && landed.contents.has(LEDGER_FILE);
}

/** What forbids the change whatever it says. What adopts modelgate may bring policies and versions at once. */
function shapeProblems({ walk }: Scene, kind: AuditedKind, { problems }: Classified): readonly Problem[] {
  const first = kind === "adoption" && walk.versions.size === 0;
  return first ? problems.filter(({ code }) => code !== "CHECK_MIXTURE") : problems;
}

/** Whoever may change who is trusted may do the rest; the other way round it would be a way to more than one was given. */
function signedAs(scene: Scene, kind: AuditedKind): AuditedKind {
  return kind === "adoption" && changes(scene, TRUST_FILE) ? "trust" : kind;
}

async function judgeContent(scene: Scene, kind: AuditedKind, { versions }: Classified): Promise<Finding> {
  switch (kind) {
    case "promotion":
      return judgePromotion(scene);
    case "registration":
      return judgeRegistration(scene, versions);
    case "policy":
      return judgePolicies(scene);
    case "trust":
      return judgeTrust(scene);
    case "adoption":
      return both(await judgeAdoption(scene), await judgeRest(scene, versions));
    case "other":
    case "root":
      return { problems: [] };
  }
}

/** What else a commit brought that adopts modelgate. */
async function judgeRest(scene: Scene, versions: Classified["versions"]): Promise<Finding> {
  const policies = await findingOr(() => judgePolicies(scene));
  const registered = await judgeRegistration(scene, versions);
  if (!changes(scene, TRUST_FILE)) return both(policies, registered);
  const trust = await judgeTrust(scene);
  return { ...both(both(policies, registered), trust), registry: trust.registry } as BroughtTrust;
}

function both(a: Finding, b: Finding): Finding {
  const inLfs = [...(a.inLfs ?? []), ...(b.inLfs ?? [])];
  return { ...a, ...b, problems: [...a.problems, ...b.problems], inLfs };
}

function changes({ landed }: Scene, path: string): boolean {
  return landed.changes.some((change) => change.path === path);
}

/** What is in force from the next commit on. */
async function bringIntoForce(scene: Scene, of: { found: Finding; passed: boolean }): Promise<void> {
  const { walk, landed } = scene;
  followLedger(scene);
  const { registry = null, exceptions } = of.found as Partial<BroughtTrust & BroughtPolicies>;
  if (registry && of.passed && (walk.trust || letsSomebodySign(registry))) {
    walk.trustRoot ??= landed.commit;
    walk.trust = registry;
  }
  if (exceptions) walk.exceptions = arrived(walk.exceptions, exceptions, of.passed);
  walk.walked.set(landed.position, {
    commit: landed.commit,
    position: landed.position,
    root: scene.after,
    ledgerDigest: walk.standing,
    committedAt: landed.lineage?.committedAt ?? new Date(0),
  });
}

function verdictOf(
  { position, commit }: Landed,
  kind: AuditedKind,
  of: Finding & Pick<CommitVerdict, "signer">,
): CommitVerdict {
  const { problems, warnings = [], inLfs = [], transition = null, signer } = of;
  const outcome: AuditOutcome = problems.length > 0 ? "FAIL" : warnings.length > 0 ? "WARN" : "PASS";
  return {
    position,
    commit,
    kind,
    outcome,
    reasons: [...problems, ...warnings],
    signer,
    transition,
    ...(inLfs.length > 0 ? { in_lfs: inLfs } : {}),
    exception: null,
  };
}
