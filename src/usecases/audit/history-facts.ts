import type { History } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Claim } from "../proof/bindings.ts";
import { requestOf } from "../request.ts";
import type { GateBase } from "../gate/base.ts";
import { readHistory } from "../gate/history.ts";
import type { Scene } from "./walk.ts";

/**
 * Since when the candidate held its state on the pack's own base, from the walk itself; only where that began before the
 * walk is git asked. Null where no policy asks.
 */
export async function heldSince(
  { walk }: Scene,
  of: { claim: Claim; before: GateBase; position: number },
): Promise<History["since"]> {
  const request = requestOf(of.claim.transition);
  const asked = matchingPolicies(of.before.policies.policies, request).some(
    ({ requires }) => requires.soak !== null,
  );
  if (!asked) return null;
  const since = walk.held.at(of.position, of.claim.base.ledger, request);
  if (since !== "unknown") return since;
  return (await readHistory(walk.git, of.before, request)).since;
}
