import { type Digest, digestOf } from "../../domain/digest.ts";
import { LEDGER_FILE } from "../../domain/ledger.ts";
import type { EnvironmentPhases } from "../../domain/lifecycle.ts";
import { GateError, gateError, triedOr } from "../../errors.ts";
import type { Lineage } from "../../ledger/audit/lineage.ts";
import { claimsWayOut } from "../../ledger/lawful.ts";
import { contentOr, triedContent } from "../gate/broken.ts";
import type { BaseLine } from "../gate/last-lawful.ts";
import type { PathHistory, Walk } from "./walk.ts";

/** The audited line from raw objects, as the gate asks Git for it: what was lawful last is found in the same way. */
export function baseLine(walk: Walk): BaseLine {
  const { snapshots } = walk;
  const root = async (commit: string): Promise<string> => (await lineageAt(walk, placeOf(walk, commit))).tree;
  return {
    policies: async (commit) => snapshots.policies(await root(commit)),
    trust: async (commit) => snapshots.trust(await root(commit)),
    version: async (commit, ref) => snapshots.version(await root(commit), ref),
    history: (commit, path) => changesOf(walk, path, placeOf(walk, commit)),
  };
}

function placeOf({ places }: Walk, commit: string): number {
  return places.get(commit) ?? -1;
}

/** Commits up to a place that changed a path, newest first. The line is gone over once for each path that is asked for. */
async function changesOf(walk: Walk, path: string, upTo: number): Promise<readonly string[]> {
  const known = walk.paths.get(path) ?? { next: 0, last: null, changes: [] };
  walk.paths.set(path, known);
  for (; known.next <= upTo; known.next += 1) await follow(walk, path, known);
  return known.changes
    .filter((position) => position <= upTo)
    .toReversed()
    .map((position) => walk.line[position] ?? "");
}

async function follow(walk: Walk, path: string, known: PathHistory): Promise<void> {
  const entry = await walk.snapshots.store.find((await lineageAt(walk, known.next)).tree, path);
  const id = entry ? `${entry.mode} ${entry.id}` : null;
  if (id !== known.last) known.changes.push(known.next);
  known.last = id;
}

/** The newest commit up to a position at which deployed.json has a digest: the same from wherever the audit began. GIT_*. */
export async function broughtBy(walk: Walk, upTo: number, digest: Digest): Promise<string> {
  const { store } = walk.snapshots;
  for (const commit of await changesOf(walk, LEDGER_FILE, upTo)) {
    const { tree } = await lineageAt(walk, placeOf(walk, commit));
    const bytes = await contentOr(undefined, () => store.file(tree, LEDGER_FILE));
    if (bytes && digestOf(bytes) === digest) return commit;
  }
  return "";
}

/** The environments by which a transition was legal: those of the tree before it; the way out needs none. DOCUMENT_*, GIT_*. */
export async function environmentsBefore(
  { snapshots, lawful }: Walk,
  root: string | null,
  ledger: Uint8Array,
): Promise<readonly EnvironmentPhases[]> {
  if (root === null) return [];
  const found = await triedContent(() => snapshots.environments(root));
  if (!(found instanceof GateError)) return found;
  if (lawful && triedOr(false, () => claimsWayOut(lawful.ledger, ledger))) return [];
  throw found;
}

/** What links the commit at a position of the line to its tree. COMMIT_MALFORMED, GIT_OBJECT_MISSING. */
export async function lineageAt({ line, snapshots }: Walk, position: number): Promise<Lineage> {
  const commit = line[position] ?? "";
  const lineage = await snapshots.store.lineage(commit);
  if (lineage) return lineage;
  throw gateError("COMMIT_MALFORMED", `Commit ${commit} has no tree.`);
}
