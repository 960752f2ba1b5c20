import type { Setting } from "./environment.ts";
import { type GitPlace, runGit, splitZ } from "./run.ts";

/** One line of git's configuration. Scopes `local` and `worktree` come with the repository and are untrusted. */
export interface ConfigLine {
  readonly scope: string;
  readonly key: string;
  readonly value: string;
}

/** All of git's configuration in the order of precedence, last wins. */
export async function readConfiguration(place: GitPlace): Promise<readonly ConfigLine[]> {
  const { stdout } = await runGit(place, ["config", "--null", "--show-scope", "--list"]);
  const fields = splitZ(stdout);
  return fields.flatMap((scope, n) => (n % 2 === 0 ? [toLine(scope, fields[n + 1] ?? "")] : []));
}

/** The last value of a key, from any scope; keys are as git prints them (section and name in lower case). */
export function lastValue(lines: readonly ConfigLine[], key: string): string | undefined {
  return lines.findLast((line) => line.key === key && line.scope !== "command")?.value;
}

/** Settings that empty every filter which the repository itself defines, so that looking at files runs no program. */
export function withoutLocalFilters(lines: readonly ConfigLine[]): Setting[] {
  return withoutFilters(lines.filter(isFromRepository));
}

/** The same for every filter that the lines define. */
export function withoutFilters(lines: readonly ConfigLine[]): Setting[] {
  const names = lines.flatMap((line) => /^filter\.(.+)\.[^.]+$/s.exec(line.key)?.[1] ?? []);
  return [...new Set(names)].flatMap((name): Setting[] => [
    [`filter.${name}.clean`, ""],
    [`filter.${name}.process`, ""],
    [`filter.${name}.required`, "false"],
  ]);
}

export function isFromRepository(line: ConfigLine): boolean {
  return line.scope === "local" || line.scope === "worktree";
}

/** `key LF value`; a key without value is a true boolean. */
function toLine(scope: string, entry: string): ConfigLine {
  const end = entry.indexOf("\n");
  return end < 0
    ? { scope, key: entry, value: "true" }
    : { scope, key: entry.slice(0, end), value: entry.slice(end + 1) };
}
