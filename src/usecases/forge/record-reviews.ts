import type { ApprovalStatement } from "../../domain/approval-statement.ts";
import type { ApprovalReview } from "../../domain/approvals.ts";
import { APPROVALS_REF } from "../../domain/records-ref.ts";
import { requestText } from "../../domain/request-text.ts";
import type { Transition } from "../../domain/ledger.ts";
import { GateError } from "../../errors.ts";
import type { Forge, PullRequest } from "../../ports/forge.ts";
import { countedReviews } from "../../policy/judge/approvals.ts";
import { matchingPolicies } from "../../policy/match.ts";
import type { Requirements } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import type { GitObjects } from "../../ports/git-objects.ts";
import type { Signer } from "../../ports/signing.ts";
import { loginsByRole } from "../../trust/approval/prove.ts";
import { approvalPath, formatApproval } from "../../trust/approval/statement.ts";
import { letsSomebodySign, type TrustRegistry } from "../../trust/registry.ts";
import { signApproval, type UnsignedApproval } from "../approve/sign-approval.ts";
import { mergedTransition } from "../approve/merged-transition.ts";
import { readBase } from "../gate/base.ts";
import { requestOf } from "../request.ts";
import { packFolder } from "../../domain/evidence.ts";
import { reviewsMessage } from "../transition/message.ts";
import { appending } from "../transition/refusals.ts";
import { readApprovals } from "./read-approvals.ts";

export interface ReviewPorts {
  readonly git: Git & Pick<GitObjects, "object">;
  readonly forge: Forge;
  /** The gate's own key; without it the forge's signature on the record is what vouches. */
  readonly signer: Signer | null;
}

/** A promotion that was merged by a pull request. */
export interface MergedPromotion {
  readonly commit: string;
  readonly transition: Transition;
  readonly pullRequest: PullRequest;
}

/** Whose reviews were recorded, and what an auditor would miss. */
export interface RecordedReviews {
  /** Principals. */
  readonly principals: readonly string[];
  readonly notes: readonly string[];
}

const NOTHING: RecordedReviews = { principals: [], notes: [] };

/**
 * Keeps the reviews that a promotion was merged with as statements on refs/modelgate/approvals, where the policies of its
 * base ask for approvals and its trust.yaml says whose logins they are. What the forge refuses is a note: the promotion is
 * merged, and recording again mends it. Recording twice records once.
 */
export async function recordReviews(ports: ReviewPorts, of: MergedPromotion): Promise<RecordedReviews> {
  const [parent = ""] = (await ports.git.facts(of.commit)).parents;
  const request = requestOf(of.transition);
  const { policies, trust } = await readBase(ports.git, parent, request);
  const asked = matchingPolicies(policies.policies, request).flatMap(
    ({ requires }) => requires.approvals ?? [],
  );
  if (!trust || !letsSomebodySign(trust) || asked.length === 0) return NOTHING;
  try {
    return await keepReviews(ports, { ...of, parent, trust, asked });
  } catch (error) {
    if (!(error instanceof GateError) || error.exitCode === 3) throw error;
    return { principals: [], notes: [`The approvals could not be recorded: ${error.message}`] };
  }
}

interface Keeping extends MergedPromotion {
  readonly parent: string;
  readonly trust: TrustRegistry;
  readonly asked: readonly NonNullable<Requirements["approvals"]>[];
}

async function keepReviews(ports: ReviewPorts, of: Keeping): Promise<RecordedReviews> {
  const { forge, git } = ports;
  const folder = packFolder({ ...of.transition, runId: of.transition.run_id });
  const known = await recordsHere(ports, of.commit);
  if (known !== null && (await git.paths(known, folder)).length > 0) return NOTHING;
  const { signed, strangers } = await statementsOf(ports, of);
  const principals = signed.map(({ principal }) => principal);
  const notes = strangers.map(
    (login) => `${login} approved, and is no principal of policies/trust.yaml: no audit can prove it.`,
  );
  if (signed.length === 0) return { principals, notes };
  const subject = requestText({ ...of.transition, phase: of.transition.phase ?? null });
  const made = await appending("FORGE_RACE_LOST", async () =>
    forge.appendRecord({
      ref: APPROVALS_REF,
      after: await forge.lastRecord(APPROVALS_REF),
      files: new Map(
        signed.map((one) => [`${folder}/${approvalPath(one)}`, Buffer.from(formatApproval(one))]),
      ),
      message: reviewsMessage({ subject, principals, runId: of.transition.run_id }),
    }),
  );
  const unvouched = ports.signer === null && !made.verified;
  return { principals, notes: unvouched ? [...notes, UNVOUCHED] : notes };
}

const UNVOUCHED =
  "The record of approvals is signed by nobody, so that no audit can use it: record with a bot's token, or with a key of the gate.";

/** The last record of approvals, with its commits at hand; null when there is none. */
async function recordsHere({ git, forge }: ReviewPorts, have: string): Promise<string | null> {
  const tip = await forge.lastRecord(APPROVALS_REF);
  if (tip !== null && (await git.resolve(tip)) === undefined)
    await git.fetch(await forge.remote(), { commit: tip, have });
  return tip;
}

async function statementsOf(
  ports: ReviewPorts,
  of: Keeping,
): Promise<{ readonly signed: readonly ApprovalStatement[]; readonly strangers: readonly string[] }> {
  const { pullRequest, trust, transition, asked } = of;
  const facts = await readApprovals(ports.forge, {
    number: pullRequest.number,
    head: pullRequest.headCommit,
    roles: null,
    requestedBy: transition.requested_by,
  });
  const inTime = facts.reviews.filter((review) => isBefore(review, pullRequest));
  const told = { ...facts, reviews: inTime, roles: loginsByRole(trust) };
  const counted = asked.flatMap((wish) => countedReviews(wish, told));
  const byLogin = new Map(counted.map(({ reviewer, review }) => [reviewer.login, review]));
  const ref = `refs/heads/${pullRequest.base}`;
  const about = await mergedTransition(ports.git, { commit: of.commit, parent: of.parent, transition, ref });
  const signed: ApprovalStatement[] = [];
  const strangers: string[] = [];
  for (const [login, { given, commit: head }] of byLogin) {
    const principal = trust.principals.find(({ github }) => github?.toLowerCase() === login.toLowerCase());
    if (!principal || !given) {
      strangers.push(login);
      continue;
    }
    const unsigned: UnsignedApproval = {
      schema_version: "modelgate/approval/v1",
      ...about,
      principal: principal.id,
      approved_at: given.at,
      comment: null,
      source: { kind: "github-review", reviewer: login, review: given.id, head },
    };
    signed.push(await signApproval(unsigned, ports.signer));
  }
  return { signed, strangers };
}

/** GitHub takes reviews of what is merged already. */
function isBefore({ given }: ApprovalReview, { mergedAt }: PullRequest): boolean {
  return given !== undefined && mergedAt !== null && Date.parse(given.at) <= Date.parse(mergedAt);
}
