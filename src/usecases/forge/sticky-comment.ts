import type { Forge, ForgeComment } from "../../ports/forge.ts";

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
  const marker = markerOf(subject);
  const body = bodyOf(marker, text);
  const own = await ownComment(forge, number, marker);
  if (own) return revise(forge, own, body);
  return { operation: "created", url: (await forge.addComment(number, body)).url };
}

/** Brings our own comment of a subject up to date when it is there; where nothing was said, nothing is begun. */
export async function refreshStickyComment(
  forge: Forge,
  { number, subject, text }: StickyComment,
): Promise<void> {
  const marker = markerOf(subject);
  const own = await ownComment(forge, number, marker);
  if (own) await revise(forge, own, bodyOf(marker, text));
}

async function revise(
  forge: Forge,
  own: ForgeComment,
  body: string,
): Promise<{ operation: "updated" | "none"; url: string }> {
  if (own.body.trim() === body.trim()) return { operation: "none", url: own.url };
  return { operation: "updated", url: (await forge.updateComment(own.id, body)).url };
}

async function ownComment(forge: Forge, number: number, marker: string): Promise<ForgeComment | undefined> {
  const [{ login }, comments] = await Promise.all([forge.identity(), forge.comments(number)]);
  return comments.find((comment) => isOwn(comment, login) && comment.body.startsWith(marker));
}

function markerOf(subject: string): string {
  return `<!-- modelgate:${subject} -->`;
}

function isOwn({ author }: ForgeComment, login: string): boolean {
  return author?.login.toLowerCase() === login.toLowerCase();
}

function bodyOf(marker: string, text: string): string {
  const room = MAX_CHARACTERS - marker.length - 2;
  return `${marker}\n${text.length <= room ? text : `${text.slice(0, room - 1).toWellFormed()}…`}`;
}
