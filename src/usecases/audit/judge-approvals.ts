import { parseLedger } from "../../ledger/ledger-text.ts";
import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import { type ApprovalFacts, NO_REVIEWS } from "../../domain/approvals.ts";
import { type Ledger, LEDGER_FILE, modelState } from "../../domain/ledger.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { type Problem, problem } from "../../errors.ts";
import { lineageOf } from "../../ledger/audit/lineage.ts";
import { diffTrees } from "../../ledger/audit/raw-tree.ts";
import { countApprovals } from "../../policy/judge/approvals.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Requirements } from "../../policy/policy.ts";
import { loginsByRole, type Makers, proveApprovals } from "../../trust/approval/prove.ts";
import { strayProblems } from "../../trust/approval/strays.ts";
import type { TrustRegistry } from "../../trust/registry.ts";
import { makersOf, type ProposedCommits } from "../approve/makers.ts";
import { proposedTransition } from "../approve/proposed-transition.ts";
import type { Claim } from "../proof/bindings.ts";
import { requestOf } from "../request.ts";
import { commitKey } from "../trust/commit-signer.ts";
import { recordedReviews } from "./approval-records.ts";
import { lineCommit } from "./pack-basis.ts";
import type { Scene } from "./walk.ts";

/** Whose approvals of a transition are proven, and what is missing. */
export interface ApprovalFinding {
  /** Principals who approved what they did not make, sorted. */
  readonly approvedBy: readonly string[];
  readonly problems: readonly Problem[];
}

/** A transition whose verdict was derived again. */
export interface ProvenClaim {
  readonly claim: Claim;
  /** Place of the pack's own base on the line. */
  readonly position: number;
  /** The ledger of that base. */
  readonly before: Ledger;
  readonly verdict: Verdict;
}

const NOTHING: ApprovalFinding = { approvedBy: [], problems: [] };

type Asked = NonNullable<Requirements["approvals"]>;

/**
 * Proves the approvals of a transition by the trust.yaml that was in force before it: by keys in its pack, and reviews
 * recorded after its merge. What the policies ask for and nobody proves is AUDIT_APPROVALS_MISSING; what lies among the
 * approvals of the pack and is none of this transition, SIGNATURE_*, TRUST_*, APPROVAL_*. Without trust nothing is proved,
 * and the audit says so.
 */
export async function judgeApprovals(scene: Scene, proven: ProvenClaim): Promise<ApprovalFinding> {
  const { trust } = scene.walk;
  const { claim } = proven;
  const policies = matchingPolicies(claim.base.policies.policies, requestOf(claim.transition));
  const asked = policies.flatMap(({ requires }) => requires.approvals ?? []);
  const carries = claim.stored.approvals.size > 0;
  if (!trust || (asked.length === 0 && !carries)) return NOTHING;
  const proposed = await proposedIn(scene, proven);
  const { approvals, folder } = claim.stored;
  const strays = strayProblems({ approvals, folder, proposed, trust });
  const makers = await makersIn(scene, claim, trust);
  const reviews = await reviewsOf(scene, folder, trust);
  const signed = proveApprovals({
    approvals: [...approvals.values(), ...reviews.keys()],
    keepers: new Map([...reviews].flatMap(([one, key]) => (key === null ? [] : [[one, key] as const]))),
    proposed,
    trust,
    makers,
  });
  const facts = { ...NO_REVIEWS, head: scene.landed.commit, roles: loginsByRole(trust), signed };
  const approvedBy = signed.approvals.map(({ principal }) => principal);
  return {
    approvedBy: [...new Set(approvedBy)].filter((one) => isOther(one, makers)).toSorted(),
    problems: [...strays, ...missing(asked, facts, folder)],
  };
}

function isOther(principal: string, { authors, authorsKnown }: Makers): boolean {
  return authorsKnown && !authors.includes(principal);
}

function missing(asked: readonly Asked[], facts: ApprovalFacts, folder: string): readonly Problem[] {
  const short = asked.map((wish) => ({ wish, count: countApprovals(wish, facts) }));
  return short
    .filter(({ count }) => count.outcome !== "PASS")
    .slice(0, 1)
    .map(({ wish, count }) => {
      const who = wish.role === null ? "" : ` by a ${wish.role}`;
      const message = `Asked for were ${wish.atLeast}${who}: ${count.says}`;
      return problem("AUDIT_APPROVALS_MISSING", message, { where: { file: folder } });
    });
}

async function proposedIn({ walk, landed }: Scene, { claim, position, before, verdict }: ProvenClaim) {
  const ledger = parseLedger(landed.contents.get(LEDGER_FILE) ?? new Uint8Array());
  return proposedTransition(walk.snapshots.store.tree, {
    stored: claim.stored,
    before,
    after: modelState(ledger, claim.transition.model),
    verdict,
    root: (await lineCommit(walk, position)).root,
    ref: null,
  });
}

function makersIn(scene: Scene, { stored, transition }: Claim, trust: TrustRegistry): Promise<Makers> {
  const { folder } = stored;
  const { commit: head } = scene.landed;
  return makersOf(landedCommits(scene), { head, folder, requestedBy: transition.requested_by, trust });
}

/** The commits that a commit of the line landed, from raw objects. */
function landedCommits({ walk, landed }: Scene): ProposedCommits {
  const { store } = walk.snapshots;
  const lineage = async (commit: string) => lineageOf(await store.commit(commit));
  return {
    isBase: async (commit) => (walk.places.get(commit) ?? Infinity) < landed.position,
    parents: async (commit) => (await lineage(commit))?.parents ?? [],
    message: async (commit) =>
      (await store.commit(commit)).toString("utf8").split("\n\n").slice(1).join("\n\n"),
    changed: async (parent, commit) => {
      const [before, after] = [await lineage(parent), await lineage(commit)];
      const changes = await diffTrees(store.tree, before?.tree ?? null, after?.tree ?? null);
      return changes.map(({ path }) => path);
    },
    ledger: async (commit) => store.file((await lineage(commit))?.tree ?? "", LEDGER_FILE),
    objects: walk.git,
  };
}

/** Recorded reviews, with the key that has signed the commit which keeps them. */
async function reviewsOf(
  { walk }: Scene,
  folder: string,
  trust: TrustRegistry,
): Promise<ReadonlyMap<ApprovalStatement, string | null>> {
  const found = new Map<ApprovalStatement, string | null>();
  for (const { approval, commit } of await recordedReviews(walk, folder))
    found.set(approval, await commitKey(walk.git, trust, commit));
  return found;
}
