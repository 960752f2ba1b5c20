import type { Claim, CommitVerdict } from "../../domain/audit.ts";
import { counted } from "../../domain/counted.ts";

/** What claims are made from: verdicts of the audited part, and what went before it. */
export interface ClaimGround {
  readonly commits: readonly CommitVerdict[];
  /** Ids of the whole line, oldest first. */
  readonly line: readonly string[];
  /** Position of the first commit that anything is claimed of. */
  readonly root: number;
  /** Position of the commit that brought the first trust.yaml; null when none did. */
  readonly trustRoot: number | null;
  /** Position of the last commit before the audited part that failed or was acknowledged. */
  readonly lapse: number | null;
  /** An earlier audit's end was found where it was. */
  readonly continued: boolean;
}

/**
 * What the audit proves, in the words of SLSA's source track (slsa.dev/spec/v1.2/source-requirements), and from which
 * commit on. A commit that fails, or whose failure was acknowledged, is a lapse: claims about controls start again after it.
 */
export function claimsOf(ground: ClaimGround): readonly Claim[] {
  const lapse =
    lastWhere(ground, ({ outcome }) => outcome === "FAIL" || outcome === "EXCEPTED") ?? ground.lapse;
  const sound = Math.max(ground.root, (lapse ?? -1) + 1);
  const signed = ground.trustRoot === null ? null : Math.max(sound, ground.trustRoot);
  return [
    claim(ground, "SLSA_SOURCE_LEVEL_1", ground.root, LEVEL_1),
    claim(ground, "SLSA_SOURCE_LEVEL_2", signed, ground.continued ? LEVEL_2 : `${LEVEL_2} ${UNPINNED}`),
    claim(ground, "SLSA_SOURCE_LEVEL_3", signed, LEVEL_3),
    claim(ground, "SLSA_SOURCE_LEVEL_4", null, LEVEL_4),
    claim(ground, "ORG_SOURCE_MODELGATE_TRANSITIONS_REPLAYED", sound, REPLAYED),
    claim(ground, "ORG_SOURCE_MODELGATE_TRANSITIONS_APPROVED", approvedSince(ground, signed), APPROVED),
  ];
}

/** Nothing is claimed of what was not audited now: a checkpoint does not say what was approved before it. */
function approvedSince(ground: ClaimGround, signed: number | null): number | null {
  const [first] = ground.commits;
  if (signed === null || !first) return null;
  const unapproved = lastWhere(ground, ({ transition }) => transition?.approved_by.length === 0);
  const since = Math.max(signed, first.position, (unapproved ?? -1) + 1);
  return ground.commits.some(({ transition, position }) => transition !== null && position >= since)
    ? since
    : null;
}

const LEVEL_1 = "Each revision is version controlled, and named by a digest that was computed again.";
const LEVEL_2 =
  "Each governed change came in a commit signed by a known key that held the role for it, on one unbroken first-parent line.";
const UNPINNED =
  "That nobody rewrote the line before this clone was made takes a checkpoint of an earlier audit.";
const LEVEL_3 =
  "The gate's rules held without a lapse: who may change what, what is immutable, what must be proven before it lands.";
const LEVEL_4 = "That two people agreed to each change is not recorded in Git for every kind of change.";
const REPLAYED =
  "Each transition follows byte for byte from the one before, and its verdict from stored evidence and the policies that were in force.";
const APPROVED = "Each transition carries a signed approval of somebody who did not ask for it.";

/** `since` null, or behind the head: it does not hold. */
function claim({ line }: ClaimGround, id: string, since: number | null, says: string): Claim {
  const commit = since === null ? undefined : line[since];
  return { id, holds: commit !== undefined, since: commit ?? null, says };
}

function lastWhere({ commits }: ClaimGround, is: (verdict: CommitVerdict) => boolean): number | null {
  return commits.findLast(is)?.position ?? null;
}

/** What no audit of a repository proves, for whoever reads its claims. */
export function unprovenBy(
  ground: Pick<ClaimGround, "trustRoot" | "continued" | "commits">,
): readonly string[] {
  return [
    ...inLfs(ground.commits),
    ...(ground.trustRoot === null
      ? ["Who made any change: no policies/trust.yaml is in force, so no signature was asked for."]
      : ["What was merged before policies/trust.yaml came: nobody vouches for it."]),
    ...(ground.continued ? [] : ["That history was not rewritten before this clone was made."]),
    "That stored evidence was measured honestly: a runner that was taken over can write any number. Measure again to know.",
    "Who asked GitHub for a commit that carries GitHub's own key: it says that some authorised caller did.",
    "That what runs is what deployed.json says: the audit sees the record, not the servers.",
  ];
}

/** A pointer names the bytes, and does not hold them. */
function inLfs(commits: readonly CommitVerdict[]): readonly string[] {
  const [first, ...more] = new Set(commits.flatMap(({ in_lfs: files = [] }) => files));
  if (first === undefined) return [];
  const which = more.length === 0 ? first : `${first} and ${counted(more.length, "other file")}`;
  return [
    `That the bytes of ${which} can be had: they are in Git LFS and not in Git, which holds their size and SHA-256 alone.`,
  ];
}
