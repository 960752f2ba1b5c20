import { pathParts, safeBranch, safeRecordsRef, safeRevision } from "../../src/adapters/git/names.ts";
import { gateError } from "../../src/errors.ts";
import { digestOf } from "../../src/domain/digest.ts";
import type { RecordsRef } from "../../src/domain/records-ref.ts";
import type {
  Branch,
  CommitFacts,
  CommitRequest,
  Git,
  GitRemote,
  KeptOtherwise,
  PathChange,
  RecordRequest,
} from "../../src/ports/git.ts";
import type { ObjectDigest } from "../../src/ports/git-objects.ts";
import { type MemoryCommit, MemoryCommits } from "./memory-git/commits.ts";
import { byBytes, byPath, difference, objectId } from "./memory-git/trees.ts";

/** `Git` without a disk: the same contract, for tests of use cases that need no real repository. */
export class MemoryGit implements Git {
  readonly root = "/memory";
  readonly gitDir = "/memory/.git";
  readonly notes = new Map<string, string>();
  /** Called right before a branch moves, to play a rival or a crash. */
  beforeMove: () => Promise<void> = async () => {};
  shallow = false;
  dirtyFiles: readonly string[] = [];
  branch: string | null = "main";
  readonly #commits = new MemoryCommits();
  readonly #branches = new Map<string, string>();
  readonly #records = new Map<string, string>();

  /** Commits on the checked-out branch, as a user would. */
  seed(
    files: Readonly<Record<string, string | Uint8Array | null>>,
    message = "change",
    at = new Date(1.7e12),
  ): string {
    const parent = this.#branches.get(this.branch ?? "main");
    const change = Object.entries(files).map(
      ([path, content]) => [path, typeof content === "string" ? Buffer.from(content) : content] as const,
    );
    const commit = this.#commits.store({
      parents: parent ? [parent] : [],
      change: new Map(change),
      message,
      at,
    });
    this.#branches.set(this.branch ?? "main", commit);
    return commit;
  }

  /** Fast-forwards or merges a branch into the checked-out one with its tree, as `git merge` would for a proposal. */
  merge(branch: string, at = new Date(1.7e12)): string {
    const onto = this.branch ?? "main";
    const [ours, theirs] = [this.#branches.get(onto), this.#branches.get(branch)];
    if (!ours || !theirs) throw new Error("Nothing to merge.");
    const commit = this.#commits.store({
      parents: [ours, theirs],
      change: new Map(this.#commits.get(theirs).tree),
      message: `Merge ${branch}\n`,
      at,
    });
    this.#branches.set(onto, commit);
    return commit;
  }

  /** Moves a branch without asking, or deletes it. */
  point(branch: string, commit: string | null): void {
    if (commit === null) this.#branches.delete(branch);
    else this.#branches.set(branch, commit);
  }

  /** The same for a ref of records. */
  pointRecords(ref: RecordsRef, commit: string | null): void {
    if (commit === null) this.#records.delete(ref);
    else this.#records.set(ref, commit);
  }

  async head(): Promise<{ commit: string; branch: string | null }> {
    const commit = this.#branches.get(this.branch ?? "main");
    if (!commit) throw gateError("GIT_NO_COMMITS", "The repository has no commit yet.");
    return { commit, branch: this.branch };
  }

  async resolve(revision: string): Promise<string | undefined> {
    safeRevision(revision);
    if (this.#commits.has(revision)) return revision;
    if (revision.startsWith("refs/modelgate/")) return this.#records.get(revision);
    const name = revision === "HEAD" ? (this.branch ?? "main") : revision.replace(/^refs\/heads\//, "");
    return this.#branches.get(name);
  }

  async isShallow(): Promise<boolean> {
    return this.shallow;
  }

  async dirty(paths: readonly string[]): Promise<readonly string[]> {
    return this.dirtyFiles.filter((file) =>
      paths.some((path) => file === path || file.startsWith(`${path}/`)),
    );
  }

  async keptOtherwise(): Promise<readonly KeptOtherwise[]> {
    return [];
  }

  async show(commit: string, path: string): Promise<Uint8Array | undefined> {
    pathParts(path);
    const { tree } = await this.#known(commit);
    if ([...tree.keys()].some((each) => each.startsWith(`${path}/`)))
      throw gateError("GIT_NOT_A_FILE", `${path} is a folder.`);
    return tree.get(path);
  }

  async tree(
    commit: string,
    folder: string,
  ): Promise<readonly { path: string; mode: string; blob: string; size: number }[]> {
    if (folder !== "") pathParts(folder);
    const { tree } = await this.#known(commit);
    const below = [...tree].filter(([path]) => folder === "" || path.startsWith(`${folder}/`));
    return below
      .map(([path, bytes]) => ({ path, mode: "100644", blob: objectId("blob", bytes), size: bytes.length }))
      .toSorted(byPath);
  }

  async digest(id: string): Promise<ObjectDigest | undefined> {
    const bytes = this.#commits.blob(id);
    return (
      bytes && {
        id,
        type: "blob",
        digest: digestOf(bytes),
        size: bytes.length,
        head: bytes.subarray(0, 4096),
      }
    );
  }

  async paths(commit: string, folder: string): Promise<readonly string[]> {
    return (await this.tree(commit, folder)).map(({ path }) => path);
  }

  async changed(base: string, head: string): Promise<readonly string[]> {
    return difference((await this.#known(base)).tree, (await this.#known(head)).tree);
  }

  async folders(commit: string, folder: string): Promise<readonly string[]> {
    const depth = pathParts(folder).length;
    const below = (await this.tree(commit, folder)).map(({ path }) => path.split("/").slice(depth));
    return [...new Set(below.filter((parts) => parts.length > 1).map(([name = ""]) => name))].toSorted(
      byBytes,
    );
  }

  async diff(base: string, head: string): Promise<readonly PathChange[]> {
    const [before, after] = [(await this.#known(base)).tree, (await this.#known(head)).tree];
    return difference(before, after).map((path) => ({
      path,
      before: before.has(path) ? "100644" : null,
      after: after.has(path) ? "100644" : null,
    }));
  }

  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const left = [(await this.#known(one)).facts.commit];
    for (let at = left.shift(); at !== undefined; at = left.shift()) {
      if (await this.isAncestor(at, other)) return at;
      left.push(...this.#commits.get(at).facts.parents);
    }
    return undefined;
  }

  async history(revision: string, path: string): Promise<readonly string[]> {
    if (this.shallow) throw gateError("GIT_SHALLOW", "The clone holds a part of the history only.");
    pathParts(path);
    const found: string[] = [];
    for (let at: MemoryCommit | undefined = await this.#known(revision); at;) {
      const parent: MemoryCommit | undefined = at.facts.parents[0]
        ? this.#commits.get(at.facts.parents[0])
        : undefined;
      const changed = difference(parent?.tree ?? new Map(), at.tree);
      if (changed.some((each) => each === path || each.startsWith(`${path}/`))) found.push(at.facts.commit);
      at = parent;
    }
    return found;
  }

  async facts(commit: string): Promise<CommitFacts> {
    return (await this.#known(commit)).facts;
  }

  async branches(prefix: string): Promise<readonly Branch[]> {
    const below = [...this.#branches].filter(([name]) => name.startsWith(prefix));
    return below.map(([name, commit]) => ({ name, commit })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async isAncestor(ancestor: string, commit: string): Promise<boolean> {
    const wanted = (await this.#known(ancestor)).facts.commit;
    const left = [(await this.#known(commit)).facts.commit];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (at === wanted) return true;
      left.push(...this.#commits.get(at).facts.parents);
    }
    return false;
  }

  async commit(request: CommitRequest): Promise<{ commit: string; signed: boolean }> {
    safeBranch(request.branch);
    for (const path of request.change.keys()) pathParts(path);
    if (request.branch === this.branch)
      throw gateError("GIT_BRANCH_CHECKED_OUT", "The branch is checked out.");
    const parent = (await this.#known(request.parent)).facts.commit;
    const at = request.at ?? new Date(1.7e12);
    const commit = this.#commits.store({
      parents: [parent],
      change: request.change,
      message: request.message,
      at,
    });
    await this.beforeMove();
    if ((this.#branches.get(request.branch) ?? null) !== request.expected) {
      throw gateError("GIT_RACE_LOST", `The branch ${request.branch} moved in the meantime.`);
    }
    this.#branches.set(request.branch, commit);
    return { commit, signed: false };
  }

  async append({
    ref,
    after,
    files,
    message,
    at,
  }: RecordRequest): Promise<{ commit: string; signed: boolean }> {
    safeRecordsRef(ref);
    for (const path of files.keys()) pathParts(path);
    const parents = after === null ? [] : [(await this.#known(after)).facts.commit];
    const commit = this.#commits.store({ parents, change: files, message, at: at ?? new Date(1.7e12) });
    await this.beforeMove();
    if ((this.#records.get(ref) ?? null) !== after)
      throw gateError("GIT_RACE_LOST", `The ref ${ref} moved in the meantime.`);
    this.#records.set(ref, commit);
    return { commit, signed: false };
  }

  /** Everybody's commits are in the one memory: there is nothing that could be brought. */
  async fetch({ url }: GitRemote, { commit }: { commit: string }): Promise<void> {
    if ((await this.resolve(commit)) === undefined)
      throw gateError("GIT_FETCH_FAILED", `There is no ${commit} at ${url}.`);
  }

  async identity(): Promise<{ name: string; email: string }> {
    return { name: "Ada", email: "ada@example.org" };
  }

  async keep(name: string, text: string): Promise<string> {
    pathParts(name);
    this.notes.set(name, text);
    return `/memory/.git/modelgate/${name}`;
  }

  async #known(revision: string): Promise<MemoryCommit> {
    const commit = await this.resolve(revision);
    if (!commit) throw gateError("GIT_UNKNOWN_REVISION", `There is no commit "${revision}".`);
    return this.#commits.get(commit);
  }
}
