import { gateError } from "../../errors.ts";

/** One entry of a tree object. `mode` as in the object: `40000` is a folder. */
export interface RawEntry {
  readonly mode: string;
  readonly id: string;
}

/** An entry with its name. */
export interface NamedEntry extends RawEntry {
  /** Bytes as latin1: names need not be UTF-8. */
  readonly name: string;
}

/** The mode of a folder. */
export const FOLDER = "40000";
/**
 * Modes as git writes them, and one of a regular file that it once wrote. Git reads others too: `040000` is a folder to it,
 * and whoever compares texts would never look into that folder.
 */
const MODES: ReadonlySet<string> = new Set([FOLDER, "100644", "100755", "100664", "120000", "160000"]);

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

/** Offsets in two trees that are the same up to `next`: of the last entry that both begin with, and of the one after it. */
interface Shared {
  readonly last: number;
  readonly next: number;
}

const FIRST: Shared = { last: 0, next: 0 };

/** What two trees begin with: there they do not differ, and what of it is out of order came with an earlier tree. */
export function sharedEntries(before: RawTree | null, after: RawTree | null): Shared {
  if (!before || !after) return FIRST;
  const [same, width] = [sharedBytes(before.bytes, after.bytes), after.id.length / 2];
  let [last, next] = [0, 0];
  while (next < same) {
    // As a cursor reads it: a NUL before the space would end another entry.
    const nul = after.bytes.indexOf(0, after.bytes.indexOf(32, next) + 1);
    const end = nul + 1 + width;
    if (nul < next || end > same) break;
    [last, next] = [next, end];
  }
  return { last, next };
}

/** How many bytes two buffers have in common from their start, by halving. */
function sharedBytes(a: Buffer, b: Buffer): number {
  let [same, different] = [0, Math.min(a.length, b.length) + 1];
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (a.compare(b, same, middle, same, middle) === 0) same = middle;
    else different = middle;
  }
  return same;
}

/** Stands at one entry of a tree after the other; GIT_OBJECT_CORRUPT where the tree is none that git would write. */
export class Cursor {
  readonly #tree: RawTree | null;
  readonly #width: number;
  entry: Spot | undefined;

  /** Begins behind what was found to be shared with another tree. */
  constructor(tree: RawTree | null, { last, next }: Shared = FIRST) {
    this.#tree = tree;
    this.#width = (tree?.id.length ?? 0) / 2;
    this.entry = this.#at(last);
    if (next > last) this.next();
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

/** Git sorts a folder as if its name ended in a slash; a file and a folder of one name are not the same entry. */
export function compareEntries(a: Spot, b: Spot): number {
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
