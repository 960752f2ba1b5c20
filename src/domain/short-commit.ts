/** The first 12 hex digits of a commit id: for sentences, never for a lookup. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}
