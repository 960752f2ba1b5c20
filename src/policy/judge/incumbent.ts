import type { Subject } from "../../domain/evidence.ts";
import { liveVersion } from "../../domain/ledger.ts";
import type { EvaluateInput } from "./request.ts";

/**
 * What a candidate is compared with. none: nothing serves production here.
 * unclear: the ledger and the baseline that was handed in disagree, so that no comparison can be trusted.
 */
export type Incumbent =
  | { readonly kind: "none" }
  | { readonly kind: "live"; readonly subject: Subject }
  | { readonly kind: "unclear"; readonly says: string };

export function findIncumbent(input: EvaluateInput): Incumbent {
  const { ledger, request, baseline } = input;
  const slot =
    request.environment === null ? undefined : liveVersion(ledger, request.model, request.environment);
  if (!slot && !baseline) return { kind: "none" };
  if (!slot)
    return { kind: "unclear", says: `${baseline?.version} was measured alongside, but nothing is live.` };
  if (!baseline) return { kind: "unclear", says: `${slot.version} is live, but was not measured alongside.` };
  if (baseline.version === slot.version && baseline.manifest_digest === slot.manifest_digest) {
    return { kind: "live", subject: baseline };
  }
  return {
    kind: "unclear",
    says: `${slot.version} is live, but ${baseline.version} was measured alongside.`,
  };
}
