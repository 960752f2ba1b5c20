import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { GateError } from "../../errors.ts";
import { type Lineage, lineageOf } from "../../ledger/audit/lineage.ts";
import { diffTrees } from "../../ledger/audit/raw-tree.ts";
import { APPROVALS_FOLDER, isApprovalPath, parseApproval } from "../../trust/approval/statement.ts";
import type { ObjectStore } from "./store.ts";
import type { Walk } from "./walk.ts";

/** A review that was recorded after a merge, and the commit that brought the record. */
export interface RecordedReview {
  readonly approval: ApprovalStatement;
  readonly commit: string;
}

interface Kept {
  readonly blob: string;
  readonly commit: string;
}

/** Longer lines of records are read from their newest end. */
const MOST_RECORDS = 50_000;

/** One audit reads the line of records once, and only when a policy asks. */
const indices = new WeakMap<Walk, Promise<ReadonlyMap<string, Kept>>>();

/**
 * Reviews that were recorded for the evidence pack in a folder. Each is read from the commit that brought it, so that
 * nothing that was appended later changes it; what is no sound record is none.
 */
export async function recordedReviews(walk: Walk, folder: string): Promise<readonly RecordedReview[]> {
  const index = indices.get(walk) ?? indexOf(walk);
  indices.set(walk, index);
  const found: RecordedReview[] = [];
  for (const [file, { blob, commit }] of await index) {
    if (!file.startsWith(`${folder}/${APPROVALS_FOLDER}/`)) continue;
    const approval = await readRecord(walk.snapshots.store, { folder, file, blob });
    if (approval?.source.kind === "github-review") found.push({ approval, commit });
  }
  return found;
}

async function readRecord(
  store: ObjectStore,
  { folder, file, blob }: { folder: string; file: string; blob: string },
): Promise<ApprovalStatement | null> {
  const path = file.slice(folder.length + 1);
  if (!isApprovalPath(path)) return null;
  try {
    return parseApproval(await store.blob(blob), { folder, path });
  } catch (error) {
    if (error instanceof GateError) return null;
    throw error;
  }
}

/** Path -> the first commit that brought it, over the whole line of records. */
async function indexOf({ approvals, snapshots }: Walk): Promise<ReadonlyMap<string, Kept>> {
  const found = new Map<string, Kept>();
  let at: string | null | undefined = approvals;
  for (let count = 0; at != null && count < MOST_RECORDS; count += 1) {
    const lineage = lineageOf(await snapshots.store.commit(at));
    if (!lineage) break;
    const [parent] = lineage.parents;
    for (const [path, blob] of await broughtBy(snapshots.store, lineage, parent))
      found.set(path, { blob, commit: at });
    at = parent;
  }
  return found;
}

async function broughtBy(
  store: ObjectStore,
  { tree }: Lineage,
  parent: string | undefined,
): Promise<readonly (readonly [string, string])[]> {
  const before = parent === undefined ? null : lineageOf(await store.commit(parent));
  const changes = await diffTrees(store.tree, before?.tree ?? null, tree);
  return changes.flatMap(({ path, after }) =>
    after?.mode === "100644" && path.startsWith("evidence/") ? [[path, after.id] as const] : [],
  );
}
