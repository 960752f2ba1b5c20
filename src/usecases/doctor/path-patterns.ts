import picomatch from "picomatch";

/** A line of CODEOWNERS or .gitattributes: a pattern, and the words after it. */
export interface PatternLine {
  readonly pattern: string;
  readonly words: readonly string[];
  /** 1-based. */
  readonly line: number;
}

const LONGEST_PATTERN = 512;

/** The lines of a file that hold a pattern; comments and empty lines are left out. */
export function patternLines(text: string): readonly PatternLine[] {
  return text.split("\n").flatMap((raw, index) => {
    const [pattern = "", ...words] = raw
      .replace(/(?:^|\s)#.*$/, "")
      .trim()
      .split(/\s+/);
    return pattern === "" ? [] : [{ pattern, words, line: index + 1 }];
  });
}

/** Whether a pattern of either file covers a path: anchored by a slash, a folder by a slash at its end (gitignore's rules). */
export function covers(pattern: string, path: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return false;
  const isAnchored = pattern.replace(/\/$/, "").includes("/");
  const bare = pattern.replace(/^\//, "").replace(/\/$/, "");
  const globs = pattern.endsWith("/") ? [`${bare}/**`] : [bare, `${bare}/**`];
  const anywhere = isAnchored ? globs : globs.flatMap((glob) => [glob, `**/${glob}`]);
  return picomatch.isMatch(path, anywhere, { dot: true, nonegate: true, noextglob: true, nobrace: true });
}
