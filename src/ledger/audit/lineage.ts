/** What links a commit to its tree and its parents, whatever else is in it. */
export interface Lineage {
  /** Id of the root tree. */
  readonly tree: string;
  readonly parents: readonly string[];
  /** When it was committed, as it claims. */
  readonly committedAt: Date;
}

const ID = "[0-9a-f]{40}(?:[0-9a-f]{24})?";
const LINKS = new RegExp(`^tree (${ID})\\n((?:parent ${ID}\\n)*)`);
const COMMITTER = /\ncommitter [^\n]*> (\d{1,12}) [+-]\d{4}\n/;

/**
 * Reads the links of a raw commit object as git follows them; null when there are none. Whether the rest of the object
 * is sound is for `trust/commit.ts` to say: a line goes on behind a commit that is not.
 */
export function lineageOf(raw: Buffer): Lineage | null {
  const end = raw.indexOf("\n\n");
  const headers = raw.toString("latin1", 0, end < 0 ? raw.length : end + 1);
  const [, tree, lines = ""] = LINKS.exec(headers) ?? [];
  if (tree === undefined) return null;
  const parents = lines.split("\n").flatMap((line) => (line === "" ? [] : [line.slice("parent ".length)]));
  return { tree, parents, committedAt: new Date(Number(COMMITTER.exec(headers)?.[1] ?? 0) * 1000) };
}
