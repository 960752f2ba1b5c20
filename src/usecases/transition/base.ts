import { ENVIRONMENTS_FILE } from "../../domain/policy-files.ts";
import { type Ledger, LEDGER_FILE } from "../../domain/ledger.ts";
import type { EnvironmentPhases } from "../../domain/lifecycle.ts";
import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { gateError, type Problem, problem, refuse } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { Git } from "../../ports/git.ts";
import { ENVIRONMENTS_V1 } from "../../generated/environments-v1.js";

/** What the gate reads or a transition writes; uncommitted edits there would make the verdict about something else. */
export const GOVERNED_PATHS: readonly string[] = [LEDGER_FILE, "evidence", "models", "policies"];

/** The commit that a transition stands on, and the branch that its proposal will be merged into. */
export interface Base {
  readonly commit: string;
  readonly branch: string;
}

/**
 * The base of a new transition. Refuses what cannot carry one, with all that is wrong at once:
 * GIT_NO_COMMITS, GIT_DETACHED, GIT_SHALLOW, GIT_DIRTY.
 */
export async function readyBase(git: Git): Promise<Base> {
  const { commit, branch } = await git.head();
  const problems: Problem[] = [];
  if (branch === null)
    problems.push(problem("GIT_DETACHED", `HEAD is at ${shortCommit(commit)} and on no branch.`));
  if (await git.isShallow())
    problems.push(problem("GIT_SHALLOW", "The clone holds a part of the history only."));
  const dirty = await git.dirty(GOVERNED_PATHS);
  if (dirty.length > 0) problems.push(dirtyProblem(dirty));
  refuse(problems);
  return { commit, branch: branch ?? "" };
}

/** The ledger of a commit and its exact bytes. LEDGER_MISSING, LEDGER_*, DOCUMENT_*. */
export async function readLedger(git: Git, commit: string): Promise<{ ledger: Ledger; bytes: Uint8Array }> {
  const bytes = await git.show(commit, LEDGER_FILE);
  if (bytes) return { ledger: parseLedger(bytes), bytes };
  const where = { file: LEDGER_FILE };
  throw gateError("LEDGER_MISSING", `There is no ${LEDGER_FILE} in commit ${shortCommit(commit)}.`, {
    where,
  });
}

/** The environments of a commit and their canary phases; empty when none are defined. DOCUMENT_*. */
export async function readEnvironments(
  git: Pick<Git, "show">,
  commit: string,
): Promise<readonly EnvironmentPhases[]> {
  const bytes = await git.show(commit, ENVIRONMENTS_FILE);
  return bytes ? parseEnvironments(bytes) : [];
}

/** Only names and phases: what else is wrong with policies never changes what was a legal transition. */
export function parseEnvironments(bytes: Uint8Array): readonly EnvironmentPhases[] {
  const document = parseYaml(bytes, ENVIRONMENTS_FILE);
  const { environments } = checkSchema<{
    environments: readonly { readonly name: string; readonly canary_phases: readonly string[] }[];
  }>(document, ENVIRONMENTS_V1);
  return environments.map(({ name, canary_phases }) => ({ name, canaryPhases: canary_phases }));
}

function dirtyProblem(paths: readonly string[]): Problem {
  const shown = paths.slice(0, 5).join(", ");
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : "";
  return problem("GIT_DIRTY", `Not committed: ${shown}${more}.`, { where: { file: paths[0] ?? "" } });
}
