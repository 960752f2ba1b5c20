import { execFileSync } from "node:child_process";

const SECTIONS = [
  ["feat", "New"],
  ["fix", "Mended"],
  ["perf", "Faster"],
  ["docs", "Documentation"],
] as const;

/** type(scope)!: subject, https://www.conventionalcommits.org/en/v1.0.0/ */
const CONVENTIONAL = /^(?<type>[a-z]+)(?:\((?<scope>[^()]+)\))?(?<breaking>!)?: (?<subject>.+)$/;

export interface CommitMessage {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
}

interface Entry {
  readonly type: string;
  readonly line: string;
  readonly breaking: string | null;
}

/** The release notes of some commits, newest first. Commits of other types (test, refactor, chore …) are left out. */
export function changelog(version: string, commits: readonly CommitMessage[]): string {
  const entries = commits.flatMap(toEntry);
  const breaking = entries.flatMap(({ breaking: what }) => (what === null ? [] : [what]));
  const sections = SECTIONS.map(([type, title]) => ({
    title,
    lines: entries.filter((entry) => entry.type === type).map(({ line }) => line),
  }));
  return [{ title: "Breaking", lines: breaking }, ...sections]
    .filter(({ lines }) => lines.length > 0)
    .reduce((text, { title, lines }) => `${text}\n## ${title}\n\n${lines.join("\n")}\n`, `# v${version}\n`);
}

function toEntry({ id, subject, body }: CommitMessage): Entry[] {
  const parts = CONVENTIONAL.exec(subject)?.groups;
  if (!parts) return [];
  const { type = "", scope, breaking, subject: what = "" } = parts;
  const line = `- ${scope === undefined ? "" : `**${scope}**: `}${what} (${id.slice(0, 12)})`;
  const footer = /^BREAKING[ -]CHANGE: (.+)$/m.exec(body)?.[1];
  return [{ type, line, breaking: footer === undefined ? (breaking ? line : null) : `- ${footer}` }];
}

/** Commits since the last release tag, which may be one that lies beside the branch; all of them before the first. */
function commitsSinceRelease(): CommitMessage[] {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const [last] = git("tag", "--list", "v*.*.*", "--sort=-version:refname").split("\n");
  const range = last ? [`${last}..HEAD`] : ["HEAD"];
  const log = git("log", "--no-merges", "--format=%H%x1f%s%x1f%b%x1e", ...range);
  return log
    .split("\x1e")
    .map((one) => one.trim().split("\x1f"))
    .filter(([id]) => id)
    .map(([id = "", subject = "", body = ""]) => ({ id, subject, body }));
}

if (import.meta.main) {
  process.stdout.write(changelog(process.argv[2] ?? "0.0.0", commitsSinceRelease()));
}
