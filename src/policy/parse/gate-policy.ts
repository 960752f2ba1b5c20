import type { Digest } from "../../domain/digest.ts";
import { EVIDENCE_KINDS, type EvidenceKind } from "../../domain/evidence.ts";
import { EVENTS, type LifecycleEvent, type State, takesAway } from "../../domain/lifecycle.ts";
import type { Metric } from "../../domain/metrics.ts";
import { holdsEverywhere, isModelGlob } from "../match.ts";
import { didYouMean } from "../../domain/nearest-name.ts";
import type { GatePolicy, NoIncumbent, Requirements } from "../policy.ts";
import { comparesWithLive, readLimit, readObjectives } from "./objectives.ts";
import { readParity } from "./parity.ts";
import {
  at,
  elements,
  isPresent,
  numberOr,
  report,
  textOr,
  texts,
  type Reader,
} from "../../domain/document/reader.ts";
import { readDuration } from "./times.ts";

const SCORE: Metric = {
  title: "the score",
  unit: "share",
  direction: "higher_is_better",
  range: [0, 1],
  kind: "integrity",
  relative: true,
  meaning: "Weighted share of passed objectives.",
};

/** Reads a GatePolicy; the result counts only when neither this nor the schema reported a problem. */
export function readGatePolicy(
  root: Reader,
  file: { readonly path: string; readonly digest: Digest },
): GatePolicy {
  const policy = {
    ...readMetadata(at(root, "metadata")),
    ...file,
    match: readMatch(at(root, "match")),
    requires: readRequirements(at(root, "requires")),
    objectives: readObjectives(at(root, "objectives")),
    parity: readParity(at(root, "parity")),
    noIncumbent: textOr(at(root, "no_incumbent"), null) as NoIncumbent | null,
    score: readScore(at(root, "score")),
  };
  checkObjectivesExist(root, policy);
  checkNoIncumbent(root, policy);
  return policy;
}

function readMetadata(metadata: Reader): Pick<GatePolicy, "name" | "version" | "owners"> {
  const version = at(metadata, "version");
  const number = numberOr(version, 0);
  if (isPresent(version) && !(Number.isSafeInteger(number) && number >= 1)) {
    report(
      version,
      "POLICY_VERSION_INVALID",
      `The version is ${JSON.stringify(version.value)?.slice(0, 40)}.`,
    );
  }
  return { name: textOr(at(metadata, "name"), ""), version: number, owners: texts(at(metadata, "owners")) };
}

function readMatch(match: Reader): GatePolicy["match"] {
  const events = elements(at(match, "events")).filter((event) => isEvent(event));
  const environments = texts(at(match, "environments"));
  if (environments.length === 0 && events.some((event) => !holdsEverywhere(event.value as LifecycleEvent))) {
    report(match, "POLICY_ENVIRONMENT_MISSING", "The policy matches no environment.");
  }
  for (const glob of elements(at(match, "models"))) checkGlob(glob);
  return {
    events: events.map((event) => event.value as LifecycleEvent),
    environments,
    models: texts(at(match, "models")),
  };
}

function isEvent(event: Reader): boolean {
  const name = textOr(event, undefined);
  if (name === undefined) return false;
  const known = (EVENTS as readonly string[]).includes(name);
  if (!known)
    report(
      event,
      "POLICY_EVENT_UNKNOWN",
      `There is no event "${name.slice(0, 40)}".`,
      didYouMean(name, EVENTS),
    );
  return known;
}

/** Reports POLICY_GLOB_INVALID for a model pattern that is no simple glob. */
export function checkGlob(glob: Reader): void {
  const text = textOr(glob, undefined);
  if (text === undefined || isModelGlob(text)) return;
  report(glob, "POLICY_GLOB_INVALID", `"${text.slice(0, 80)}" is not a model pattern.`);
}

function readRequirements(requires: Reader): Requirements {
  const [soak, streak, approvals] = [at(requires, "soak"), at(requires, "streak"), at(requires, "approvals")];
  return {
    soak: isPresent(soak) ? readSoak(soak) : null,
    streak: isPresent(streak)
      ? { check: textOr(at(streak, "check"), ""), consecutive: numberOr(at(streak, "consecutive"), 1) }
      : null,
    approvals: isPresent(approvals) ? readApprovals(approvals) : null,
    modelSignature: readSigner(at(requires, "model_signature")),
    freshness: readFreshness(at(requires, "freshness")),
    reason: at(requires, "reason").value === true,
    remeasure: readRemeasure(at(requires, "remeasure")),
  };
}

function readRemeasure(remeasure: Reader): Requirements["remeasure"] {
  if (!isPresent(remeasure)) return null;
  const named = texts(remeasure);
  return EVIDENCE_KINDS.filter((kind) => named.includes(kind));
}

function readSoak(soak: Reader): Requirements["soak"] {
  const atLeast = at(soak, "at_least");
  return {
    state: textOr(at(soak, "state"), "") as State,
    atLeast: readDuration(atLeast),
    text: textOr(atLeast, ""),
  };
}

function readApprovals(approvals: Reader): Requirements["approvals"] {
  return {
    atLeast: numberOr(at(approvals, "at_least"), 1),
    role: textOr(at(approvals, "role"), null),
    not: texts(at(approvals, "not")),
  };
}

function readSigner(wish: Reader): Requirements["modelSignature"] {
  if (!isPresent(wish)) return null;
  const [exact, pattern] = [textOr(at(wish, "identity"), null), textOr(at(wish, "identity_pattern"), null)];
  const [identity, issuer] = [exact ?? pattern, textOr(at(wish, "issuer"), null)];
  const principal = textOr(at(wish, "principal"), null);
  if (principal === null && (identity === null || issuer === null))
    report(wish, "POLICY_SIGNER_MISSING", "It names neither a principal nor an identity with its issuer.");
  return {
    principal,
    keyless: identity !== null && issuer !== null ? { identity, pattern: exact === null, issuer } : null,
  };
}

function readFreshness(freshness: Reader): Requirements["freshness"] {
  return EVIDENCE_KINDS.map((kind: EvidenceKind) => ({ kind, reader: at(freshness, kind) }))
    .filter(({ reader }) => isPresent(reader))
    .map(({ kind, reader }) => ({ kind, atMost: readDuration(reader), text: textOr(reader, "") }));
}

function readScore(score: Reader): GatePolicy["score"] {
  if (!isPresent(score)) return null;
  const [hard, soft] = [at(score, "hard"), at(score, "soft")];
  if (!isPresent(hard) && !isPresent(soft)) report(score, "POLICY_LIMIT_MISSING", "The score has no limit.");
  return { hard: readLimit(hard, SCORE), soft: readLimit(soft, SCORE) };
}

/** What takes a version away must always be possible, so that a policy may ask for a reason alone. */
function checkObjectivesExist(root: Reader, policy: GatePolicy): void {
  if (elements(at(root, "objectives")).length > 0) return;
  const { events } = policy.match;
  if (policy.requires.reason && events.length > 0 && events.every(takesAway)) return;
  const where = isPresent(at(root, "objectives")) ? at(root, "objectives") : root;
  report(where, "POLICY_OBJECTIVES_EMPTY", "The policy has no objectives.");
}

function checkNoIncumbent(root: Reader, policy: GatePolicy): void {
  const relative = policy.objectives.find(comparesWithLive);
  if (!relative || isPresent(at(root, "no_incumbent"))) return;
  report(root, "POLICY_NO_INCUMBENT_MISSING", `The objective "${relative.id}" compares with the live model.`);
}
