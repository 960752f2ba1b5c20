import { LEDGER_FILE, environmentState, type Ledger, modelState } from "../../domain/ledger.ts";
import { EVIDENCE_KINDS, type EvidenceKind } from "../../domain/evidence.ts";
import { requestText } from "../../domain/request-text.ts";
import { gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { readBaseLedger } from "../gate/base-ledger.ts";
import { requireLawful } from "../gate/ledger-history.ts";

/** A decision whose base moved before it could be proposed. */
export interface Overtaken {
  readonly decision: Decision;
  /** Where the base is now. */
  readonly base: string;
}

/** How a decision came to another base: for the people who decide. */
export interface Rejudged {
  readonly from: string;
  readonly to: string;
  /** Evidence that is bound to the same things on both bases. */
  readonly kept: readonly EvidenceKind[];
  readonly measured: readonly EvidenceKind[];
}

/**
 * Proves the new base before anything is judged on it: it stands on the old one, its ledger follows from revision 0, and no
 * other transition has changed what the request was about. LEDGER_RACE_LOST, LEDGER_CHAIN_BROKEN, GIT_*.
 */
export async function proveNewBase(git: Git, { decision, base }: Overtaken): Promise<void> {
  const { ledger } = await readBaseLedger(git, base, decision.request.event);
  refuseRival(decision, ledger);
  await requireLawful(git, base, decision.request.event);
}

/** Who asked looked at the slots as they were; what they would say of the new ones is theirs to tell. */
function refuseRival({ request, ledger: before }: Decision, now: Ledger): void {
  const { model, environment } = request;
  const about = (ledger: Ledger): unknown =>
    environment === null ? modelState(ledger, model) : environmentState(ledger, model, environment);
  if (JSON.stringify(about(before)) === JSON.stringify(about(now))) return;
  const { transition, revision } = modelState(now, model);
  const winner = transition
    ? `“${requestText({ ...transition, phase: transition.phase ?? null })}” is revision ${revision} now`
    : `its entry is gone`;
  const text = `While “${requestText(request)}” was judged, another transition of ${model} came first: ${winner}.`;
  throw gateError("LEDGER_RACE_LOST", text, {
    where: { file: LEDGER_FILE, pointer: `/models/${model}` },
  });
}

/** Which evidence two decisions share, byte for byte. */
export function rejudged(before: Decision, now: Decision): Rejudged {
  const kinds = EVIDENCE_KINDS.filter((kind) => now.pack.has(`${kind}.json`));
  const isKept = (kind: EvidenceKind): boolean => {
    const [old, fresh] = [before, now].map(({ pack }) => pack.get(`${kind}.json`));
    return old !== undefined && fresh !== undefined && Buffer.from(old).equals(fresh);
  };
  return {
    from: before.baseCommit,
    to: now.baseCommit,
    kept: kinds.filter(isKept),
    measured: kinds.filter((kind) => !isKept(kind)),
  };
}
