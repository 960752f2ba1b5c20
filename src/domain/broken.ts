/**
 * Something governed that the base commit holds and that could not be used, so that a way out rests on what was lawful before.
 * Part of a verdict: everything in it follows from the line of the base commit.
 */
export interface Broken {
  /** Relative to the repository's root. */
  readonly file: string;
  /** Reason code: what is wrong with it. */
  readonly reason: string;
  /** One sentence. */
  readonly says: string;
  /** The commit of the first-parent line whose content was used instead; null when there never was any that could be. */
  readonly instead: string | null;
}

/** As many as a verdict tells: the first by file. */
export const MOST_BROKEN = 16;
