import { gateError } from "../../src/errors.ts";
import type { AuditReport, CommitVerdict } from "../../src/domain/audit.ts";
import type { Git } from "../../src/ports/git.ts";
import type { GitObjects } from "../../src/ports/git-objects.ts";
import type { Audited } from "../../src/usecases/audit/audit.ts";
import type { AuditQuestion } from "../../src/usecases/audit/ground.ts";
import { auditBothWays } from "./side-judges.ts";
import type { SyntheticHistory } from "./synthetic-history.ts";

/** Audits a history in memory, without a repository: what the audit asks of git besides objects is its head. */
export async function auditInMemory(
  history: SyntheticHistory,
  question: AuditQuestion = {},
): Promise<AuditReport> {
  return (await auditedInMemory(history, question)).report;
}

export function auditedInMemory(history: SyntheticHistory, question: AuditQuestion = {}): Promise<Audited> {
  return auditBothWays(gitOf(history), question);
}

/** What an audit asks of git, from memory. */
export function gitOf({ objects, head }: SyntheticHistory): Git & GitObjects {
  const answers: Partial<Git & GitObjects> = {
    head: async () => {
      if (head === "") throw gateError("GIT_NO_COMMITS", "The repository has no commit yet.");
      return { commit: head, branch: "main" };
    },
    resolve: async (revision) => (objects.commits.includes(revision) ? revision : undefined),
    line: (commit) => objects.line(commit),
    object: (id) => objects.object(id),
    digest: (id) => objects.digest(id),
    disguises: () => objects.disguises(),
  };
  return new Proxy(answers as Git & GitObjects, {
    get(target, name: keyof typeof answers) {
      if (name in target) return target[name];
      throw new Error(`The audit asked git for ${name}.`);
    },
  });
}

/** The verdict on the last commit. */
export function lastOf({ commits }: AuditReport): CommitVerdict {
  const last = commits.at(-1);
  if (!last) throw new Error("Nothing was audited.");
  return last;
}

/** `FAIL CODE CODE`: outcome and reason codes of a verdict. */
export function gist({ outcome, reasons }: CommitVerdict): string {
  return [outcome, ...reasons.map(({ code }) => code)].join(" ");
}
