import type { AuditedKind } from "../../domain/audit.ts";
import { LEDGER_FILE, modelState } from "../../domain/ledger.ts";
import { type Problem, problem, triedOr } from "../../errors.ts";
import type { RawChange } from "../../ledger/audit/raw-tree.ts";
import { lineageOf } from "../../ledger/audit/lineage.ts";
import { changedModels, modelDigest } from "../../ledger/ledger-text.ts";
import { kindOfPath } from "../../ledger/classify.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Scene } from "./walk.ts";

/** Kinds whose files are made by a tool and never merged line by line. */
const WHOLE: ReadonlySet<AuditedKind> = new Set(["promotion", "registration"]);

/**
 * Governed files that a merge holds and none of the commits that it merges: edited while merging. Policies may be merged
 * line by line, and deployed.json model by model; what became of them is judged as it landed. AUDIT_MERGE_EDITED,
 * GIT_OBJECT_MISSING.
 */
export async function mergeProblems({ walk, landed }: Scene, kind: AuditedKind): Promise<Problem[]> {
  const others = landed.lineage?.parents.slice(1) ?? [];
  if (others.length === 0 || !WHOLE.has(kind)) return [];
  const { store } = walk.snapshots;
  const roots = await Promise.all(others.map(async (id) => lineageOf(await store.commit(id))?.tree));
  const known = roots.filter((root) => root !== undefined);
  const governed = landed.changes.filter(({ path }) => WHOLE.has(kindOfPath(path)));
  const foreign = await Promise.all(governed.map((change) => isNowhere(change)));
  return governed.filter((_, at) => foreign[at]).map(edited);

  async function isNowhere(change: RawChange): Promise<boolean> {
    const { path, after } = change;
    if (path === LEDGER_FILE && (await isMerged(walk.snapshots, change, known))) return false;
    const found = await Promise.all(known.map((root) => store.find(root, path)));
    return !found.some((entry) => entry?.id === after?.id && entry?.mode === after?.mode);
  }
}

/**
 * Whether deployed.json is what merging line by line makes of it: each model whose entry differs from the line's has the
 * entry of a merged commit. Others may have moved on the line since the proposal left it.
 */
async function isMerged(
  snapshots: Snapshots,
  { before, after }: RawChange,
  merged: readonly string[],
): Promise<boolean> {
  return triedOr(false, async () => {
    const read = (id: string | undefined) => snapshots.ledger(id ?? "");
    const [was, is] = [await read(before?.id), await read(after?.id)];
    const theirs = await Promise.all(
      merged.map(async (root) => read((await snapshots.ledgerId(root)) ?? "")),
    );
    return changedModels(was, is).every((model) =>
      theirs.some((ledger) => modelDigest(modelState(ledger, model)) === modelDigest(modelState(is, model))),
    );
  });
}

function edited({ path }: RawChange): Problem {
  const message = `The merge holds a ${path} that none of the merged commits has.`;
  return problem("AUDIT_MERGE_EDITED", message, { where: { file: path } });
}
