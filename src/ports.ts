import type { Digest } from "./domain/digest.ts";
import type { EngineFingerprint, RunnerFingerprint } from "./domain/evidence.ts";
import type { RecordsRef } from "./domain/records-ref.ts";
import type { Tensor } from "./domain/tensor.ts";
import type { BatchPlan, ColdStart, PairsPlan, ProcessTimes } from "./measure/latency/samples.ts";
import type { PublicKey } from "./trust/public-key.ts";

/** An entry of a governed folder. `links` counts hard links; anything but a regular file with one link is hostile. */
export interface FileEntry {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "symlink" | "other";
  readonly size: number;
  readonly links: number;
}

export interface FileDigest {
  readonly digest: Digest;
  readonly size: number;
  /** The first bytes, at most 512, by which a format is told. */
  readonly head: Uint8Array;
}

/** The work tree. Reads refuse symlinks, hard links and files over the limit (FILE_* codes) and never follow a link out. */
export interface Files {
  readonly root: string;
  /** The bytes of a regular file; the default limit is 64 MiB. */
  read(path: string, limit?: number): Promise<Uint8Array>;
  /** Undefined when there is no such file. */
  readIfExists(path: string, limit?: number): Promise<Uint8Array | undefined>;
  /** All entries below a folder, recursive, sorted by UTF-8 bytes of the path; empty when the folder is missing. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** Names of the direct sub-folders, sorted. */
  folders(folder: string): Promise<readonly string[]>;
  /** SHA-256, size and the first bytes (at most 512), streaming, of a regular file of any size. */
  digest(path: string): Promise<FileDigest>;
  /** SHA-256 of each run of `size` bytes of a regular file, in order; the last may be shorter, none for an empty file. */
  digestParts(path: string, size: number): Promise<readonly Digest[]>;
  /** Replaces or creates a file atomically (temporary name, fsync, rename). */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
}

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
  /** Read afresh at each call; `branch` is null when HEAD is detached. GIT_NO_COMMITS in an empty repository. */
  head(): Promise<{ commit: string; branch: string | null }>;
  /** The commit that a revision names; undefined when there is none. */
  resolve(revision: string): Promise<string | undefined>;
  isShallow(): Promise<boolean>;
  /** Changed or untracked paths below the given ones; empty when the tree is clean. */
  dirty(paths: readonly string[]): Promise<readonly string[]>;
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
  /** The message of a commit. */
  message(commit: string): Promise<string>;
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

/** One object of a repository as Git stores it; its bytes were compared with its id. */
export interface RawObject {
  readonly id: string;
  /** `commit`, `tree`, `blob` or `tag`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * What makes a clone show another history than the one that was pushed, or leaves a part of it elsewhere.
 * `detail` names the file, ref or setting.
 */
export interface Disguise {
  readonly kind: "shallow" | "grafts" | "replaced" | "partial" | "alternates";
  readonly detail: string;
}

/** The history as raw objects, for whoever proves it instead of believing git. */
export interface GitObjects {
  /** Ids of the first-parent line that ends in a commit, oldest first. A claim of git: the caller compares the links. */
  line(head: string): Promise<readonly string[]>;
  /** Undefined when there is no such object. GIT_OBJECT_CORRUPT when its bytes have another id, GIT_TOO_LARGE. */
  object(id: string): Promise<RawObject | undefined>;
  /** Empty for an ordinary, whole clone. */
  disguises(): Promise<readonly Disguise[]>;
}

/** Limits of a child process that runs a model. */
export interface RunLimits {
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly outputMiB: number;
}

/** A model as bytes that were verified: nothing is read from a path after it was hashed. */
export interface EngineModel {
  readonly bytes: Uint8Array;
  /** Files that the model's weights are in, by the location that the model names. */
  readonly externalData: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

export interface ReplayRequest {
  readonly model: EngineModel;
  /** Named inputs of each case. */
  readonly cases: readonly (readonly Tensor[])[];
}

export interface ReplayAnswer {
  /** Tensor outputs of each case, in the model's order; outputs that are no tensors are left out. */
  readonly cases: readonly (readonly Tensor[])[];
  /** Peak resident memory of the process. */
  readonly peakMiB: number;
}

export interface ColdStartRequest {
  readonly model: EngineModel;
  /** The first is what the cold start is about; the others count for peak memory alone. */
  readonly batches: readonly BatchPlan[];
}

export interface PairsRequest {
  readonly candidate: EngineModel;
  readonly live: EngineModel | null;
  readonly plan: PairsPlan;
}

/**
 * One fresh child process, which serves one request and dies. It starts at once, so that loading the engine overlaps
 * with reading the model; dispose it when it is not needed after all. Errors that are the model's fault: MODEL_TIMEOUT,
 * MODEL_MEMORY, MODEL_OUTPUT_TOO_LARGE, MODEL_CRASHED, MODEL_LOAD_FAILED, MODEL_RUN_FAILED; the tool's: ENGINE_*.
 */
export interface EngineProcess extends AsyncDisposable {
  replay(request: ReplayRequest, onCase?: (done: number) => void): Promise<ReplayAnswer>;
  /** Times a model that is alone in the process, from loading it to its first answer. */
  coldStart(request: ColdStartRequest): Promise<ColdStart>;
  /** Times warm calls: interleaved pairs of candidate and live model, or the candidate alone. */
  timePairs(request: PairsRequest): Promise<ProcessTimes>;
}

/** Runs models, one thread, CPU, at a fixed optimisation level. */
export interface Engine {
  /** Which engine runs the models. ENGINE_MISSING. */
  fingerprint(): Promise<EngineFingerprint>;
  /** Errors, ENGINE_MISSING among them, come when the process is asked. */
  start(limits: RunLimits): EngineProcess;
}

/** Signs statements with one key. */
export interface Signer {
  readonly key: PublicKey;
  /**
   * The SSHSIG blob (OpenSSH's PROTOCOL.sshsig, not armored) over a payload for one purpose.
   * SIGNING_KEY_LOCKED, SIGNING_TOOL_MISSING, SIGNING_FAILED; nothing ever prompts.
   */
  sign(payload: Uint8Array, namespace: string): Promise<Uint8Array>;
}

export interface Clock {
  now(): Date;
}

/** What a long measurement tells its host; a bar on a terminal, plain lines elsewhere. */
export interface Progress {
  /** `done` of `total` steps of a named phase. */
  step(phase: string, done: number, total: number): void;
  end(): void;
}

export interface Machine {
  fingerprint(engine: EngineFingerprint | null): RunnerFingerprint;
  /** CPU time since boot over all cores; null where the system does not tell. Two readings give the share of steal. */
  cpuTicks(): { readonly steal: number; readonly total: number } | null;
}
