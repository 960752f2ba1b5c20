import type { CommitFacts } from "../../../src/ports/git.ts";
import { byBytes, objectId, type Tree } from "./trees.ts";

export interface MemoryCommit {
  readonly facts: CommitFacts;
  readonly tree: Tree;
}

/** The commits of a repository in memory, by an id that their content makes. */
export class MemoryCommits {
  readonly #commits = new Map<string, MemoryCommit>();

  has(commit: string): boolean {
    return this.#commits.has(commit);
  }

  /** The bytes of a blob of any commit. */
  blob(id: string): Uint8Array | undefined {
    for (const { tree } of this.#commits.values())
      for (const bytes of tree.values()) if (objectId("blob", bytes) === id) return bytes;
    return undefined;
  }

  /** Keeps a commit that changes the tree of its first parent, and gives its id. */
  store(of: {
    parents: string[];
    change: ReadonlyMap<string, Uint8Array | null>;
    message: string;
    at: Date;
  }): string {
    const tree = new Map(of.parents[0] ? this.get(of.parents[0]).tree : []);
    for (const [path, bytes] of of.change) {
      if (bytes === null) tree.delete(path);
      else tree.set(path, bytes);
    }
    const committedAt = new Date(Math.floor(of.at.getTime() / 1000) * 1000);
    const content = JSON.stringify([
      of.parents,
      [...tree].map(([path, blob]) => `${path}\0${objectId("blob", blob)}`).toSorted(byBytes),
      of.message,
      committedAt,
    ]);
    const commit = objectId("commit", Buffer.from(content));
    const facts = {
      commit,
      parents: of.parents,
      author: "Ada <ada@example.org>",
      committedAt,
      signed: false,
      message: of.message,
    };
    this.#commits.set(commit, { facts, tree });
    return commit;
  }

  get(commit: string): MemoryCommit {
    const found = this.#commits.get(commit);
    if (!found) throw new Error(`No commit ${commit}`);
    return found;
  }
}
