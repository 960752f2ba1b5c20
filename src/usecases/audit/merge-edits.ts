import type { AuditedKind } from "../../domain/audit.ts";
import { type Problem, problem } from "../../errors.ts";
import type { RawChange } from "../../ledger/audit/raw-tree.ts";
import { lineageOf } from "../../ledger/audit/lineage.ts";
import { kindOfPath } from "../../ledger/classify.ts";
import type { Scene } from "./walk.ts";

/** Kinds whose files are made by a tool and never merged line by line. */
const WHOLE: ReadonlySet<AuditedKind> = new Set(["promotion", "registration"]);

/**
 * Governed files that a merge holds and none of the commits that it merges: edited while merging. Policies may be merged
 * line by line; what became of them is judged as it landed. AUDIT_MERGE_EDITED, GIT_OBJECT_MISSING.
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

  async function isNowhere({ path, after }: RawChange): Promise<boolean> {
    const found = await Promise.all(known.map((root) => store.find(root, path)));
    return !found.some((entry) => entry?.id === after?.id && entry?.mode === after?.mode);
  }
}

function edited({ path }: RawChange): Problem {
  const message = `The merge holds a ${path} that none of the merged commits has.`;
  return problem("AUDIT_MERGE_EDITED", message, { where: { file: path } });
}
