import type { BlobContent } from "../../domain/registry/lfs-pointer.ts";
import type { Training } from "../../domain/registry/training.ts";
import type { Typed } from "../../domain/registry/version-facts.ts";
import type { GateError } from "../../errors.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { CommittedVersion } from "../registry/committed-version.ts";
import { Remembered } from "./remembered.ts";

/**
 * What was found out about objects of a repository, by their ids alone: an id names the same bytes in each commit and each
 * stretch of a line, so that nothing is found out twice. An answer that depends on more than the bytes has that in its key.
 */
export interface FoundOut {
  /** What blobs hold, by their ids. */
  readonly contents: Remembered<BlobContent>;
  /** What blobs were read as training.json, by their ids; paths in it are for whoever asks to put in. */
  readonly trainings: Remembered<Typed<Training> | GateError>;
  /** What folders hold of a version, by the version and the folder's id: what they should hold depends on both. */
  readonly committed: Remembered<CommittedVersion>;
}

/** Never of another repository: an id of one says nothing about what another one holds. */
const repositories = new WeakMap<GitObjects, FoundOut>();

/** What was found out about a repository so far. */
export function foundOut(git: GitObjects): FoundOut {
  const known = repositories.get(git) ?? {
    contents: new Remembered<BlobContent>(65_536),
    trainings: new Remembered<Typed<Training> | GateError>(64),
    committed: new Remembered<CommittedVersion>(8192),
  };
  repositories.set(git, known);
  return known;
}
