import { type BlobContent, blobContent } from "../../domain/registry/lfs-pointer.ts";
import { GateError, gateError, tried } from "../../errors.ts";
import { type Lineage, lineageOf } from "../../ledger/audit/lineage.ts";
import { findEntry, type RawEntry, type RawTree } from "../../ledger/audit/raw-tree.ts";
import { FOLDER } from "../../ledger/audit/tree-cursor.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import { type ObjectFacts, objectFacts } from "./object-facts.ts";
import { Remembered } from "./remembered.ts";

const CACHED_TREES = 512;
/** Trees above this are read again when they are needed again. */
const CACHED_TREE_BYTES = 256 * 1024;

/** Objects of the audited repository by id; the trees that were used last are kept, because neighbouring commits share nearly all of them. */
export class ObjectStore {
  readonly #git: GitObjects;
  /** What is known by the ids of objects. */
  readonly facts: ObjectFacts;
  readonly #commits = new Remembered<Buffer>(128);
  readonly #trees = new Map<string, Promise<RawTree>>();

  constructor(git: GitObjects) {
    this.#git = git;
    this.facts = objectFacts(git);
  }

  /** Each commit is read as itself and as the parent of the next. */
  commit(id: string): Promise<Buffer> {
    return this.#commits.get(id, () => this.#needed(id, "commit"));
  }

  /** What links a commit of any size to its tree and its parents; null when it is no commit. GIT_OBJECT_*. */
  async lineage(id: string): Promise<Lineage | null> {
    const raw = await tried(() => this.commit(id));
    if (!(raw instanceof GateError)) return lineageOf(raw);
    if (raw.code !== "GIT_TOO_LARGE") throw raw;
    const { head } = expected({ id, type: "commit" }, await this.#git.digest(id));
    return lineageOf(Buffer.from(head));
  }

  blob(id: string): Promise<Buffer> {
    return this.#needed(id, "blob");
  }

  /** What a blob of any size holds; none is hashed twice. GIT_OBJECT_*. */
  content(id: string): Promise<BlobContent> {
    return this.facts.contents.get(id, async () =>
      blobContent(expected({ id, type: "blob" }, await this.#git.digest(id))),
    );
  }

  readonly tree = (id: string): Promise<RawTree> => {
    const known = this.#trees.get(id);
    if (known) {
      this.#trees.delete(id);
      this.#trees.set(id, known);
      return known;
    }
    const read = this.#needed(id, "tree").then((bytes) => this.#keep({ id, bytes }));
    read.catch(() => undefined);
    if (this.#trees.size >= CACHED_TREES) this.#trees.delete(this.#trees.keys().next().value ?? "");
    this.#trees.set(id, read);
    return read;
  };

  #keep(tree: RawTree): RawTree {
    if (tree.bytes.length > CACHED_TREE_BYTES) this.#trees.delete(tree.id);
    return tree;
  }

  /** What is at a path below a root tree; undefined when nothing is. */
  async find(root: string, path: string): Promise<RawEntry | undefined> {
    let entry: RawEntry | undefined = { mode: FOLDER, id: root };
    for (const part of path.split("/")) {
      if (entry?.mode !== FOLDER) return undefined;
      entry = findEntry(await this.tree(entry.id), latin1(part));
    }
    return entry;
  }

  /** The id of a regular file at a path; null when there is none. GIT_NOT_A_FILE for anything else. */
  async fileId(root: string, path: string): Promise<string | null> {
    const entry = await this.find(root, path);
    if (!entry) return null;
    if (entry.mode === "100644" || entry.mode === "100755") return entry.id;
    throw gateError("GIT_NOT_A_FILE", `${path} has the mode ${entry.mode}.`, { where: { file: path } });
  }

  async file(root: string, path: string): Promise<Buffer | undefined> {
    const id = await this.fileId(root, path);
    return id === null ? undefined : this.blob(id);
  }

  async #needed(id: string, type: string): Promise<Buffer> {
    const { bytes } = expected({ id, type }, await this.#git.object(id));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** An object that something refers to. GIT_OBJECT_MISSING, GIT_OBJECT_CORRUPT. */
function expected<T extends { readonly type: string }>(
  { id, type }: { readonly id: string; readonly type: string },
  found: T | undefined,
): T {
  if (!found) throw gateError("GIT_OBJECT_MISSING", `The ${type} ${id} is not in this clone.`);
  if (found.type !== type) throw gateError("GIT_OBJECT_CORRUPT", `${id} is a ${found.type}, not a ${type}.`);
  return found;
}

const ASCII = /^[\x20-\x7e]*$/;

/** A name as trees are searched: its UTF-8 bytes as latin1. */
function latin1(name: string): string {
  return ASCII.test(name) ? name : Buffer.from(name).toString("latin1");
}
