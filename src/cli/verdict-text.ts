import type { ReportContext } from "../report/compose.ts";
import type { Decision } from "../usecases/gate/decision.ts";
import { reportContextOf } from "../usecases/report-context.ts";

/** What JSON shows beside a verdict, which holds none of it: numbers that authors report and no metric reads. */
export function claimedOf({ claims }: Pick<Decision, "claims">): { readonly claimed_not_measured?: object } {
  return claims ? { claimed_not_measured: claims } : {};
}

export type ReportFormat = "text" | "markdown" | "json" | "sarif";

/** A verdict in the format that was asked for; each renderer is loaded only when it is used. */
export async function verdictText(
  decision: Decision,
  as: { format: ReportFormat; color: boolean; width: number },
  context: ReportContext = reportContextOf(decision),
): Promise<string> {
  const { verdict } = decision;
  switch (as.format) {
    case "text":
      return (await import("../report/terminal.ts")).renderTerminal(verdict, { ...context, ...as });
    case "markdown":
      return (await import("../report/markdown.ts")).renderMarkdown(verdict, context);
    case "json":
      return (await import("../report/json.ts")).renderJson(verdict);
    case "sarif":
      return (await import("../report/sarif.ts")).renderSarif(verdict);
  }
}
