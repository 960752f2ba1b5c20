import { mayMerge } from "../../domain/outcome.ts";
import { startRun } from "../../host/start.ts";
import { openPorts } from "../../host/wiring.ts";
import type { EnforcedElsewhere } from "../../policy/judge/request.ts";
import { branchNamed } from "../../usecases/check/branch-named.ts";
import { check } from "../../usecases/check/check.ts";
import type { CheckOptions } from "../../usecases/check/scene.ts";
import type { CheckReport } from "../../usecases/check/report.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly base: string;
  readonly head: string;
  readonly evidence?: string;
  readonly needs?: string;
  readonly enforcedElsewhere?: EnforcedElsewhere;
}

/** `modelgate check --base REV --head REV`: 0 when the change may merge; what is wrong with it otherwise. */
export async function run(context: CommandContext, options: Options): Promise<number> {
  const ports = await openPorts(context.surroundings);
  const ref = await branchNamed(ports.git, options.base);
  const onto = ref === null ? {} : { ref };
  const report = await check(ports, options, { ...checkOptions(options, context.signal), ...onto });
  ports.progress.end();
  await show(context, report);
  return mayMerge(report.outcome) ? 0 : 1;
}

function checkOptions({ evidence, needs, enforcedElsewhere }: Options, signal: AbortSignal): CheckOptions {
  const others = { folder: evidence ?? null, needs: needs ?? null };
  const legs = others.folder === null && others.needs === null ? {} : { legs: others };
  return { start: startRun(), signal, ...(enforcedElsewhere ? { enforcedElsewhere } : {}), ...legs };
}

async function show({ console }: CommandContext, report: CheckReport): Promise<void> {
  const { kind, base, head, outcome, problems, decisions, notes, backtest } = report;
  const verdicts = decisions.map(({ verdict }) => verdict);
  const claims = decisions.flatMap(({ claims: one }) => one ?? []);
  const besides = {
    ...(backtest ? { backtest } : {}),
    ...(claims.length > 0 ? { claimed_not_measured: claims } : {}),
  };
  console.data({ result: outcome.toLowerCase(), kind, base, head, problems, verdicts, notes, ...besides });
  if (console.json) return;
  if (kind === "other" && problems.length === 0) return console.text("Nothing governed changed.");
  const { renderCheck } = await import("../../report/check.ts");
  console.text(renderCheck(report, console));
}
