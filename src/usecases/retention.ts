import { parseRetention } from "../policy/parse-retention.ts";
import { DEFAULT_RETENTION, type Retention } from "../policy/retention.ts";
import { RETENTION_FILE } from "../domain/policy-files.ts";
import type { Git } from "../ports/git.ts";

/** How long artifacts are kept, as a commit says; the default without a retention policy. POLICY_*, DOCUMENT_*, GIT_*. */
export async function readRetention(git: Pick<Git, "show">, commit: string): Promise<Retention> {
  const bytes = await git.show(commit, RETENTION_FILE);
  return bytes ? parseRetention({ path: RETENTION_FILE, bytes }) : DEFAULT_RETENTION;
}
