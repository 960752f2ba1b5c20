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
