import { gateError } from "../../errors.ts";
import { printable } from "./failures.ts";
import { pathParts } from "./names.ts";
import type { GitObject, ObjectReader } from "./objects.ts";

/** One entry of a tree object. `name` stays bytes, because Git names need not be UTF-8. */
export interface TreeEntry {
  readonly mode: string;
  readonly name: Buffer;
  readonly id: string;
}

const CACHED_TREES = 4096;

/** Far more than a registry has; a tree of trees can name billions in a few bytes. */
const MOST_PATHS = 1_000_000;

/** Finds files in commits by walking tree objects, so that a whole run needs one git process. */
export class TreeWalker {
  readonly #objects: ObjectReader;
  readonly #roots = new Map<string, Promise<string>>();
  readonly #trees = new Map<string, Promise<readonly TreeEntry[]>>();

  constructor(objects: ObjectReader) {
    this.#objects = objects;
  }

  /** The entry at a path of a commit; undefined when it is not there. */
  async find(commit: string, path: string): Promise<TreeEntry | undefined> {
    let entry: TreeEntry | undefined = { mode: "40000", name: Buffer.alloc(0), id: await this.#root(commit) };
    for (const part of pathParts(path)) {
      if (entry.mode !== "40000") return undefined;
      const name = Buffer.from(part);
      entry = (await this.#entries(entry.id)).find((each) => each.name.equals(name));
      if (!entry) return undefined;
    }
    return entry;
  }

  /** Paths of everything but folders below a folder ("" is the root), in git's order. GIT_TOO_LARGE over a million. */
  async paths(commit: string, folder: string): Promise<string[]> {
    const id = folder === "" ? await this.#root(commit) : (await this.#folder(commit, folder))?.id;
    return id === undefined ? [] : this.#below(id, folder === "" ? "" : `${folder}/`, { left: MOST_PATHS });
  }

  async #folder(commit: string, path: string): Promise<TreeEntry | undefined> {
    const entry = await this.find(commit, path);
    return entry?.mode === "40000" ? entry : undefined;
  }

  /** Asks for all folders of a folder at once, so that git is waited for once a level. */
  async #below(id: string, prefix: string, budget: { left: number }): Promise<string[]> {
    const entries = await this.#entries(id);
    // Spent by another folder, which says so.
    if (budget.left < 0) return [];
    budget.left -= entries.length;
    if (budget.left < 0) throw gateError("GIT_TOO_LARGE", `A tree has more than ${MOST_PATHS} paths.`);
    const paths = entries.map(({ name }) => `${prefix}${name.toString("utf8")}`);
    const folders = entries.map((entry, at) =>
      entry.mode === "40000" ? this.#below(entry.id, `${paths[at]}/`, budget) : undefined,
    );
    const found = await Promise.all(folders.filter((folder) => folder !== undefined));
    return folders.flatMap((folder, at) => (folder ? (found.shift() ?? []) : [paths[at] ?? ""]));
  }

  #root(commit: string): Promise<string> {
    return this.#roots.get(commit) ?? remember(this.#roots, commit, this.#readRoot(commit));
  }

  async #readRoot(commit: string): Promise<string> {
    // The tree is in the first line, however long the message is.
    const object = await this.#objects.digest(commit);
    if (object?.type !== "commit" || object.id !== commit)
      throw gateError("GIT_OBJECT_MISSING", `The commit ${printable(commit)} is not in this clone.`);
    const root = /^tree ([0-9a-f]{40,64})\n/.exec(Buffer.from(object.head).toString("latin1"))?.[1];
    if (root === undefined) throw gateError("GIT_OBJECT_CORRUPT", `The commit ${commit} names no tree.`);
    return root;
  }

  #entries(id: string): Promise<readonly TreeEntry[]> {
    return (
      this.#trees.get(id) ?? remember(this.#trees, id, needed(this.#objects, id, "tree").then(parseTree))
    );
  }
}

/** An object that something refers to: that it is missing is damage, not an answer. */
export async function needed(objects: ObjectReader, id: string, type: string): Promise<GitObject> {
  const object = await objects.read(id);
  if (object?.type === type && object.id === id) return object;
  if (object) throw gateError("GIT_OBJECT_CORRUPT", `${printable(id)} is a ${object.type}, not a ${type}.`);
  throw gateError("GIT_OBJECT_MISSING", `The ${type} ${printable(id)} is not in this clone.`);
}

/** Entries are `<mode> SP <name> NUL <id bytes>`, gitformat-pack(5). */
function parseTree(tree: GitObject): TreeEntry[] {
  const width = tree.id.length / 2;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < tree.bytes.length;) {
    const space = tree.bytes.indexOf(32, at);
    const end = tree.bytes.indexOf(0, space);
    if (space < 0 || end < 0 || end + width >= tree.bytes.length + 1) {
      throw gateError("GIT_OBJECT_CORRUPT", `The tree ${tree.id} is cut short.`);
    }
    const id = tree.bytes.subarray(end + 1, end + 1 + width).toString("hex");
    entries.push({
      mode: tree.bytes.subarray(at, space).toString("latin1"),
      name: tree.bytes.subarray(space + 1, end),
      id,
    });
    at = end + 1 + width;
  }
  return entries;
}

function remember<V>(cache: Map<string, V>, key: string, value: V): V {
  if (cache.size >= CACHED_TREES) cache.clear();
  cache.set(key, value);
  return value;
}
