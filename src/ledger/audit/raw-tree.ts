import { gateError } from "../../errors.ts";

/** One entry of a tree object. `mode` as in the object: `40000` is a folder. */
export interface RawEntry {
  readonly mode: string;
  readonly id: string;
}

/** One path that differs between two trees; null where it is not there. Folders are never listed, only what is in them. */
export interface RawChange {
  readonly path: string;
  readonly before: RawEntry | null;
  readonly after: RawEntry | null;
}

interface NamedEntry extends RawEntry {
  /** Bytes as latin1: names need not be UTF-8. */
  readonly name: string;
}

const FOLDER = "40000";
/**
 * Modes as git writes them, and one of a regular file that it once wrote. Git reads others too: `040000` is a folder to it,
 * and whoever compares texts would never look into that folder.
 */
const MODES: ReadonlySet<string> = new Set([FOLDER, "100644", "100755", "100664", "120000", "160000"]);

/** Entries that stand in one of two trees only, the same name on both sides side by side. */
type Pair = { readonly before: NamedEntry | null; readonly after: NamedEntry | null };

/**
 * Differences of two tree objects (gitformat-pack(5): `<mode> SP <name> NUL <id bytes>`), by comparing bytes; entries
 * that are the same are never decoded. Throws GIT_OBJECT_CORRUPT for trees that git would not write: cut short, not
 * sorted, with a name twice, or with a mode in another spelling.
 */
export function differingEntries(before: RawTree | null, after: RawTree | null): readonly Pair[] {
  const [left, right] = [cursor(before), cursor(after)];
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

/** A tree object by its id. */
export interface RawTree {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Offsets of the entry that a cursor stands at. */
interface Spot {
  readonly start: number;
  readonly name: number;
  readonly nul: number;
  readonly end: number;
  readonly bytes: Buffer;
}

class Cursor {
  readonly #tree: RawTree | null;
  readonly #width: number;
  entry: Spot | undefined;

  constructor(tree: RawTree | null) {
    this.#tree = tree;
    this.#width = (tree?.id.length ?? 0) / 2;
    this.entry = this.#at(0);
  }

  next(): void {
    const last = this.entry;
    if (!last) return;
    this.entry = this.#at(last.end);
    if (this.entry && compareEntries(last, this.entry) >= 0) throw this.#corrupt("is not sorted");
  }

  named(): NamedEntry | null {
    if (!this.entry) return null;
    const { start, name, nul, end, bytes } = this.entry;
    const mode = bytes.toString("latin1", start, name - 1);
    if (!MODES.has(mode)) throw this.#corrupt("has an entry whose mode git would not write");
    return {
      mode,
      name: bytes.toString("latin1", name, nul),
      id: bytes.toString("hex", nul + 1, end),
    };
  }

  #at(start: number): Spot | undefined {
    if (!this.#tree || start === this.#tree.bytes.length) return undefined;
    const { bytes } = this.#tree;
    const name = bytes.indexOf(32, start) + 1;
    const nul = bytes.indexOf(0, name);
    const end = nul + 1 + this.#width;
    if (name <= start + 1 || nul <= name || end > bytes.length) throw this.#corrupt("is cut short");
    return { start, name, nul, end, bytes };
  }

  #corrupt(how: string): Error {
    return gateError("GIT_OBJECT_CORRUPT", `The tree ${this.#tree?.id ?? ""} ${how}.`);
  }
}

function cursor(tree: RawTree | null): Cursor {
  return new Cursor(tree);
}

function sameEntry({ entry: a }: Cursor, { entry: b }: Cursor): boolean {
  return !!a && !!b && a.bytes.compare(b.bytes, b.start, b.end, a.start, a.end) === 0;
}

/** Git sorts a folder as if its name ended in a slash; a file and a folder of one name are not the same entry. */
function compareEntries(a: Spot, b: Spot): number {
  const [left, right] = [a.nul - a.name, b.nul - b.name];
  const shared = Math.min(left, right);
  const order = a.bytes.compare(b.bytes, b.name, b.name + shared, a.name, a.name + shared);
  if (order !== 0) return order;
  return after(a, shared) - after(b, shared);
}

function after({ bytes, name, nul, start }: Spot, offset: number): number {
  if (name + offset < nul) return bytes[name + offset] ?? 0;
  return bytes[start] === 0x34 ? 0x2f : 0;
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
  for (const at = cursor(tree); at.entry; at.next()) {
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
