import { checkSchema } from "../../domain/document/check-schema.ts";
import { parseYaml } from "../../domain/document/yaml.ts";
import { digestOf } from "../../domain/digest.ts";
import { isWayOut, type EnvironmentPhases, type LifecycleEvent } from "../../domain/lifecycle.ts";
import { ENVIRONMENTS_FILE } from "../../domain/policy-files.ts";
import { triedOr } from "../../errors.ts";
import { ENVIRONMENTS_V1 } from "../../generated/environments-v1.js";
import type { Git } from "../../ports/git.ts";
import { contentOr } from "./broken.ts";

/** The environments of a commit and their canary phases; empty when none are defined. DOCUMENT_*. */
export async function readEnvironments(
  git: Pick<Git, "show">,
  commit: string,
): Promise<readonly EnvironmentPhases[]> {
  const bytes = await git.show(commit, ENVIRONMENTS_FILE);
  return bytes ? parseEnvironments(bytes) : [];
}

/** The same for an event: the way out asks the ledger where a version is, so that a file that cannot be read stops nothing. */
export async function environmentsFor(
  git: Pick<Git, "show">,
  commit: string,
  event: LifecycleEvent,
): Promise<readonly EnvironmentPhases[]> {
  const read = (): Promise<readonly EnvironmentPhases[]> => readEnvironments(git, commit);
  return isWayOut(event) ? contentOr([], read) : read();
}

/** Only names and phases: what else is wrong with policies never changes what was a legal transition. */
function parseEnvironments(bytes: Uint8Array): readonly EnvironmentPhases[] {
  const document = parseYaml(bytes, ENVIRONMENTS_FILE);
  const { environments } = checkSchema<{
    environments: readonly { readonly name: string; readonly canary_phases: readonly string[] }[];
  }>(document, ENVIRONMENTS_V1);
  return environments.map(({ name, canary_phases }) => ({ name, canaryPhases: canary_phases }));
}

/**
 * Environments of past commits; none where they cannot be read, so that nothing but a way out was lawful there. They change
 * rarely: each spelling of the file is parsed once.
 */
export function environmentReader(
  git: Pick<Git, "show">,
): (commit: string | undefined) => Promise<readonly EnvironmentPhases[]> {
  const parsed = new Map<string, readonly EnvironmentPhases[]>();
  return async (commit) => {
    const bytes =
      commit === undefined
        ? undefined
        : await contentOr(undefined, () => git.show(commit, ENVIRONMENTS_FILE));
    if (!bytes) return [];
    const digest = digestOf(bytes);
    const environments = parsed.get(digest) ?? triedOr([], () => parseEnvironments(bytes));
    parsed.set(digest, environments);
    return environments;
  };
}
