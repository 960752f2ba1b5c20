import type { History } from "../../policy/evaluate.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { GateBase } from "../gate/base.ts";
import { heldSince, type LandedLedger } from "../gate/history.ts";
import { contentOr } from "../gate/broken.ts";
import type { Claim } from "../proof/bindings.ts";
import { requestOf } from "../request.ts";
import { lineageAt } from "./base-line.ts";
import type { Scene, Walk } from "./walk.ts";

/**
 * Since when the candidate held its state on the pack's own base, from the walk itself; only where that began before the
 * walk is the line followed back. Null where no policy asks.
 */
export async function candidateSince(
  { walk }: Scene,
  of: { claim: Claim; before: GateBase; position: number },
): Promise<History["since"]> {
  const request = requestOf(of.claim.transition);
  const asked = matchingPolicies(of.before.policies.policies, request).some(
    ({ requires }) => requires.soak !== null,
  );
  if (!asked) return null;
  const since = walk.held.at(of.position, of.claim.base.ledger, request);
  return since === "unknown" ? heldSince(of.before.ledger, request, landedBefore(walk, of.position)) : since;
}

/** Revisions of deployed.json on the line up to a position, newest first: where it differs from the commit before. */
async function* landedBefore(walk: Walk, position: number): AsyncGenerator<LandedLedger> {
  let here: Standing | null = await standingAt(walk, position);
  for (let at = position; here; at -= 1) {
    const before: Standing | null = at === 0 ? null : await standingAt(walk, at - 1);
    const { ledger: id, committedAt } = here;
    if (id !== (before?.ledger ?? null))
      yield {
        ledger: id === null ? null : await contentOr(null, () => walk.snapshots.ledger(id)),
        committedAt,
      };
    here = before;
  }
}

/** Of a commit: the id of its deployed.json (null: none), and when it says that it was made. */
interface Standing {
  readonly ledger: string | null;
  readonly committedAt: Date;
}

async function standingAt(walk: Walk, position: number): Promise<Standing> {
  const { tree, committedAt } = await lineageAt(walk, position);
  return { ledger: await walk.snapshots.ledgerId(tree), committedAt };
}
