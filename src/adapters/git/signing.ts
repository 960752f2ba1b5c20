import { gateError } from "../../errors.ts";
import { type ConfigLine, isFromRepository, lastValue } from "./configuration.ts";
import type { Setting } from "./environment.ts";

/** How a commit gets signed: the `-S` option of git-commit-tree, and settings that pin the programs it may run. */
export interface Signing {
  readonly option: string;
  readonly settings: readonly Setting[];
}

/** Programs that sign, and git's own defaults for them. */
const PROGRAMS: readonly Setting[] = [
  ["gpg.openpgp.program", "gpg"],
  ["gpg.x509.program", "gpgsm"],
  ["gpg.ssh.program", "ssh-keygen"],
];

/**
 * Signs when git is set up to: `commit.gpgsign` is true, or there is a `user.signingkey` and `commit.gpgsign` does not
 * say no. Key and format may come from the repository; the programs never do, since a repository is untrusted.
 */
export function planSigning(lines: readonly ConfigLine[]): Signing | undefined {
  const wish = lastValue(lines, "commit.gpgsign");
  const key = lastValue(lines, "user.signingkey") ?? "";
  if (wish === undefined ? key === "" : !isTrue(wish)) return undefined;
  if (key.startsWith("-"))
    throw gateError("GIT_SIGNING_FAILED", "user.signingkey looks like an option, not like a key.");
  if (key === "" && lastValue(lines, "gpg.format") === "ssh") {
    throw gateError("GIT_SIGNING_FAILED", "gpg.format is ssh, but user.signingkey names no key.");
  }
  return { option: `-S${key}`, settings: pinnedPrograms(lines) };
}

function pinnedPrograms(lines: readonly ConfigLine[]): Setting[] {
  const own = lines.filter((line) => !isFromRepository(line));
  const general = lastValue(own, "gpg.program") ?? "gpg";
  const pinned = PROGRAMS.map(([key, fallback]): Setting => {
    return [key, lastValue(own, key) ?? (key === "gpg.openpgp.program" ? general : fallback)];
  });
  return [["gpg.program", general], ...pinned, ["gpg.ssh.defaultKeyCommand", "false"]];
}

/** Git's spellings of true, git-config(1). */
function isTrue(value: string): boolean {
  return ["true", "yes", "on", "1"].includes(value.toLowerCase());
}
