import type { ApprovalReview, ForgePerson } from "../../../src/domain/approvals.ts";
import { gateError } from "../../../src/errors.ts";
import type { ForgeComment } from "../../../src/ports/forge.ts";
import { MemoryPullRequests } from "./pull-requests.ts";

/** What people say on pull requests, and who they are. */
export class MemoryConversation extends MemoryPullRequests {
  readonly writers = new Set<string>();
  readonly teams = new Map<string, readonly string[]>();
  readonly #comments = new Map<number, ForgeComment[]>();
  readonly #reviews = new Map<number, ApprovalReview[]>();

  async comments(number: number): Promise<readonly ForgeComment[]> {
    await this.called("comments");
    return this.#comments.get(number) ?? [];
  }

  async addComment(number: number, body: string): Promise<ForgeComment> {
    await this.called("addComment");
    return this.commentAs({ id: 0, login: this.who.login, kind: "bot" }, number, body);
  }

  async updateComment(id: number, body: string): Promise<ForgeComment> {
    await this.called("updateComment");
    for (const comments of this.#comments.values()) {
      const at = comments.findIndex((one) => one.id === id);
      const old = comments[at];
      if (old) return (comments[at] = { ...old, body });
    }
    throw gateError("FORGE_NOT_FOUND", `There is no comment ${id}.`);
  }

  commentAs(author: ForgePerson, number: number, body: string): ForgeComment {
    const comments = this.#comments.get(number) ?? [];
    const id = [...this.#comments.values()].flat().length + 1;
    const comment = { id, author, body, url: `https://forge.test/comments/${id}` };
    this.#comments.set(number, [...comments, comment]);
    return comment;
  }

  async reviews(number: number): Promise<readonly ApprovalReview[]> {
    await this.called("reviews");
    return this.#reviews.get(number) ?? [];
  }

  review(number: number, review: Partial<ApprovalReview> & Pick<ApprovalReview, "reviewer">): void {
    const full = { state: "APPROVED", commit: this.pull(number).headCommit, ...review } as const;
    this.#reviews.set(number, [...(this.#reviews.get(number) ?? []), full]);
  }

  async mayWrite(login: string): Promise<boolean> {
    await this.called("mayWrite");
    return this.writers.has(login);
  }

  async teamMembers(team: string): Promise<readonly string[]> {
    await this.called("teamMembers");
    return this.teams.get(team) ?? [];
  }
}
