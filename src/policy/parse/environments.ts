import { didYouMean } from "../../domain/nearest-name.ts";
import type { Environment } from "../policy.ts";
import { checkGlob } from "./gate-policy.ts";
import {
  at,
  elements,
  report,
  reportDuplicates,
  textOr,
  texts,
  type Reader,
} from "../../domain/document/reader.ts";

const EVERYWHERE = "all";
const PHASE = /^(?:0\.[1-9]|0\.\d[1-9]|[1-9]\d?(?:\.\d{1,2})?)%$/;

/** Reads the environments, in their order. */
export function readEnvironments(root: Reader): readonly Environment[] {
  const items = elements(at(root, "environments"));
  reportDuplicates(
    items.map((item) => at(item, "name")),
    "POLICY_NAME_DUPLICATE",
    "environments named",
  );
  return items.map((item, index) => {
    checkAfter(at(item, "after"), items.slice(0, index));
    return readEnvironment(item);
  });
}

function readEnvironment(item: Reader): Environment {
  for (const glob of elements(at(item, "models"))) checkGlob(glob);
  checkPhases(at(item, "canary_phases"));
  checkName(at(item, "name"));
  return {
    name: textOr(at(item, "name"), ""),
    models: texts(at(item, "models")),
    canaryPhases: texts(at(item, "canary_phases")),
    after: textOr(at(item, "after"), null),
  };
}

/** Branches of events that hold everywhere are named so: an environment of that name would take theirs. */
function checkName(name: Reader): void {
  if (textOr(name, undefined) !== EVERYWHERE) return;
  report(name, "POLICY_ENVIRONMENT_RESERVED", `"${EVERYWHERE}" stands for all environments together.`);
}

function checkAfter(after: Reader, earlier: readonly Reader[]): void {
  const name = textOr(after, undefined);
  const names = earlier.map((item) => textOr(at(item, "name"), ""));
  if (name === undefined || names.includes(name)) return;
  report(
    after,
    "POLICY_ENVIRONMENT_UNKNOWN",
    `No environment "${name.slice(0, 40)}" stands before this one.`,
    didYouMean(name, names),
  );
}

function checkPhases(phases: Reader): void {
  let last = 0;
  for (const phase of elements(phases)) {
    const text = textOr(phase, undefined);
    if (text === undefined) continue;
    const share = PHASE.test(text) ? Number(text.slice(0, -1)) : 0;
    if (share <= last)
      report(phase, "POLICY_PHASE_INVALID", `"${text.slice(0, 20)}" is not a share above ${last}%.`);
    last = Math.max(last, share);
  }
}
