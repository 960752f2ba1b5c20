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

/** Finds files in commits by walking tree objects, so that a whole run needs one git process. */
export class TreeWalker {
  readonly #objects: ObjectReader;
  readonly #roots = new Map<string, string>();
  readonly #trees = new Map<string, readonly TreeEntry[]>();

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

  async #root(commit: string): Promise<string> {
    const known = this.#roots.get(commit);
    if (known !== undefined) return known;
    const object = await needed(this.#objects, commit, "commit");
    const root = /^tree ([0-9a-f]{40,64})\n/.exec(object.bytes.toString("latin1"))?.[1];
    if (root === undefined) throw gateError("GIT_OBJECT_CORRUPT", `The commit ${commit} names no tree.`);
    return remember(this.#roots, commit, root);
  }

  async #entries(id: string): Promise<readonly TreeEntry[]> {
    return (
      this.#trees.get(id) ?? remember(this.#trees, id, parseTree(await needed(this.#objects, id, "tree")))
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
