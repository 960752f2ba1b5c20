import { type Digest, digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import { GateError, gateError, tried } from "../../errors.ts";
import { diffTrees, type RawChange } from "../../ledger/audit/raw-tree.ts";
import type { Lineage } from "../../ledger/audit/lineage.ts";
import { type CommitObject, parseCommitObject } from "../../trust/commit.ts";
import { payloadDigest } from "../../ledger/audit/payload.ts";
import type { ObjectStore } from "./store.ts";

/** A commit of the line and what landed with it, read ahead of its judgement; nothing here depends on other verdicts. */
export interface Landed {
  readonly position: number;
  readonly commit: string;
  /** Null when the commit cannot be read as one. */
  readonly lineage: Lineage | null;
  /** Null for the first commit of the repository. */
  readonly parent: Lineage | null;
  /** The commit as strictly as signatures need it, or why it is not. */
  readonly object: CommitObject | GateError;
  /** Digests of what is signed in the commit and in what it merges. */
  readonly signed: readonly { readonly id: string; readonly digest: string }[];
  /** Against the first parent: what landed, whatever a merge says. */
  readonly changes: readonly RawChange[];
  /** Path -> bytes of deployed.json and of new evidence. */
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Of deployed.json, when the commit brought one. */
  readonly ledgerDigest: Digest | null;
}

/** A commit of the line by its place. */
export interface LinePlace {
  readonly position: number;
  readonly commit: string;
  /** The commit before it on the line; null when it is the first. */
  readonly before: string | null;
}

/** More than an evidence pack has; what is above is judged by its paths alone. */
const MOST_CONTENTS = 256;

/**
 * Reads a commit, what it changed, and the files that its judgement needs. GIT_OBJECT_MISSING, GIT_OBJECT_CORRUPT,
 * AUDIT_LINE_BROKEN.
 */
export async function readLanded(store: ObjectStore, place: LinePlace): Promise<Landed> {
  const lineage = await store.lineage(place.commit);
  const object = await tried(async () => parseCommitObject(place.commit, await store.commit(place.commit)));
  refuseBroken(place, lineage);
  const parent = await parentOf(store, place, lineage);
  const changes = lineage ? await diffTrees(store.tree, parent?.tree ?? null, lineage.tree) : [];
  const [contents, signed] = [
    await contentsOf(store, changes),
    await payloadsOf(store, place.commit, lineage),
  ];
  const ledger = contents.get(LEDGER_FILE);
  return {
    ...place,
    lineage,
    parent,
    object,
    signed,
    changes,
    contents,
    ledgerDigest: ledger ? digestOf(ledger) : null,
  };
}

async function payloadsOf(
  store: ObjectStore,
  commit: string,
  lineage: Lineage | null,
): Promise<Landed["signed"]> {
  const ids = [commit, ...(lineage?.parents.slice(1) ?? [])];
  const digests = await Promise.all(ids.map(async (id) => payloadOf(store, id)));
  return ids.flatMap((id, at) => {
    const digest = digests[at];
    return digest ? [{ id, digest }] : [];
  });
}

/** Null also for a commit that is too large to be read as one, which fails for that. */
async function payloadOf(store: ObjectStore, id: string): Promise<string | null> {
  const raw = await tried(() => store.commit(id));
  if (!(raw instanceof GateError)) return payloadDigest(raw);
  if (raw.code === "GIT_TOO_LARGE") return null;
  throw raw;
}

/** The line is git's claim: each commit must name the one before it itself. */
function refuseBroken({ commit, before }: LinePlace, lineage: Lineage | null): void {
  const [parent = null] = lineage?.parents ?? [];
  if (!lineage || parent === before) return;
  const named = parent === null ? "no parent" : `the parent ${parent}`;
  throw gateError("AUDIT_LINE_BROKEN", `Commit ${commit} names ${named}, and ${before} came before it.`);
}

async function parentOf(
  store: ObjectStore,
  { before }: LinePlace,
  lineage: Lineage | null,
): Promise<Lineage | null> {
  if (before === null || !lineage) return null;
  const parent = await store.lineage(before);
  if (parent) return parent;
  throw gateError("AUDIT_LINE_BROKEN", `The commit before, ${before}, cannot be read.`);
}

async function contentsOf(
  store: ObjectStore,
  changes: readonly RawChange[],
): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = changes.filter(
    ({ path, after }) =>
      after?.mode.startsWith("100") === true && (path === LEDGER_FILE || path.startsWith("evidence/")),
  );
  const read = await Promise.all(
    wanted
      .slice(0, MOST_CONTENTS)
      .map(async ({ path, after }) => [path, await store.blob(after?.id ?? "")] as const),
  );
  return new Map(read);
}
