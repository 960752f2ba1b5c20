import type { Digest } from "../../domain/digest.ts";
import type { Ledger } from "../../domain/ledger.ts";
import type { ArrivedException } from "../../ledger/audit/exceptions.ts";
import { HeldSince } from "../../ledger/audit/held-since.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import type { Landed } from "./landed.ts";
import { type LineCommit, Snapshots } from "./snapshots.ts";
import { ObjectStore } from "./store.ts";

/** A revision of deployed.json by its exact bytes. */
export interface StandingLedger {
  readonly ledger: Ledger;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** Of the commit that made it. */
  readonly position: number;
}

/**
 * What the audit carries from commit to commit. What is in force is what commits that passed have brought: a trust.yaml
 * or an exception that nobody entitled to it has signed never counts, however many commits stand on it.
 */
export interface Walk {
  readonly git: Git & GitObjects;
  readonly snapshots: Snapshots;
  /** Ids of the whole first-parent line, oldest first, and their places. */
  readonly line: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  /** Commits that were walked, by position. */
  readonly walked: Map<number, LineCommit>;
  readonly held: HeldSince;
  /** The newest commit of the records of reviews; null where there are none. */
  readonly approvals: string | null;
  /** SHA-256 of signed payloads -> commit. */
  readonly payloads: Map<string, string>;
  /** Commits that changed a path, for the paths that somebody asked for. */
  readonly paths: Map<string, PathHistory>;
  /** Highest version that each policy ever had, by its name and by its file. */
  readonly versions: Map<string, number>;
  exceptions: readonly ArrivedException[];
  /** Null before the first trust.yaml. */
  trust: TrustRegistry | null;
  /** The commit that brought the first trust.yaml; what follows it is signed. */
  trustRoot: string | null;
  /** The last revision that a lawful transition made; null before the first ledger. */
  lawful: StandingLedger | null;
  /** The digest of deployed.json as it is, lawful or not; null when there is none. */
  standing: Digest | null;
}

/** Positions at which a path changed, as far as the line was gone over for it. */
export interface PathHistory {
  /** The first position that was not looked at yet. */
  next: number;
  /** Mode and id of what was there before it. */
  last: string | null;
  readonly changes: number[];
}

/** A commit that is being judged. */
export interface Scene {
  readonly walk: Walk;
  readonly landed: Landed;
  /** Roots of the trees before and after; the empty tree is null. */
  readonly before: string | null;
  readonly after: string;
}

/** A first-parent line that is audited, and what belongs to it. */
export interface AuditedLine {
  /** Ids of the whole line, oldest first. */
  readonly line: readonly string[];
  /** The newest commit of the records of reviews; null where there are none. */
  readonly approvals: string | null;
}

/** A walk on which nothing is in force yet. `whole`: it begins before the ledger does. */
export function openWalk(git: Git & GitObjects, { line, approvals }: AuditedLine, whole: boolean): Walk {
  return {
    git,
    snapshots: new Snapshots(new ObjectStore(git)),
    line,
    places: new Map(line.map((commit, position) => [commit, position])),
    held: new HeldSince(whole),
    approvals,
    ...nothingWalked(),
  };
}

/** The same line from the same objects, with nothing in force. */
export function walkAnew(walk: Walk): Walk {
  return { ...walk, held: new HeldSince(false), ...nothingWalked() };
}

function nothingWalked() {
  return {
    walked: new Map(),
    payloads: new Map(),
    paths: new Map(),
    versions: new Map(),
    exceptions: [],
    trust: null,
    trustRoot: null,
    lawful: null,
    standing: null,
  };
}
