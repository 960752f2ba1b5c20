import { GATES_FOLDER } from "../../domain/policy-files.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseJson } from "../../domain/document/json.ts";
import { type Evidence, EVIDENCE_KINDS, type EvidenceKind, type Subject } from "../../domain/evidence.ts";
import { type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { type Problem, problem, refuse } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "./decision.ts";
import { EVIDENCE_V1 } from "../../generated/evidence-v1.js";

/** What evidence would be bound to on another base. */
export interface NewBindings {
  readonly commit: string;
  readonly policyDigest: string;
  readonly subject: Subject;
  readonly baseline: Subject | null;
}

/** What was lost: all evidence, or what was measured beside the live version. */
interface Lost {
  readonly all: readonly Problem[];
  readonly compared: readonly Problem[];
}

/**
 * Evidence of an earlier decision that may be bound to another base: it is about the same files of the same manifest, judged
 * by the same policies, beside the same live version; and the engine is that of the same run. Whether a version is whole
 * rests on all that a base holds, so integrity is never kept.
 */
export async function keptEvidence(
  git: Git,
  before: Decision,
  now: NewBindings,
): Promise<readonly Evidence[]> {
  const { all, compared } = await lostBindings(git, before, now);
  if (all.length > 0) return [];
  const kinds = EVIDENCE_KINDS.filter(
    (kind) => kind !== "integrity" && !(kind === "benchmark" && compared.length > 0),
  );
  return kinds.flatMap((kind) => evidenceOf(before, kind) ?? []);
}

/**
 * The same for evidence that somebody handed in: it was measured elsewhere, and nothing here can stand for it.
 * EVIDENCE_SUBJECT_MISMATCH, EVIDENCE_POLICY_MISMATCH, EVIDENCE_BASELINE_MISMATCH with every binding that was lost.
 */
export async function requireKept(git: Git, before: Decision, now: NewBindings): Promise<void> {
  const { all, compared } = await lostBindings(git, before, now);
  refuse([...all, ...(before.pack.has("benchmark.json") ? compared : [])]);
}

async function lostBindings(git: Git, { verdict, baseCommit }: Decision, now: NewBindings): Promise<Lost> {
  const changed = await git.changed(baseCommit, now.commit);
  const at = shortCommit(now.commit);
  const isSame = (one: Subject | null, other: Subject | null): boolean =>
    one?.manifest_digest === other?.manifest_digest &&
    (other === null || !changed.some((path) => path.startsWith(`${versionFolder(refOf(other))}/`)));
  const lost = (code: Problem["code"], what: string, file: string): Problem =>
    problem(code, `The base moved to ${at}, which changed ${what}.`, { where: { file } });
  const subject = isSame(verdict.subject, now.subject)
    ? []
    : [lost("EVIDENCE_SUBJECT_MISMATCH", "the candidate", versionFolder(refOf(verdict.subject)))];
  const policy =
    verdict.policy_digest === now.policyDigest
      ? []
      : [lost("EVIDENCE_POLICY_MISMATCH", "the policies", GATES_FOLDER)];
  const live = isSame(verdict.baseline, now.baseline)
    ? []
    : [
        lost(
          "EVIDENCE_BASELINE_MISMATCH",
          "the live version",
          versionFolder(refOf(verdict.baseline ?? now.subject)),
        ),
      ];
  return { all: [...subject, ...policy], compared: live };
}

function refOf({ model_id: id, version }: Subject): ModelRef {
  return { id, version };
}

function evidenceOf({ pack }: Decision, kind: EvidenceKind): Evidence | undefined {
  const file = `${kind}.json`;
  const bytes = pack.get(file);
  return bytes && checkSchema<Evidence>(parseJson(bytes, file), EVIDENCE_V1);
}
