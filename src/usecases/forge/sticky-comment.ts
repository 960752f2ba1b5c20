import type { Forge, ForgeComment } from "../../forge-port.ts";

/** GitHub refuses comments of 65,536 characters and more. */
const MAX_CHARACTERS = 65_000;

export interface StickyComment {
  /** Of the pull request. */
  readonly number: number;
  /** Which of our comments: one a subject and pull request. Lower-case letters, digits, dots and dashes. */
  readonly subject: string;
  /** Markdown, foreign text in it escaped. */
  readonly text: string;
}

/**
 * Writes the one comment of a subject: a new one, or our own updated in place; nothing when it says that already.
 * A comment of somebody else that carries our marker is left alone.
 */
export async function postStickyComment(
  forge: Forge,
  { number, subject, text }: StickyComment,
): Promise<{ operation: "created" | "updated" | "none"; url: string }> {
  const marker = `<!-- modelgate:${subject} -->`;
  const body = bodyOf(marker, text);
  const [{ login }, comments] = await Promise.all([forge.identity(), forge.comments(number)]);
  const own = comments.find((comment) => isOwn(comment, login) && comment.body.startsWith(marker));
  if (!own) return { operation: "created", url: (await forge.addComment(number, body)).url };
  if (own.body.trim() === body.trim()) return { operation: "none", url: own.url };
  return { operation: "updated", url: (await forge.updateComment(own.id, body)).url };
}

function isOwn({ author }: ForgeComment, login: string): boolean {
  return author?.login.toLowerCase() === login.toLowerCase();
}

function bodyOf(marker: string, text: string): string {
  const room = MAX_CHARACTERS - marker.length - 2;
  return `${marker}\n${text.length <= room ? text : `${text.slice(0, room - 1).toWellFormed()}…`}`;
}
