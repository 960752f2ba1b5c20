import { madeBy } from "./ledgers.ts";
import { openSigner } from "../../src/adapters/signing/open-signer.ts";
import type { ApprovalReview, ForgePerson } from "../../src/domain/approvals.ts";
import { parseLedger } from "../../src/ledger/ledger-text.ts";
import type { Forge, PullRequest } from "../../src/ports/forge.ts";
import { type RecordedReviews, recordReviews } from "../../src/usecases/forge/record-reviews.ts";
import { type ApprovalScene, approvalScene, BRANCH } from "./approval-scene.ts";
import type { SshKey } from "./audit-scene.ts";

export const MERGED_AT = "2026-11-21T10:00:00Z";
export const BEFORE = "2026-11-21T09:00:00Z";
const GRACE: ForgePerson = { id: 2, login: "Grace-H", kind: "person" };
const BOT: ForgePerson = { id: 9, login: "modelgate[bot]", kind: "bot" };

/** A promotion that a bot proposed and merged, as on a forge: its commits carry the bot's key, and a person reviewed it. */
export interface ReviewedMerge extends ApprovalScene {
  readonly bot: SshKey;
  /** Head of the pull request, and the commit that merged it. */
  readonly head: string;
  readonly merged: string;
  /** The review of grace that approves the head in time; with differences. */
  review(more?: Partial<ApprovalReview>): ApprovalReview;
  /** Records as the action does; `key` null leaves signing to git, as it is set up (`signWith`). */
  record(of: { reviews?: readonly ApprovalReview[]; key?: SshKey | null }): Promise<RecordedReviews>;
  /** `FAIL CODE` of the merge, and whose approval is proven. */
  gist(): Promise<string>;
}

export async function reviewedMerge(): Promise<ReviewedMerge> {
  const scene = await approvalScene();
  const bot = scene.newKey("bot");
  scene.trust([...scene.team, { id: "bot", roles: ["gate-bot"], keys: [{ key: bot }] }]);
  scene.signWith(bot);
  await scene.check.propose({ requestedBy: "ada" }, { enforcedElsewhere: ["approvals"] });
  const head = scene.git("rev-parse", BRANCH);
  scene.check.merge(BRANCH);
  const merged = scene.git("rev-parse", "main");
  const review = (more: Partial<ApprovalReview> = {}): ApprovalReview => ({
    reviewer: GRACE,
    state: "APPROVED",
    commit: head,
    given: { id: 41, at: BEFORE },
    ...more,
  });
  return Object.assign(scene, {
    bot,
    head,
    merged,
    review,
    async record({
      reviews = [review()],
      key = null,
    }: {
      reviews?: readonly ApprovalReview[];
      key?: SshKey | null;
    }) {
      const { git } = scene.check.ports;
      const transition = madeBy(
        parseLedger(Buffer.from(scene.git("show", `${merged}:deployed.json`) + "\n")),
      );
      const signer = key === null ? null : await openSigner(key.path, process.env);
      const pullRequest = pullOf(head);
      const forge = forgeOf(scene, reviews, pullRequest);
      return recordReviews({ git, forge, signer }, { commit: merged, transition, pullRequest });
    },
    async gist() {
      const { outcome, reasons, transition } = scene.verdictOn(await scene.audit(), merged);
      return [outcome, ...reasons.map(({ code }) => code), ...(transition?.approved_by ?? [])].join(" ");
    },
  });
}

function pullOf(headCommit: string): PullRequest {
  const about = { number: 7, head: BRANCH, headCommit, headRepository: "acme/forecasts", base: "main" };
  return { ...about, author: BOT, merged: true, mergedAt: MERGED_AT } as PullRequest;
}

function forgeOf(scene: ApprovalScene, reviews: readonly ApprovalReview[], pullRequest: PullRequest): Forge {
  const { git } = scene.check.ports;
  const { headCommit: head } = pullRequest;
  const forge: Partial<Forge> = {
    repository: "acme/forecasts",
    pullRequest: async () => pullRequest,
    reviews: async () => reviews,
    pullRequestCommits: async () => [
      {
        commit: head,
        parents: [],
        message: "",
        verified: true,
        reason: "valid",
        author: BOT,
        committer: BOT,
      },
    ],
    lastPush: async () => ({ before: "", after: head, actor: BOT }),
    mayWrite: async () => true,
    lastRecord: async (ref) => (await git.resolve(ref)) ?? null,
    async appendRecord(request) {
      const { commit, signed } = await git.append(request);
      const told = { parents: [], message: request.message, reason: signed ? "valid" : "unsigned" };
      return { commit, ...told, verified: signed, author: BOT, committer: BOT };
    },
  };
  return forge as Forge;
}
