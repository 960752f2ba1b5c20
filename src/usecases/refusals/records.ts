import { isModelId, isVersion } from "../../domain/model-ref.ts";
import type { Git } from "../../ports/git.ts";

/** A pack on a line of records, and the commit to read it from. */
export interface KeptPack {
  readonly commit: string;
  /** `evidence/<id>/<version>/<run_id>`. */
  readonly folder: string;
}

/** Commits that are looked at one by one. What older ones brought is read as it lies below them. */
const MOST_COMMITS = 64;

/**
 * Packs on the line of records that ends in a commit, newest first; of one model, or of all. Each is named with the commit
 * that brought it, so that whoever edits or deletes it later changes nothing. The cost is that of one listing and of what
 * the newest commits changed, whatever lies on the line. GIT_* where the line cannot be read.
 */
export async function recordsOn(git: Git, tip: string, model?: string): Promise<readonly KeptPack[]> {
  const below = model === undefined ? "evidence" : `evidence/${model}`;
  // A cut clone shows what is there now, which is nearly always all of it.
  const line = (await git.isShallow()) ? [tip] : await git.history(tip, below);
  const newest = line.slice(0, MOST_COMMITS);
  const oldest = newest.pop();
  if (oldest === undefined) return [];
  const packs = new Map<string, string>();
  const known = line[MOST_COMMITS] ?? oldest;
  add(packs, { commit: known, paths: await git.paths(known, below), below });
  let before = known;
  for (const commit of [...(known === oldest ? [] : [oldest]), ...newest.toReversed()]) {
    const changes = await git.diff(before, commit);
    const paths = changes.filter(({ after }) => after !== null).map(({ path }) => path);
    add(packs, { commit, paths, below });
    before = commit;
  }
  return [...packs].map(([folder, commit]) => ({ commit, folder })).toReversed();
}

/** A path that was there before is no new pack, whatever was done to it. */
function add(
  packs: Map<string, string>,
  { commit, paths, below }: { commit: string; paths: readonly string[]; below: string },
): void {
  const folders = new Set(paths.flatMap((path) => (path.startsWith(`${below}/`) ? folderOf(path) : [])));
  for (const folder of [...folders].toSorted(byRun)) if (!packs.has(folder)) packs.set(folder, commit);
}

/** What lies elsewhere, or below names that no version has, was not written by modelgate and hides nothing that was. */
function folderOf(path: string): readonly string[] {
  const [root = "", model = "", version = "", run = "", ...rest] = path.split("/");
  const plain = isModelId(model) && isVersion(version) && /^[A-Za-z0-9._-]{1,240}$/.test(run);
  return plain && rest.length > 0 ? [[root, model, version, run].join("/")] : [];
}

/** Run ids hold the time of the decision: `…_20261120T100000Z_…`. */
function byRun(a: string, b: string): number {
  const [left, right] = [a, b].map((folder) => /_(\d{8}T\d{6}Z)_/.exec(folder)?.[1] ?? "");
  return (left ?? "") < (right ?? "") ? -1 : (left ?? "") > (right ?? "") ? 1 : 0;
}
