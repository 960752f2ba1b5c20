import type { Evidence, EvidencePack, Subject } from "../../domain/evidence.ts";
import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { type Problem, problem } from "../../errors.ts";

/** Clocks of two machines may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60_000;

type Binding = readonly [code: ReasonCode, pointer: string, holds: boolean, says: string];

/**
 * What a piece of evidence says about itself and its pack does not: another version, another live version, another phase,
 * or a measurement from after the decision. EVIDENCE_SUBJECT_MISMATCH, EVIDENCE_BASELINE_MISMATCH,
 * EVIDENCE_REQUEST_MISMATCH, CHECK_TIME_IMPLAUSIBLE. A measurement may serve more than one run, so its run id is its own.
 */
export function packedProblems(file: string, evidence: Evidence, pack: EvidencePack): Problem[] {
  const { subject, baseline, canary_phase: phase, model_version: version, timestamp } = evidence;
  const bindings: Binding[] = [
    [
      "EVIDENCE_SUBJECT_MISMATCH",
      "/model_version",
      version === subject.version,
      `It measured version ${version} of ${subject.version}.`,
    ],
    [
      "EVIDENCE_BASELINE_MISMATCH",
      "/baseline",
      baseline === null || isSame(baseline, pack.baseline),
      `It was measured beside ${named(baseline)}; its pack was beside ${named(pack.baseline)}.`,
    ],
    [
      "EVIDENCE_REQUEST_MISMATCH",
      "/canary_phase",
      phase === null || phase === pack.canary_phase,
      `It was measured for the phase ${phase}; its pack is for ${pack.canary_phase ?? "none"}.`,
    ],
    [
      "CHECK_TIME_IMPLAUSIBLE",
      "/timestamp",
      Date.parse(timestamp) <= Date.parse(pack.created_at) + CLOCK_SKEW_MS,
      `It was measured at ${timestamp}, after its pack was made at ${pack.created_at}.`,
    ],
  ];
  return bindings
    .filter(([, , holds]) => !holds)
    .map(([code, pointer, , says]) => problem(code, says, { where: { file, pointer } }));
}

function isSame(one: Subject, other: Subject | null): boolean {
  const keys = ["model_id", "version", "manifest_digest", "artifact_digest"] as const;
  return other !== null && keys.every((key) => one[key] === other[key]);
}

function named(subject: Subject | null): string {
  return subject ? `${subject.model_id} ${subject.version} (${subject.manifest_digest})` : "no live version";
}
