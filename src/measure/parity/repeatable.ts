import type { Finding, Measurement } from "../../domain/evidence.ts";
import { absent, measured } from "../../domain/measurement.ts";
import { quote } from "../../domain/quote.ts";
import type { Cause } from "./measurements.ts";
import type { Rerun, RerunKind } from "./repeat.ts";

const METRIC = "parity.repeatable";

/**
 * `parity.repeatable`: the share of outputs that are the same bits when cases are run again, 0 to 1, over all ways of running
 * them again; `samples` counts these outputs. Exactly 1 when none differs, and then only.
 */
export function repeatable(reruns: readonly Rerun[], cases: number): Measurement {
  const outputs = reruns.reduce((sum, rerun) => sum + rerun.outputs, 0);
  const differing = reruns.reduce((sum, rerun) => sum + rerun.differing, 0);
  if (outputs === 0)
    return notRepeated({ reason: "PARITY_NOTHING_COMPARED", note: "No output was there to be compared." });
  const value = (outputs - differing) / outputs;
  return { ...measured(METRIC, { value, samples: outputs }), note: leftOut(reruns, cases) };
}

/** The same of a model that could not be replayed at all. */
export function notRepeated(cause: Cause): Measurement {
  return absent(METRIC, { state: "undefined", ...cause });
}

const WAYS: Readonly<Record<RerunKind, string>> = {
  order: "in another order",
  session: "in a new session",
};

/** What was not run again is said; null when it was all. */
export function leftOut(reruns: readonly Rerun[], cases: number): string | null {
  const partly = reruns.filter((rerun) => rerun.cases < cases);
  if (partly.length === 0) return null;
  const counts = partly.map((rerun) => `${rerun.cases} of ${cases} cases ${WAYS[rerun.kind]}`);
  return `To save time, only some were run again: ${counts.join(", ")}.`;
}

/** PARITY_NOT_REPEATABLE for each way of running again in which an output differed, with the first one. */
export function repeatFindings(
  reruns: readonly Rerun[],
  of: { readonly cases: readonly string[]; readonly file: string },
): Finding[] {
  return reruns.flatMap(({ kind, outputs, differing, differences: [first] }) => {
    if (!first) return [];
    const where = `output ${quote(first.output)} of ${of.cases[first.case]}, ${first.message}`;
    const message = `Run again ${WAYS[kind]}, ${differing} of ${outputs} outputs differ; the first is ${where}.`;
    return [{ code: "PARITY_NOT_REPEATABLE", message, file: of.file }];
  });
}
