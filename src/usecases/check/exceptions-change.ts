import { EXCEPTIONS_FILE } from "../../domain/policy-files.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { GateError, tried } from "../../errors.ts";
import { parseExceptions } from "../../ledger/audit/exceptions.ts";
import type { Git } from "../../ports/git.ts";
import type { Change } from "../proof/change.ts";
import type { Findings } from "./report.ts";

/** More are counted, not listed. */
const MOST_LISTED = 10;

/**
 * What a change of the audit's exceptions acknowledges, for whoever reviews it: each by its commit, its owner and their
 * words. That a failure was acknowledged is told by every audit; it never passes. DOCUMENT_*.
 */
export async function checkExceptions(git: Git, { base, head, paths }: Change): Promise<Findings> {
  if (!paths.some(({ path }) => path === EXCEPTIONS_FILE)) return { problems: [] };
  const [standing, bytes] = [await git.show(base, EXCEPTIONS_FILE), await git.show(head, EXCEPTIONS_FILE)];
  const after = tried(() => (bytes ? parseExceptions(bytes) : []));
  if (after instanceof GateError) return { problems: after.problems };
  const before = tried(() => (standing ? parseExceptions(standing) : []));
  const known = new Set(before instanceof GateError ? [] : before.map(({ commit }) => commit));
  const fresh = after.filter(({ commit }) => !known.has(commit));
  const listed = fresh.slice(0, MOST_LISTED);
  return {
    problems: [],
    notes: [
      ...listed.map(
        ({ commit, owner, reason }) =>
          `Acknowledges that the audit fails on ${shortCommit(commit)} (${owner}): ${reason}`,
      ),
      ...(fresh.length > listed.length ? [`Acknowledges ${fresh.length - listed.length} more.`] : []),
    ],
  };
}
