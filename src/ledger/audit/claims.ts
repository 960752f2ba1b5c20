import type { Claim, CommitVerdict } from "../../domain/audit.ts";

/** What claims are made from: verdicts of the audited part, and what went before it. */
export interface ClaimGround {
  readonly commits: readonly CommitVerdict[];
  /** The commit that the audited part starts at. */
  readonly root: string;
  /** The commit that brought the first trust.yaml. */
  readonly trustRoot: string | null;
  /** The last commit before the audited part that failed or was acknowledged. */
  readonly lapse: string | null;
}

/**
 * What the audit proves, in the words of SLSA's source track (slsa.dev/spec/v1.2/source-requirements): from which commit
 * on each level holds. A commit that fails, or whose failure was acknowledged, is a lapse: claims start again after it.
 */
export function claimsOf(ground: ClaimGround): readonly Claim[] {
  const { commits, root, trustRoot } = ground;
  const lapse = commits.findLastIndex(({ outcome }) => outcome === "FAIL" || outcome === "EXCEPTED");
  const after = commits[lapse + 1]?.commit ?? null;
  const since = lapse < 0 ? root : after;
  const signed = trustRoot === null ? null : laterOf(commits, trustRoot, since);
  return [
    {
      id: "SLSA_SOURCE_LEVEL_1",
      holds: true,
      since: root,
      says: "Every revision is version controlled and named by a digest that was computed again.",
    },
    {
      id: "SLSA_SOURCE_LEVEL_2",
      holds: signed !== null,
      since: signed,
      says: "Every governed change has a signed commit of a known principal on an unbroken first-parent line.",
    },
    {
      id: "SLSA_SOURCE_LEVEL_3",
      holds: signed !== null,
      since: signed,
      says: "The gate's rules held for every change: each transition is lawful, and its verdict follows from stored evidence and the policies that were in force.",
    },
    {
      id: "SLSA_SOURCE_LEVEL_4",
      holds: false,
      since: null,
      says: "Two persons agreed to every change: not proven by what is stored in Git.",
    },
  ];
}

/** The later of two commits of the audited part; null when one of them is null. */
function laterOf(commits: readonly CommitVerdict[], one: string, other: string | null): string | null {
  if (other === null) return null;
  const at = (id: string): number => commits.findIndex(({ commit }) => commit === id);
  return at(one) > at(other) ? one : other;
}
