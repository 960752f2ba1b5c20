import { gateError } from "../../errors.ts";
import {
  compareEntries,
  Cursor,
  FOLDER,
  type NamedEntry,
  type RawEntry,
  type RawTree,
  sharedEntries,
} from "./tree-cursor.ts";

export type { RawEntry, RawTree } from "./tree-cursor.ts";

/** One path that differs between two trees; null where it is not there. Folders are never listed, only what is in them. */
export interface RawChange {
  readonly path: string;
  readonly before: RawEntry | null;
  readonly after: RawEntry | null;
}

/** Entries that stand in one of two trees only, the same name on both sides side by side. */
type Pair = { readonly before: NamedEntry | null; readonly after: NamedEntry | null };

/**
 * Differences of two tree objects (gitformat-pack(5): `<mode> SP <name> NUL <id bytes>`), by comparing bytes; entries
 * that are the same are never decoded. Throws GIT_OBJECT_CORRUPT for trees that git would not write: cut short, not
 * sorted, with a name twice, or with a mode in another spelling.
 */
export function differingEntries(before: RawTree | null, after: RawTree | null): readonly Pair[] {
  const start = sharedEntries(before, after);
  const [left, right] = [new Cursor(before, start), new Cursor(after, start)];
  const pairs: Pair[] = [];
  while (left.entry || right.entry) {
    const order = left.entry && right.entry ? compareEntries(left.entry, right.entry) : left.entry ? -1 : 1;
    if (order === 0 && !sameEntry(left, right)) pairs.push({ before: left.named(), after: right.named() });
    if (order < 0) pairs.push({ before: left.named(), after: null });
    if (order > 0) pairs.push({ before: null, after: right.named() });
    if (order <= 0) left.next();
    if (order >= 0) right.next();
  }
  return pairs;
}

function sameEntry({ entry: a }: Cursor, { entry: b }: Cursor): boolean {
  return !!a && !!b && a.bytes.compare(b.bytes, b.start, b.end, a.start, a.end) === 0;
}

const indices = new WeakMap<RawTree, ReadonlyMap<string, RawEntry>>();

/** The entry of a name, latin1; undefined when there is none. Throws GIT_OBJECT_CORRUPT, also for a name that stands twice. */
export function findEntry(tree: RawTree, name: string): RawEntry | undefined {
  const known = indices.get(tree) ?? indexOf(tree);
  indices.set(tree, known);
  return known.get(name);
}

function indexOf(tree: RawTree): ReadonlyMap<string, RawEntry> {
  const index = new Map<string, RawEntry>();
  for (const at = new Cursor(tree); at.entry; at.next()) {
    const found = at.named();
    if (!found) continue;
    if (index.has(found.name)) throw gateError("GIT_OBJECT_CORRUPT", `The tree ${tree.id} has a name twice.`);
    index.set(found.name, found);
  }
  return index;
}

/** Reads tree objects by id. */
export type TreeReader = (id: string) => Promise<RawTree>;

/** More than any governed change has; a tree of trees can name billions in a few bytes. */
const MOST_CHANGES = 100_000;

/**
 * Paths that differ between two root trees, in git's order; only trees that differ are read, all of a level at once.
 * GIT_OBJECT_CORRUPT, GIT_TOO_LARGE over 100,000 paths.
 */
export async function diffTrees(
  read: TreeReader,
  before: string | null,
  after: string | null,
): Promise<readonly RawChange[]> {
  return below(read, { before, after, prefix: "" }, { left: MOST_CHANGES });
}

async function below(
  read: TreeReader,
  of: { before: string | null; after: string | null; prefix: string },
  budget: { left: number },
): Promise<RawChange[]> {
  if (of.before === of.after) return [];
  const [before, after] = await Promise.all([optional(read, of.before), optional(read, of.after)]);
  const pairs = differingEntries(before, after);
  budget.left -= pairs.length;
  if (budget.left < 0) throw gateError("GIT_TOO_LARGE", `A commit changes more than ${MOST_CHANGES} paths.`);
  const found = await Promise.all(pairs.map((pair) => changesOf(read, pair, { prefix: of.prefix, budget })));
  return found.flat();
}

async function optional(read: TreeReader, id: string | null): Promise<RawTree | null> {
  return id === null ? null : read(id);
}

async function changesOf(
  read: TreeReader,
  { before, after }: Pair,
  at: { prefix: string; budget: { left: number } },
): Promise<RawChange[]> {
  const path = `${at.prefix}${utf8((before ?? after)?.name ?? "")}`;
  const [was, is] = [folderOf(before), folderOf(after)];
  const files = {
    path,
    before: was === null ? plain(before) : null,
    after: is === null ? plain(after) : null,
  };
  const own = files.before || files.after ? [files] : [];
  if (was === null && is === null) return own;
  return [...own, ...(await below(read, { before: was, after: is, prefix: `${path}/` }, at.budget))];
}

function folderOf(entry: NamedEntry | null): string | null {
  return entry?.mode === FOLDER ? entry.id : null;
}

function plain(entry: NamedEntry | null): RawEntry | null {
  return entry && { mode: entry.mode, id: entry.id };
}

function utf8(latin1: string): string {
  return /^[\0-\x7f]*$/.test(latin1) ? latin1 : Buffer.from(latin1, "latin1").toString("utf8");
}
