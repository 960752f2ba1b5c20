import type { Evidence, EvidenceKind } from "../../domain/evidence.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { type Problem, problem } from "../../errors.ts";
import { type Contradiction, differencesBetween } from "../../measure/compare-json.ts";
import { parityComparing } from "../../measure/parity/remeasured.ts";
import type { Decision } from "../gate/decision.ts";
import type { ProvenPromotion } from "../proof/promotion.ts";

/** A benchmark is a matter of its machine: docs/adr/0018-numbers-need-a-voucher.md says why it is not compared. */
const COMPARED: readonly EvidenceKind[] = ["integrity", "parity"];

/** What of evidence depends on nothing but the version, its policies and the engine. */
const PARTS = ["inputs", "measurements", "findings", "compared", "details"] as const;

const MOST_PROBLEMS = 20;

/**
 * What a proposal says of kinds that were measured again, compared with that, number by number: CHECK_EVIDENCE_CONTRADICTED with
 * the place and both values. A kind by which the new verdict keeps the change out says so already, and is left out.
 */
export function contradicted(
  { stored: { folder }, evidence }: Pick<ProvenPromotion, "stored" | "evidence">,
  { pack, verdict }: Pick<Decision, "pack" | "verdict">,
  again: readonly EvidenceKind[],
): Problem[] {
  const kinds = COMPARED.filter((kind) => again.includes(kind) && !keepsOut(verdict, kind));
  return kinds.flatMap((kind) => {
    const [stored, bytes] = [evidence.find((one) => one.kind === kind), pack.get(`${kind}.json`)];
    if (!stored || !bytes) return [];
    const fresh = JSON.parse(Buffer.from(bytes).toString("utf8")) as Evidence;
    const found = compared(stored, fresh).slice(0, MOST_PROBLEMS);
    return found.map((one) => contradiction(`${folder}/${kind}.json`, one));
  });
}

function keepsOut({ policies }: Verdict, kind: EvidenceKind): boolean {
  const objectives = policies.flatMap((policy) => policy.objectives);
  return objectives.some(
    ({ metric, outcome }) =>
      METRICS.get(metric)?.kind === kind && (outcome === "FAIL" || outcome === "INCONCLUSIVE"),
  );
}

function compared(stored: Evidence, fresh: Evidence): Contradiction[] {
  const comparing = fresh.kind === "parity" ? parityComparing({ stored, fresh }) : () => "exact" as const;
  return differencesBetween(partsOf(stored), partsOf(fresh), comparing);
}

function partsOf(evidence: Evidence): object {
  const whole = evidence as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(PARTS.filter((part) => part in whole).map((part) => [part, whole[part]]));
}

function contradiction(file: string, { pointer, stored, fresh }: Contradiction): Problem {
  const message = `The proposal says ${written(stored)}; measured again it is ${written(fresh)}.`;
  return problem("CHECK_EVIDENCE_CONTRADICTED", message, { where: { file, pointer } });
}

const MOST_TEXT = 200;

function written(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

/** The gate stores what the policies ask for, and nothing else: nothing would measure it again. CHECK_PACK_FOREIGN. */
export function unaskedEvidence(
  { stored: { folder }, evidence }: Pick<ProvenPromotion, "stored" | "evidence">,
  needed: readonly EvidenceKind[],
): Problem[] {
  return evidence
    .filter(({ kind }) => !needed.includes(kind))
    .map(({ kind }) =>
      problem("CHECK_PACK_FOREIGN", `No policy that applies asks for ${kind} here.`, {
        where: { file: `${folder}/${kind}.json` },
      }),
    );
}
