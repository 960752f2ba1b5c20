import type { RecordsRef } from "../domain/records-ref.ts";
import type { ObjectDigest } from "./git-objects.ts";

/** What a commit does to the tree: path -> bytes, or null to delete. */
export type TreeChange = ReadonlyMap<string, Uint8Array | null>;

export interface CommitRequest {
  /** Branch without `refs/heads/`. */
  readonly branch: string;
  /** Commit that the new one stands on. */
  readonly parent: string;
  /** What the branch must point to now for the update to happen; null: it must not exist. */
  readonly expected: string | null;
  readonly change: TreeChange;
  readonly message: string;
  /** Author and committer date, whole seconds; the clock of the machine when left out. */
  readonly at?: Date;
}

/** One more record on a line that only grows, outside of every branch. */
export interface RecordRequest {
  readonly ref: RecordsRef;
  /** The last record, which the ref must point to now and the new one stands on; null: there is none yet. */
  readonly after: string | null;
  /** Files that are added to those of the records before. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly message: string;
  /** As of a commit. */
  readonly at?: Date;
}

/** A commit object, as far as the ledger needs it. Names and dates are claims of its maker, never identity. */
export interface CommitFacts {
  readonly commit: string;
  readonly parents: readonly string[];
  /** `Name <email>`. */
  readonly author: string;
  readonly committedAt: Date;
  /** Carries a signature header; whether it is good is for others to prove. */
  readonly signed: boolean;
  readonly message: string;
}

/**
 * One path that differs between two commits; a rename is one path gone and one path new. Modes are those of tree entries
 * (100644, 100755, 120000 a symlink, 160000 a submodule); null where the path is not there.
 */
export interface PathChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A local branch, without `refs/heads/`, and the commit that it points to. */
export interface Branch {
  readonly name: string;
  readonly commit: string;
}

/** A file that a commit of the work tree would lack, or hold with other bytes than the file has. */
export interface KeptOtherwise {
  readonly path: string;
  /**
   * `ignored` by a rule; `hidden` by a mark in the index (a sparse checkout sets one); `converted` by attributes on the way
   * into a commit; `unseen`, for example because another repository lies around it.
   */
  readonly how: "ignored" | "hidden" | "converted" | "unseen";
  /** `.gitignore:3: *.onnx`, `skip-worktree`, `text=auto`; empty where it is unseen. */
  readonly rule: string;
}

/** Another repository that commits can be fetched from. */
export interface GitRemote {
  readonly url: string;
  /** Value of an HTTP `Authorization` header: a secret. */
  readonly authorization: string;
}

/** A local repository. Every method refuses with GIT_* codes; objects read are checked against their own id. */
export interface Git {
  /** Absolute path of the work tree's root. */
  readonly root: string;
  /** Absolute path of the folder in which Git keeps this work tree's own state: `.git`, or what it names. */
  readonly gitDir: string;
  /** Read afresh at each call; `branch` is null when HEAD is detached. GIT_NO_COMMITS in an empty repository. */
  head(): Promise<{ commit: string; branch: string | null }>;
  /** The commit that a revision names; undefined when there is none. */
  resolve(revision: string): Promise<string | undefined>;
  isShallow(): Promise<boolean>;
  /** Changed or untracked paths below the given ones; empty when the tree is clean. */
  dirty(paths: readonly string[]): Promise<readonly string[]>;
  /**
   * Which of these files of the work tree `git add` and `git commit` would not take as they are; empty for all that they
   * would. Below `folders` files count as well that the index has and the work tree lacks.
   */
  keptOtherwise(paths: readonly string[], folders: readonly string[]): Promise<readonly KeptOtherwise[]>;
  /** The bytes of a file in a commit; undefined when it is not there. Refuses symlinks, submodules and folders. */
  show(commit: string, path: string): Promise<Uint8Array | undefined>;
  /**
   * Everything but folders below a folder ("" is the root) in a commit. Symlinks (mode 120000) and submodules (160000)
   * are listed, so that a caller can refuse them by name; `size` is 0 for a submodule.
   */
  tree(
    commit: string,
    folder: string,
  ): Promise<readonly { path: string; mode: string; blob: string; size: number }[]>;
  /** What an object of any size holds, read as a stream; undefined when it is not here. GIT_OBJECT_CORRUPT. */
  digest(id: string): Promise<ObjectDigest | undefined>;
  /** Names of the direct sub-folders of a folder in a commit, sorted; none when the folder is missing. */
  folders(commit: string, folder: string): Promise<readonly string[]>;
  /** The paths of `tree` alone, in the same order; of the repository nothing but trees is read. */
  paths(commit: string, folder: string): Promise<readonly string[]>;
  /** Paths that differ between two commits. */
  changed(base: string, head: string): Promise<readonly string[]>;
  /** What differs between two commits; the cost follows the difference, not the tree. GIT_UNKNOWN_REVISION. */
  diff(base: string, head: string): Promise<readonly PathChange[]>;
  /** The best common ancestor of two commits; undefined when they have none. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
  /** Commits of the first-parent line that changed a path, newest first. GIT_SHALLOW when the history is cut. */
  history(revision: string, path: string): Promise<readonly string[]>;
  /** GIT_UNKNOWN_REVISION, and GIT_OBJECT_* for a commit that is damaged or not here. */
  facts(commit: string): Promise<CommitFacts>;
  /** Local branches whose name starts with a prefix that ends in `/`, sorted by name. */
  branches(prefix: string): Promise<readonly Branch[]>;
  /** Whether `ancestor` can be reached from `commit` (a commit reaches itself). */
  isAncestor(ancestor: string, commit: string): Promise<boolean>;
  /**
   * One commit, made without touching work tree or index, signed when git is set up to sign, and one
   * compare-and-swap of the branch (GIT_RACE_LOST). Killed at any point, the branch is before or after.
   */
  commit(request: CommitRequest): Promise<{ commit: string; signed: boolean }>;
  /**
   * One commit that stands on the last record alone (the first stands on nothing), signed as `commit` signs, and one
   * compare-and-swap of the ref (GIT_RACE_LOST). `resolve` reads the ref.
   */
  append(request: RecordRequest): Promise<{ commit: string; signed: boolean }>;
  /**
   * Brings a commit and everything before it into this repository; no branch moves. `have` is a commit that both sides
   * know. GIT_FETCH_FAILED; the credentials go to that address alone.
   */
  fetch(from: GitRemote, wanted: { readonly commit: string; readonly have: string }): Promise<void>;
  identity(): Promise<{ name: string; email: string }>;
  /** Writes a private note outside of every commit, below `<git dir>/modelgate/`; returns its absolute path. */
  keep(name: string, text: string): Promise<string>;
}
