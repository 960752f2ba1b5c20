import type { KeyObject } from "node:crypto";
import { gateError } from "../../src/errors.ts";
import type { Disguise, GitObjects, ObjectDigest, RawObject } from "../../src/ports/git-objects.ts";
import type {
  Branch,
  CommitFacts,
  CommitRequest,
  Git,
  KeptOtherwise,
  PathChange,
} from "../../src/ports/git.ts";
import { ObjectWriter } from "./object-writer.ts";

/** An entry of a tree: its mode, and the bytes of a file or the target of a link. */
export interface Entry {
  readonly mode: "100644" | "100755" | "120000" | "160000";
  readonly bytes: Uint8Array;
}

export type Entries = ReadonlyMap<string, Entry>;

interface Known {
  readonly facts: CommitFacts;
  readonly entries: Entries;
}

/** Null deletes; below what is written nothing stays, and nothing above it is a file. */
export type Change = ReadonlyMap<string, Entry | Uint8Array | string | null>;

/**
 * A repository in memory as raw objects, with symlinks and submodules: what works on Git and what works on objects sees the
 * same. Commits on main are signed with `key`.
 */
export class ObjectGit implements Git, GitObjects {
  readonly root = "/memory";
  readonly gitDir = "/memory/.git";
  readonly objects = new ObjectWriter();
  readonly #known = new Map<string, Known>();
  readonly #branches = new Map<string, string>();
  /** Signs what is committed from now on. */
  key: KeyObject | null;
  seconds: number;
  dirtyPaths: readonly string[] = [];

  constructor(key: KeyObject | null, seconds: number) {
    this.key = key;
    this.seconds = seconds;
  }

  /** The same repository, to go another way from here. */
  fork(): ObjectGit {
    const other = new ObjectGit(this.key, this.seconds);
    Object.assign(other, { objects: this.objects });
    for (const [id, known] of this.#known) other.#known.set(id, known);
    for (const [name, commit] of this.#branches) other.#branches.set(name, commit);
    return other;
  }

  /** The next commit of main. */
  land(change: Change, message = "change\n"): string {
    const parent = this.#branches.get("main");
    const commit = this.#store({ parents: parent === undefined ? [] : [parent], change, message });
    this.#branches.set("main", commit);
    return commit;
  }

  /** Merges a proposal into main, as it is. */
  merge(branch: string): string {
    const [main = "", theirs = ""] = [this.#branches.get("main"), this.#branches.get(branch)];
    const { entries } = this.#at(theirs);
    const change = new Map(
      difference(this.#at(main).entries, entries).map((path) => [path, entries.get(path) ?? null]),
    );
    const commit = this.#store({ parents: [main, theirs], change, message: `Merge ${branch}\n` });
    this.#branches.set("main", commit);
    return commit;
  }

  entries(commit = "main"): Entries {
    return this.#at(commit).entries;
  }

  /** The entries before a commit. */
  before(commit = "main"): Entries {
    return this.#at(this.#at(commit).facts.parents[0] ?? "").entries;
  }

  #store(of: { parents: readonly string[]; change: Change; message: string; at?: Date }): string {
    this.seconds += 3600;
    const seconds = of.at ? Math.floor(of.at.getTime() / 1000) : this.seconds;
    const entries = changed(
      of.parents[0] === undefined ? new Map() : this.#at(of.parents[0]).entries,
      of.change,
    );
    const { parents, message } = of;
    const tree = this.#tree(entries);
    const commit = this.objects.commit(tree, { parents, message, seconds, signWith: this.key, aside: true });
    const facts: CommitFacts = {
      commit,
      parents,
      author: "Ada <ada@example.org>",
      committedAt: new Date(seconds * 1000),
      signed: this.key !== null,
      message,
    };
    this.#known.set(commit, { facts, entries });
    return commit;
  }

  #tree(entries: Entries): string {
    const top = new Map<string, { mode: string; id: string }>();
    const folders = new Map<string, Map<string, Entry>>();
    for (const [path, entry] of entries) {
      const [name = "", ...rest] = path.split("/");
      if (rest.length === 0) top.set(name, { mode: entry.mode, id: this.#blob(entry) });
      else folders.set(name, (folders.get(name) ?? new Map<string, Entry>()).set(rest.join("/"), entry));
    }
    for (const [name, below] of folders) top.set(name, { mode: "40000", id: this.#tree(below) });
    const order = (name: string, mode: string): Buffer => Buffer.from(mode === "40000" ? `${name}/` : name);
    const sorted = [...top].toSorted(([a, one], [b, other]) =>
      Buffer.compare(order(a, one.mode), order(b, other.mode)),
    );
    const parts = sorted.map(([name, { mode, id }]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]),
    );
    return this.objects.add("tree", Buffer.concat(parts));
  }

  #blob({ mode, bytes }: Entry): string {
    return mode === "160000" ? "1".repeat(40) : this.objects.add("blob", bytes);
  }

  #at(revision: string): Known {
    const found = this.#known.get(this.#branches.get(revision) ?? revision);
    if (!found) throw gateError("GIT_UNKNOWN_REVISION", `There is no commit "${revision}".`);
    return found;
  }

  async head(): Promise<{ commit: string; branch: string }> {
    return { commit: this.#at("main").facts.commit, branch: "main" };
  }

  async resolve(revision: string): Promise<string | undefined> {
    if (this.#known.has(revision)) return revision;
    return this.#branches.get(revision === "HEAD" ? "main" : revision.replace(/^refs\/heads\//, ""));
  }

  async isShallow(): Promise<boolean> {
    return false;
  }

  async dirty(): Promise<readonly string[]> {
    return this.dirtyPaths;
  }

  async show(commit: string, path: string): Promise<Uint8Array | undefined> {
    const { entries } = this.#at(commit);
    const entry = entries.get(path);
    const isFolder = [...entries.keys()].some((one) => one.startsWith(`${path}/`));
    if (isFolder || (entry && !entry.mode.startsWith("100")))
      throw gateError("GIT_NOT_A_FILE", `${path} is no file in commit ${commit}.`, { where: { file: path } });
    return entry?.bytes;
  }

  async tree(commit: string, folder: string) {
    const below = [...this.#at(commit).entries].filter(
      ([path]) => folder === "" || path.startsWith(`${folder}/`),
    );
    return below
      .map(([path, entry]) => ({ path, mode: entry.mode, blob: this.#blob(entry), size: entry.bytes.length }))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  }

  async paths(commit: string, folder: string): Promise<readonly string[]> {
    return (await this.tree(commit, folder)).map(({ path }) => path);
  }

  async folders(commit: string, folder: string): Promise<readonly string[]> {
    const below = (await this.paths(commit, folder)).map((path) => path.slice(folder.length + 1).split("/"));
    return [...new Set(below.filter(({ length }) => length > 1).map(([name = ""]) => name))].toSorted();
  }

  async changed(base: string, head: string): Promise<readonly string[]> {
    return difference(this.#at(base).entries, this.#at(head).entries);
  }

  async diff(base: string, head: string): Promise<readonly PathChange[]> {
    const [before, after] = [this.#at(base).entries, this.#at(head).entries];
    const mode = (entries: Entries, path: string): string | null => entries.get(path)?.mode ?? null;
    return difference(before, after).map((path) => ({
      path,
      before: mode(before, path),
      after: mode(after, path),
    }));
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    for (const commit of this.#firstParents(one)) if (await this.isAncestor(commit, other)) return commit;
    return undefined;
  }

  async history(revision: string, path: string): Promise<readonly string[]> {
    return this.#firstParents(revision).filter((commit) => {
      const { facts, entries } = this.#at(commit);
      const before =
        facts.parents[0] === undefined ? new Map<string, Entry>() : this.#at(facts.parents[0]).entries;
      return difference(before, entries).some((one) => one === path || one.startsWith(`${path}/`));
    });
  }

  #firstParents(revision: string): string[] {
    const line: string[] = [];
    for (let at: string | undefined = revision; at !== undefined;) {
      const { facts } = this.#at(at);
      line.push(facts.commit);
      at = facts.parents[0];
    }
    return line;
  }

  async facts(commit: string): Promise<CommitFacts> {
    return this.#at(commit).facts;
  }

  async branches(prefix: string): Promise<readonly Branch[]> {
    return [...this.#branches]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, commit]) => ({ name, commit }));
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const wanted = this.#at(ancestor).facts.commit;
    const left = [this.#at(commit).facts.commit];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at === wanted) return true;
      left.push(...this.#at(at).facts.parents);
    }
    return false;
  }

  async commit({ branch, parent, change, message, at }: CommitRequest) {
    const commit = this.#store({ parents: [parent], change, message, ...(at ? { at } : {}) });
    this.#branches.set(branch, commit);
    return { commit, signed: this.key !== null };
  }

  append(): Promise<never> {
    return Promise.reject(new Error("Nothing is refused here."));
  }

  fetch(): Promise<never> {
    return Promise.reject(new Error("Nothing is fetched here."));
  }

  async identity(): Promise<{ name: string; email: string }> {
    return { name: "Ada", email: "ada@example.org" };
  }

  async keep(name: string): Promise<string> {
    return `/memory/.git/modelgate/${name}`;
  }

  async line(head: string): Promise<readonly string[]> {
    return this.#firstParents(head).toReversed();
  }

  async object(id: string): Promise<RawObject | undefined> {
    return this.objects.object(id);
  }

  async digest(id: string): Promise<ObjectDigest | undefined> {
    return this.objects.digest(id);
  }

  async keptOtherwise(): Promise<readonly KeptOtherwise[]> {
    return [];
  }

  async disguises(): Promise<readonly Disguise[]> {
    return [];
  }
}

function changed(entries: Entries, change: Change): Entries {
  const next = new Map(entries);
  for (const [path, content] of change) {
    for (const other of next.keys())
      if (other.startsWith(`${path}/`) || (content !== null && path.startsWith(`${other}/`)))
        next.delete(other);
    if (content === null) next.delete(path);
    else next.set(path, entryOf(content));
  }
  return next;
}

function entryOf(content: Entry | Uint8Array | string): Entry {
  if (typeof content === "string") return { mode: "100644", bytes: Buffer.from(content) };
  return content instanceof Uint8Array ? { mode: "100644", bytes: content } : content;
}

function difference(before: Entries, after: Entries): string[] {
  const same = (a: Entry | undefined, b: Entry | undefined): boolean =>
    a === b ||
    (a !== undefined && b !== undefined && a.mode === b.mode && Buffer.from(a.bytes).equals(b.bytes));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !same(before.get(path), after.get(path)))
    .toSorted();
}
