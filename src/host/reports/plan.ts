import { counted } from "../../domain/counted.ts";
import type { MeasurementPlan } from "../../usecases/check/plan.ts";
import { markdownText } from "../../report/escape.ts";
import type { ActionReport } from "../action.ts";

/** A plan as the outputs that a job matrix is made of. */
export function reportPlan({ kind, base, head, legs }: MeasurementPlan): ActionReport {
  const count = counted(legs.length, "measurement");
  const headline = `${legs.length === 0 ? "Nothing to measure" : count} for this change (${kind}).`;
  const names = legs.map(({ kind: what, model, version }) => `${what} of ${model}@${version}`);
  return {
    outcome: "PASS",
    headline,
    text: [headline, ...names].join("\n"),
    markdown: `${markdownText(headline)}\n${names.map((name) => `\n- ${markdownText(name)}`).join("")}\n`,
    annotations: [],
    outputs: {
      kind,
      base,
      head,
      measurements: String(legs.length),
      matrix: JSON.stringify({ include: legs }),
    },
  };
}
