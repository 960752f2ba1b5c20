import type { Evidence } from "../domain/evidence.ts";
import { METRICS } from "../domain/metrics.ts";
import { formatBeside } from "../domain/numbers.ts";
import { FLOAT_DTYPES, type OutputRule, type ParityRules, ruleOf, SILENT } from "../domain/parity-rules.ts";
import { problem, type Problem } from "../errors.ts";
import type { GatePolicy } from "./policy.ts";

/**
 * What policies allow an output, of all that match: each policy that judges parity, or speaks of it, counts, and what it
 * leaves out has its default. So no further policy can loosen what another one asks for.
 */
export function parityRulesOf(policies: readonly GatePolicy[]): ParityRules {
  const judging = policies.filter(({ parity, objectives }) => parity !== null || objectives.some(isParity));
  return {
    policies: judging.map(({ name }) => name),
    blocks: judging.map(({ parity }) => parity ?? SILENT),
  };
}

function isParity({ metric }: { readonly metric: string }): boolean {
  return METRICS.get(metric)?.kind === "parity";
}

const KEYS = ["atol", "rtol", "nan_equal", "inf_equal", "noise"] as const satisfies (keyof OutputRule)[];

/**
 * EVIDENCE_TOLERANCE_MISMATCH for every output that was compared by another rule than the policies give it, and for numbers
 * without a rule. `policies`: those that match. `folder` holds the evidence.
 */
export function toleranceProblems(
  folder: string,
  evidence: readonly Evidence[],
  policies: readonly GatePolicy[],
): Problem[] {
  const { blocks } = parityRulesOf(policies);
  return evidence.flatMap((one) => {
    const file = `${folder}/${one.kind}.json`;
    const compared = one.compared ?? [];
    if (compared.length === 0 && one.measurements.some(isRuled)) return [unruled(file)];
    return compared.flatMap((output, at) => {
      const wanted = ruleOf(blocks, { name: output.output, dtype: output.dtype });
      const key = KEYS.find((each) => output[each] !== wanted[each]);
      if (key === undefined) return [];
      const name = JSON.stringify(output.output.slice(0, 80));
      const message = `Output ${name} was compared with ${key} ${said(output[key], wanted[key])}; the policies give it ${said(wanted[key], output[key])}.`;
      return [
        problem("EVIDENCE_TOLERANCE_MISMATCH", message, {
          where: { file, pointer: `/compared/${at}/${key}` },
        }),
      ];
    });
  });
}

/** What a tolerance, or that NaN or infinity is allowed, decides. */
const RULED: ReadonlySet<string> = new Set([
  "parity.max_abs_diff",
  "parity.mean_abs_diff",
  "parity.p99_abs_diff",
  "parity.max_rel_diff",
  "parity.scaled_diff",
  "parity.elements_over_tolerance",
  "parity.outputs_mismatched",
  "parity.outputs_failed",
]);

function isRuled({ metric, state, samples }: Evidence["measurements"][number]): boolean {
  return RULED.has(metric) && state === "measured" && samples > 0;
}

function unruled(file: string): Problem {
  const message = "The evidence does not say by which tolerances its outputs were compared.";
  return problem("EVIDENCE_TOLERANCE_MISMATCH", message, { where: { file, pointer: "/compared" } });
}

function said(value: number | boolean, other: number | boolean): string {
  return typeof value === "number" && typeof other === "number" ? formatBeside(value, other) : String(value);
}

/** What one tolerance was loosened to. */
interface Step {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** Every number of a policy's tolerances that allows more than before, for a dtype or for a named output of any dtype. */
export function toleranceSteps(old: GatePolicy, now: GatePolicy): Step[] {
  const names = [old, now].flatMap(({ parity }) => [...(parity?.outputs.keys() ?? [])]);
  const all = [null, ...new Set(names)].flatMap((name) =>
    FLOAT_DTYPES.flatMap((dtype) => looserKeys(old, now, { name, dtype })),
  );
  // One step for all dtypes that it is the same for.
  return [...new Map(all.map((step) => [step.what, step])).values()];
}

function looserKeys(
  old: GatePolicy,
  now: GatePolicy,
  { name, dtype }: { readonly name: string | null; readonly dtype: string },
): Step[] {
  const ruleIn = ({ parity }: GatePolicy): OutputRule =>
    ruleOf([parity ?? SILENT], { name: name ?? "", dtype });
  const [was, is] = [ruleIn(old), ruleIn(now)];
  return KEYS.filter((key) => isNamed([old, now], name, key) && Number(is[key]) > Number(was[key])).map(
    (key) => ({
      what: `parity ${placeOf(name, dtype, key)}`,
      from: said(was[key], is[key]),
      to: said(is[key], was[key]),
    }),
  );
}

/** What a name does not set is that of its dtype, and is told there. */
function isNamed(policies: readonly GatePolicy[], name: string | null, key: keyof OutputRule): boolean {
  return name === null || policies.some(({ parity }) => parity?.outputs.get(name)?.[key] !== undefined);
}

function placeOf(name: string | null, dtype: string, key: keyof OutputRule): string {
  if (name !== null) return `output ${JSON.stringify(name)} ${key}`;
  return key === "atol" || key === "rtol" ? `${dtype} ${key}` : key;
}
