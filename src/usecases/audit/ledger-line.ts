import { effectiveFrom } from "../../ledger/effective.ts";
import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE, type Transition } from "../../domain/ledger.ts";
import { timestampOf } from "../../domain/time.ts";
import { lineCommit } from "./pack-basis.ts";
import type { Scene, StandingLedger, Walk } from "./walk.ts";

/** Takes a lawful revision as the ground of what follows. */
export function recordRevision(
  scene: Scene,
  of: { before: StandingLedger | null; ledger: Ledger; bytes: Uint8Array; transition: Transition | null },
): void {
  const { walk, landed } = scene;
  const { before, ledger, bytes, transition } = of;
  walk.lawful = { ledger, bytes, digest: landed.ledgerDigest ?? digestOf(bytes), position: landed.position };
  walk.held.record({
    position: landed.position,
    effective: timestampOf(effectiveFrom(transition, landed.lineage?.committedAt ?? new Date(0))),
    before: before?.ledger ?? ledger,
    after: ledger,
    models: transition ? [transition.model] : [],
  });
}

/**
 * Follows deployed.json as it is, after a commit was judged. What no lawful transition made interrupts every count of how
 * long something was held.
 */
export function followLedger({ walk, landed }: Scene): void {
  if (!landed.changes.some(({ path }) => path === LEDGER_FILE)) return;
  walk.standing = landed.ledgerDigest;
  if (walk.lawful?.position !== landed.position) walk.held.interrupt(landed.position);
}

/** Follows deployed.json behind a commit that could not be judged, and may have changed it unseen; null where it cannot be read. */
export async function followUnjudged(walk: Walk, position: number): Promise<void> {
  walk.standing = await lineCommit(walk, position).then(
    ({ ledgerDigest }) => ledgerDigest,
    () => null,
  );
  walk.held.interrupt(position);
}
