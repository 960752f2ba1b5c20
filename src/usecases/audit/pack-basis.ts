import { digestOf } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE, modelState } from "../../domain/ledger.ts";
import { isWayOut } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, gateError } from "../../errors.ts";
import { changedModels, modelDigest } from "../../ledger/ledger-text.ts";
import type { Claim, PackBasis } from "../proof/bindings.ts";
import { triedContent } from "../gate/broken.ts";
import { rulesFor } from "../gate/last-lawful.ts";
import { requestOf } from "../request.ts";
import { baseLine, lineageAt } from "./base-line.ts";
import type { LineCommit } from "./snapshots.ts";
import type { Scene, Walk } from "./walk.ts";

/**
 * The commit that a pack names as its base, as it was: it must be on the line, before the commit that brought the pack.
 * EVIDENCE_BASE_MISMATCH, LEDGER_*, and what its policies are refused for.
 */
export async function packBasis(
  { walk, landed }: Scene,
  claim: Claim,
): Promise<PackBasis & { readonly position: number }> {
  const { pack, folder } = claim.stored;
  const position = walk.places.get(pack.base_commit);
  if (position === undefined || position >= landed.position) {
    const message = `The pack is bound to the base ${pack.base_commit}, which is no commit of the line before this one.`;
    throw gateError("EVIDENCE_BASE_MISMATCH", message, {
      where: { file: `${folder}/pack.json`, pointer: "/base_commit" },
    });
  }
  const base = await lineCommit(walk, position);
  const { committedAt } = base;
  // The ledger of the commit before is the one that was found lawful.
  if (position === landed.position - 1) return { before: claim.base, committedAt, position };
  const request = requestOf(claim.transition);
  const ledger = await ledgerOf(walk, base, claim);
  const before = {
    commit: base.commit,
    ...(await rulesFor(baseLine(walk), base.commit, request)),
    ledger,
    ledgerDigest: modelDigest(modelState(ledger, request.model)),
  };
  return { before, committedAt, position };
}

/**
 * The ledger of an earlier commit that a pack names as its base. The gate brings nothing forward on a commit without a
 * sound one; a way out was decided on the last lawful one, which is that of the claim where the file is another.
 */
async function ledgerOf(walk: Walk, base: LineCommit, { base: now, transition }: Claim): Promise<Ledger> {
  if (!isWayOut(transition.event)) return soundLedger(walk, base);
  const found = await triedContent(() => soundLedger(walk, base));
  if (found instanceof GateError) return now.ledger;
  return changedModels(found, now.ledger).includes(transition.model) ? now.ledger : found;
}

async function soundLedger({ snapshots }: Walk, { commit, root }: LineCommit): Promise<Ledger> {
  const id = await snapshots.ledgerId(root);
  if (id !== null) return snapshots.ledger(id);
  throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`);
}

/** A commit of the line by its position; those before the audited part are read when a pack is bound to one. */
export async function lineCommit(walk: Walk, position: number): Promise<LineCommit> {
  const known = walk.walked.get(position);
  if (known) return known;
  const commit = walk.line[position] ?? "";
  const lineage = await lineageAt(walk, position);
  const id = await walk.snapshots.ledgerId(lineage.tree);
  const ledgerDigest = id === null ? null : digestOf(await walk.snapshots.store.blob(id));
  return { commit, position, root: lineage.tree, ledgerDigest, committedAt: lineage.committedAt };
}
