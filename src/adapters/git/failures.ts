import type { ReasonCode } from "../../domain/reasons/catalogue.ts";
import { type GateError, gateError } from "../../errors.ts";

/** What git said when it stopped. `signal` is set when it was killed. */
export interface GitFailure {
  readonly args: readonly string[];
  readonly exit: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

interface Symptom {
  readonly says: RegExp;
  readonly code: ReasonCode;
  readonly message: string;
}

/** Git's English messages, in the order of how telling they are: a full disk also makes signing and locking fail. */
const SYMPTOMS: readonly Symptom[] = [
  {
    says: /No space left on device|Disk quota exceeded/i,
    code: "GIT_NO_SPACE",
    message: "The disk of the repository is full",
  },
  {
    says: /detected dubious ownership|unsafe repository/i,
    code: "GIT_UNSAFE_OWNERSHIP",
    message: "Git does not trust the owner of this repository",
  },
  { says: /not a git repository/i, code: "GIT_NOT_A_REPOSITORY", message: "This is not a Git repository" },
  { says: /must be run in a work tree/i, code: "GIT_BARE", message: "The repository has no work tree" },
  {
    says: /Unable to create '.*\.lock': File exists/is,
    code: "GIT_LOCKED",
    message: "A lock file is in the way",
  },
  {
    says: /but expected|reference already exists|but expected it to|unable to resolve reference/i,
    code: "GIT_RACE_LOST",
    message: "The branch moved in the meantime",
  },
  {
    says: /' exists; cannot create|Is a directory|non-empty directory|Not a directory/i,
    code: "GIT_BRANCH_BLOCKED",
    message: "Another branch blocks this branch's name",
  },
  {
    says: /Read-only file system|Permission denied|insufficient permission|unable to create temporary file/i,
    code: "GIT_READ_ONLY",
    message: "The repository cannot be written to",
  },
  {
    says: /empty ident|tell me who you are|auto-detect|no (?:name|email) was given|ident name/i,
    code: "GIT_NO_IDENTITY",
    message: "Git does not know who commits",
  },
  {
    says: /failed to sign|public key|private key|signingkey|secret key|gpg:/i,
    code: "GIT_SIGNING_FAILED",
    message: "The commit could not be signed",
  },
  {
    says: /bad (?:object|parents)|bogus commit|failed to traverse|missing (?:blob|tree|object)|corrupt|inflate|(?:unable to|could not) (?:read|stream)|hash mismatch/i,
    code: "GIT_OBJECT_CORRUPT",
    message: "Git cannot read one of its objects",
  },
];

const FALLBACK: Symptom = { says: /^/, code: "GIT_FAILED", message: "Git failed" };

/** The refusal for a failed git process: our code, our words, and git's own first line. */
export function gitFailure(failure: GitFailure): GateError {
  const verb = failure.args[0] ?? "git";
  if (failure.signal !== null)
    return gateError("GIT_INTERRUPTED", `git ${verb} was stopped by ${failure.signal}.`);
  const symptom = SYMPTOMS.find((each) => each.says.test(failure.stderr)) ?? FALLBACK;
  const said = firstLine(failure.stderr);
  const exit = failure.exit === null ? "" : ` with exit code ${failure.exit}`;
  return gateError(
    symptom.code,
    said ? `${symptom.message} (git ${verb}: ${said}).` : `${symptom.message}: git ${verb} ended${exit}.`,
  );
}

/** The refusal when the process could not even start. */
export function gitNotStarted(cause: NodeJS.ErrnoException, cwdExists: boolean, cwd: string): GateError {
  if (cause.code === "ENOENT" && !cwdExists) {
    return gateError("GIT_NOT_A_REPOSITORY", `There is no folder ${printable(cwd)}.`, { cause });
  }
  if (cause.code === "ENOENT")
    return gateError("GIT_MISSING", "The git program was not found on the PATH.", { cause });
  return gateError("GIT_FAILED", `git could not be started: ${printable(cause.message)}`, { cause });
}

/** Foreign text made safe for one line of a terminal or a log. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD").slice(0, 300);
}

function firstLine(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const telling = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines[0] ?? "";
  return printable(telling.replace(/^(?:fatal|error): /, "").replace(/\.$/, ""));
}
