import type { Decision } from "../usecases/decision.ts";

export type ReportFormat = "text" | "markdown" | "json" | "sarif";

/** A verdict in the format that was asked for; each renderer is loaded only when it is used. */
export async function verdictText(
  decision: Decision,
  as: { format: ReportFormat; color: boolean; width: number },
): Promise<string> {
  const { verdict, evidenceDigest } = decision;
  switch (as.format) {
    case "text":
      return (await import("../report/terminal.ts")).renderTerminal(verdict, { ...as, evidenceDigest });
    case "markdown":
      return (await import("../report/markdown.ts")).renderMarkdown(verdict, { evidenceDigest });
    case "json":
      return (await import("../report/json.ts")).renderJson(verdict);
    case "sarif":
      return (await import("../report/sarif.ts")).renderSarif(verdict);
  }
}
