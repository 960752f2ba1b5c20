import { checkSchema } from "../../domain/document/check-schema.ts";
import { childPointer } from "../../domain/document/document.ts";
import { formatJson } from "../../domain/document/format.ts";
import { parseJson } from "../../domain/document/json.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { gateError, GateError, type Problem, problem, refuse } from "../../errors.ts";
import { evaluate, type History } from "../../policy/evaluate.ts";
import type { EnforcedElsewhere } from "../../policy/judge/request.ts";
import { matchingPolicies } from "../../policy/match.ts";
import { toleranceProblems } from "../../policy/parity.ts";
import type { Git } from "../../ports/git.ts";
import { isRevocation } from "../../domain/revoked-dependency.ts";
import { revokedBehind } from "../../trust/dependencies.ts";
import type { GateBase } from "../gate/base.ts";
import { readHistory } from "../gate/history.ts";
import { type Claim, stale } from "./bindings.ts";
import { requestOf } from "../request.ts";
import { VERDICT_V1 } from "../../generated/verdict-v1.js";
import { isReworded } from "./wording.ts";

/** What judging again came to. */
export interface Rejudged {
  readonly verdict: Verdict;
  /**
   * JSON pointer of the first sentence that another version of modelgate has worded otherwise, where outcomes, numbers, limits
   * and all else are the same; null when every byte is.
   */
  readonly reworded: string | null;
}

/**
 * Judges the stored evidence again, on the base's policies and at the time of the decision: the same bytes as the stored
 * verdict, or CHECK_VERDICT_MISMATCH with the first place that differs; CHECK_STALE when the policies of the pack's own base
 * (`before`) still make that verdict. Earlier refusals are taken as told: nothing is judged by them. The words must be those
 * of this version too: what is merged now is what it says. EVIDENCE_TOLERANCE_MISMATCH comes before all of that.
 */
export async function rejudge(
  git: Git,
  claim: Claim,
  of: { evidence: readonly Evidence[]; before: GateBase },
): Promise<Verdict> {
  const { verdict, reworded } = await rejudgePast(git, claim, of);
  if (reworded === null) return verdict;
  const message = sayMismatch(verdict.outcome, verdict.outcome, claim.transition.verdict);
  throw gateError("CHECK_VERDICT_MISMATCH", message, {
    where: { file: verdictFile(claim), pointer: reworded },
  });
}

/** The same for what was merged, perhaps years ago, by another version. */
export async function rejudgePast(
  git: Git,
  claim: Claim,
  of: { evidence: readonly Evidence[]; before: GateBase },
): Promise<Rejudged> {
  const { since } = await readHistory(git, of.before, requestOf(claim.transition));
  return rejudgeWith(claim, { ...of, since });
}

function verdictFile({ stored }: Claim): string {
  return `${stored.folder}/verdict.json`;
}

/** What the verdict rests on besides the pack: `since` is since when the candidate held its state on the pack's own base. */
export interface Retrial {
  readonly evidence: readonly Evidence[];
  readonly before: GateBase;
  readonly since: History["since"];
}

/** The same where the history is known already. */
export function rejudgeWith(claim: Claim, of: Retrial): Rejudged {
  const { stored, transition } = claim;
  const file = verdictFile(claim);
  const bytes = stored.files.get("verdict.json");
  if (!bytes) throw gateError("CHECK_PACK_INCOMPLETE", "The pack has no verdict.json.", { where: { file } });
  const policies = matchingPolicies(claim.base.policies.policies, requestOf(transition));
  refuse(toleranceProblems(stored.folder, of.evidence, policies));
  const isTold = (verdict: Verdict): boolean =>
    Buffer.from(formatJson(verdict)).equals(bytes) && verdict.outcome === transition.verdict;
  const plain = plainly(bytes);
  if (plain) {
    const same = judgeAt(claim, { ...of, on: claim.base, told: plain });
    if (isTold(same)) return { verdict: same, reworded: null };
  }
  const told = checkSchema<Verdict>(parseJson(bytes, file), VERDICT_V1);
  const again = judgeAt(claim, { ...of, on: claim.base, told });
  if (isTold(again)) return { verdict: again, reworded: null };
  if (again.outcome === transition.verdict && isReworded(bytes, told, again))
    return { verdict: told, reworded: firstDifference(told, again) ?? "" };
  const overtaken = judgeAt(claim, { ...of, on: of.before, told });
  if (isTold(overtaken)) {
    refuse(revocationsIn(again));
    throw new GateError([stale(transition, "waivers, environments or trust")]);
  }
  const pointer = firstDifference(told, again) ?? "";
  const message = sayMismatch(again.outcome, told.outcome, transition.verdict);
  throw gateError("CHECK_VERDICT_MISMATCH", message, { where: { file, pointer } });
}

function sayMismatch(again: Outcome, told: Outcome, transition: Outcome): string {
  if (again === told && again === transition)
    return `The base's policies come to ${again} as the pack says, but its verdict is not word for word the one that they make.`;
  return `The base's policies come to ${again}, the pack says ${told} and the transition ${transition}.`;
}

/** What judging again takes over from a verdict. */
type Told = Pick<Verdict, "policies" | "refused_before">;

/**
 * What a verdict tells from which nothing is taken over but what was left to others: when judging again gives its bytes,
 * they need no closer look. Null for any other.
 */
function plainly(bytes: Uint8Array): Told | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!text.includes(NEVER_REFUSED)) return null;
  if (!text.includes(LEFT_TO_OTHERS)) return NOTHING_TOLD;
  try {
    const told = JSON.parse(text.toString("utf8")) as Verdict;
    // Judging takes this over as well: where it cannot be read, the closer look says why.
    enforcedThen(told);
    return { ...NOTHING_TOLD, policies: told.policies };
  } catch {
    return null;
  }
}

const NEVER_REFUSED = '\n  "refused_before": [],\n';
const LEFT_TO_OTHERS = "NOT_APPLICABLE";
const NOTHING_TOLD: Told = { policies: [], refused_before: [] };

/** What was revoked since the decision: proposing it again would not help. */
function revocationsIn({ refusals }: Verdict): Problem[] {
  return refusals.flatMap(({ reason, says, fix }) =>
    isRevocation(reason)
      ? [problem(reason, says, { where: { file: LEDGER_FILE, pointer: "/transition" }, fix })]
      : [],
  );
}

function judgeAt(claim: Claim, of: Retrial & { on: GateBase; told: Told }): Verdict {
  const { base, transition, stored, subject, baseline, lineages } = claim;
  const request = requestOf(transition);
  return evaluate({
    policies: of.on.policies,
    evidence: of.evidence,
    ledger: base.ledger,
    request,
    subject,
    baseline,
    broken: of.on.broken,
    history: { since: of.since, refusedBefore: of.told.refused_before },
    enforcedElsewhere: enforcedThen(of.told),
    revoked: revokedBehind(of.on.trust, { ledger: base.ledger, request, lineages }),
    now: new Date(transition.decided_at),
    runId: transition.run_id,
    baseCommit: stored.pack.base_commit,
  });
}

/** What the decision left to the check on GitHub, as its verdict says; that it holds now is judged anew. */
function enforcedThen(told: Pick<Verdict, "policies">): EnforcedElsewhere {
  const left = told.policies
    .flatMap(({ requirements }) => requirements)
    .filter(({ outcome }) => outcome === "NOT_APPLICABLE");
  return (["approvals", "streak"] as const).filter((name) => left.some(({ id }) => id === name));
}

/** JSON pointer of the first value that differs; undefined when none does. */
function firstDifference(a: unknown, b: unknown, pointer = ""): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return pointer;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort()) {
    const found = firstDifference(left[key], right[key], childPointer(pointer, key));
    if (found !== undefined) return found;
  }
  return undefined;
}
