import type { BlobContent } from "../../domain/registry/lfs-pointer.ts";
import type { Training } from "../../domain/registry/training.ts";
import type { Typed } from "../../domain/registry/version-facts.ts";
import type { GateError } from "../../errors.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { CommittedVersion } from "../registry/committed-version.ts";
import { Remembered } from "./remembered.ts";

/**
 * What is known of objects of a repository by their ids: an id names the same bytes in every commit, so that nothing is read or
 * judged twice. Where an answer depends on more than the bytes, its key holds that too.
 */
export interface ObjectFacts {
  /** What blobs hold, by their ids. */
  readonly contents: Remembered<BlobContent>;
  /** What blobs hold as training.json, by their ids; the caller puts in the path of the file. */
  readonly trainings: Remembered<Typed<Training> | GateError>;
  /** What folders hold of a version, by version and folder id: what they should hold depends on both. */
  readonly committed: Remembered<CommittedVersion>;
}

/** By repository: an id says nothing about what another repository holds. */
const repositories = new WeakMap<GitObjects, ObjectFacts>();

/** What is known of a repository so far. */
export function objectFacts(git: GitObjects): ObjectFacts {
  const known = repositories.get(git) ?? {
    contents: new Remembered<BlobContent>(65_536),
    trainings: new Remembered<Typed<Training> | GateError>(64),
    committed: new Remembered<CommittedVersion>(8192),
  };
  repositories.set(git, known);
  return known;
}
