import { didYouMean } from "../../domain/nearest-name.ts";
import type { Environment, GatePolicy, Waiver } from "../policy.ts";
import { at, elements, report, reportDuplicates, textOr, type Reader } from "../../domain/document/reader.ts";

export interface ParsedFiles {
  readonly policies: readonly { readonly root: Reader; readonly policy: GatePolicy }[];
  readonly environments: readonly { readonly root: Reader; readonly environments: readonly Environment[] }[];
  readonly waivers: readonly { readonly waiver: Waiver; readonly at: Reader }[];
}

/** Reports what no single file can see: names used twice, and names that another file does not define. */
export function crossCheck(files: ParsedFiles): void {
  reportDuplicates(
    files.policies.map(({ root }) => at(at(root, "metadata"), "name")),
    "POLICY_NAME_DUPLICATE",
    "policies named",
  );
  reportDuplicates(
    files.waivers.map(({ at: item }) => at(item, "id")),
    "POLICY_WAIVER_DUPLICATE",
    "waivers with the id",
  );
  for (const { root } of files.environments.slice(1)) {
    report(at(root, "kind"), "POLICY_FILE_DUPLICATE", "There is a second file of kind Environments.");
  }
  if (files.environments.length > 0) checkEnvironments(files);
  for (const { waiver, at: item } of files.waivers)
    checkTarget(
      waiver,
      item,
      files.policies.map(({ policy }) => policy),
    );
}

function checkEnvironments(files: ParsedFiles): void {
  const names = files.environments.flatMap(({ environments }) => environments.map(({ name }) => name));
  const used = files.policies.flatMap(({ root }) => elements(at(at(root, "match"), "environments")));
  for (const reader of used) {
    const name = textOr(reader, undefined);
    if (name === undefined || name === "*" || names.includes(name)) continue;
    report(
      reader,
      "POLICY_ENVIRONMENT_UNKNOWN",
      `There is no environment "${name.slice(0, 40)}".`,
      didYouMean(name, names),
    );
  }
}

function checkTarget(waiver: Waiver, item: Reader, policies: readonly GatePolicy[]): void {
  const names = policies.map(({ name }) => name);
  if (waiver.policy !== null && !names.includes(waiver.policy)) {
    report(
      at(item, "policy"),
      "POLICY_WAIVER_UNKNOWN_TARGET",
      `There is no policy "${waiver.policy}".`,
      didYouMean(waiver.policy, names),
    );
    return;
  }
  const reachable = policies.filter(({ name }) => waiver.policy === null || waiver.policy === name);
  const ids = reachable.flatMap(({ objectives }) => objectives.map(({ id }) => id));
  if (waiver.objective === "" || ids.includes(waiver.objective)) return;
  const message = `There is no objective "${waiver.objective}".`;
  const hint = didYouMean(waiver.objective, ids);
  report(at(item, "objective"), "POLICY_WAIVER_UNKNOWN_TARGET", message, hint);
}
