import { openPorts } from "../../host/wiring.ts";
import { type MeasurementPlan, planChecks } from "../../usecases/check/plan.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate plan --base REV --head REV`: the measurements of a change, as a job matrix with `--json`. */
export async function run(
  { console, surroundings }: CommandContext,
  options: { readonly base: string; readonly head: string },
): Promise<number> {
  const plan = await planChecks(await openPorts(surroundings), options);
  console.data(planDocument(plan));
  console.text(planText(plan));
  return 0;
}

/** `matrix` is what `strategy.matrix` takes from `fromJSON`; `measurements` tells whether there is anything to run. */
export function planDocument({ kind, base, head, legs }: MeasurementPlan): unknown {
  return { kind, base, head, measurements: legs.length, matrix: { include: legs } };
}

function planText({ kind, legs }: MeasurementPlan): string {
  if (legs.length === 0) return `Nothing to measure beside the check itself (${kind}).`;
  return legs.map(({ kind: what, model, version }) => `measure ${what} ${model}@${version}`).join("\n");
}
