import { digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { isWayOut } from "../../domain/lifecycle.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError } from "../../errors.ts";
import type { Claim, PackBasis } from "../proof/bindings.ts";
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
  if (!isWayOut(request.event)) await requireLedger(walk, base);
  const before = {
    commit: base.commit,
    ...(await rulesFor(baseLine(walk), base.commit, request)),
    ledger: claim.base.ledger,
    ledgerDigest: base.ledgerDigest ?? digestOf(""),
  };
  return { before, committedAt, position };
}

/** The gate decides nothing on a commit without a sound ledger. */
async function requireLedger({ snapshots }: Walk, { commit, root }: LineCommit): Promise<void> {
  const id = await snapshots.ledgerId(root);
  if (id !== null) await snapshots.ledger(id);
  else throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`);
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
