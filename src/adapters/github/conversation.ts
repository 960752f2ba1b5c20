import type { ApprovalReview, ReviewState } from "../../domain/approvals.ts";
import type { Forge, ForgeComment } from "../../ports/forge.ts";
import type { Client } from "./client.ts";
import { personOrNull } from "./people.ts";

type Conversation = Pick<Forge, "comments" | "addComment" | "updateComment" | "reviews">;

const READ = "pull-requests: read";
const WRITE = "pull-requests: write";

export function conversation({ rest, list }: Client): Conversation {
  return {
    async comments(number) {
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return (await list(READ, route, { issue_number: number })).map(commentOf);
    },
    async addComment(number, body) {
      const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
      return commentOf(await rest(WRITE, route, { issue_number: number, body }));
    },
    async updateComment(id, body) {
      const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
      return commentOf(await rest(WRITE, route, { comment_id: id, body }));
    },
    async reviews(number) {
      const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
      return (await list(READ, route, { pull_number: number })).map(reviewOf);
    },
  };
}

interface CommentData {
  readonly id: number | bigint;
  readonly body?: string | null | undefined;
  readonly html_url: string;
  readonly user: object | null;
}

function commentOf(data: CommentData): ForgeComment {
  return { id: Number(data.id), author: personOrNull(data.user), body: data.body ?? "", url: data.html_url };
}

interface ReviewData {
  readonly id: number | bigint;
  readonly submitted_at?: string | null | undefined;
  readonly user: object | null;
  readonly state: string;
  readonly commit_id?: string | null | undefined;
}

const STATES: ReadonlySet<string> = new Set([
  "APPROVED",
  "CHANGES_REQUESTED",
  "COMMENTED",
  "DISMISSED",
  "PENDING",
]);

/** A state that GitHub adds one day decides nothing. */
function reviewOf(data: ReviewData): ApprovalReview {
  const state = STATES.has(data.state) ? (data.state as ReviewState) : "COMMENTED";
  const given = data.submitted_at ? { given: { id: Number(data.id), at: data.submitted_at } } : {};
  return { reviewer: personOrNull(data.user), state, commit: data.commit_id ?? "", ...given };
}
