import { didYouMean } from "../../domain/nearest-name.ts";
import { gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";

/** The models of a commit with the versions whose folder it has, newest first. */
export async function registeredVersions(
  git: Git,
  commit: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { default: semver } = await import("semver");
  const found = new Map<string, string[]>();
  for (const path of await git.paths(commit, "models")) {
    const [, model, version] = /^models\/([^/]+)\/([^/]+)\/manifest\.json$/.exec(path) ?? [];
    if (model === undefined || version === undefined || semver.valid(version) === null) continue;
    found.set(model, [...(found.get(model) ?? []), version]);
  }
  return new Map([...found].map(([model, versions]) => [model, semver.rsort(versions)]));
}

/** Throws GATE_MODEL_UNKNOWN, with the nearest name, for a model that nobody has registered. */
export function refuseUnknownModel(model: string, known: readonly string[]): void {
  if (known.includes(model)) return;
  const near = didYouMean(model, known);
  throw gateError(
    "GATE_MODEL_UNKNOWN",
    `There is no model ${JSON.stringify(model)}.`,
    near ? { fix: near } : {},
  );
}
