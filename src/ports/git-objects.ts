import type { Digest } from "../domain/digest.ts";

/** One object of a repository as Git stores it; its bytes were compared with its id. */
export interface RawObject {
  readonly id: string;
  /** `commit`, `tree`, `blob` or `tag`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What is known of an object after all of its bytes were read and compared with its id. */
export interface ObjectDigest {
  readonly id: string;
  readonly type: string;
  /** SHA-256 of its content. */
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** The first bytes, at most 4096. */
  readonly head: Uint8Array;
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
  /** The same of an object of any size, of which no more than its first bytes are kept. GIT_OBJECT_CORRUPT. */
  digest(id: string): Promise<ObjectDigest | undefined>;
  /** Empty for an ordinary, whole clone. */
  disguises(): Promise<readonly Disguise[]>;
}
