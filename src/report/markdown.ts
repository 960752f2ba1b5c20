import { markdownTable } from "markdown-table";
import stringWidth from "fast-string-width";
import type { Verdict } from "../domain/verdict.ts";
import { type Block, fit, type Section, type Span } from "./blocks.ts";
import { composeReport, type ReportContext } from "./compose.ts";
import { markdownCell, markdownCode, markdownText } from "./escape.ts";

/** GitHub refuses longer pull-request bodies than 65,536 characters. */
export const PULL_REQUEST_BYTES = 60_000;

/** GitHub drops a job summary of 1 MiB or more. */
export const SUMMARY_BYTES = 1_000_000;

export interface MarkdownOptions extends ReportContext {
  /** Bytes of UTF-8; whole sections are left out to stay below. */
  readonly maxBytes?: number;
}

/** A verdict as GitHub-flavoured Markdown, for job summaries and pull requests. All foreign text is escaped. */
export function renderMarkdown(verdict: Verdict, options: MarkdownOptions = {}): string {
  return fit(composeReport(verdict, options), writeSections, options.maxBytes ?? PULL_REQUEST_BYTES);
}

/** Sections as Markdown. */
export function writeSections(sections: readonly Section[]): string {
  return `${sections.flatMap(({ blocks }) => blocks.map(writeBlock)).join("\n\n")}\n`;
}

function writeBlock(block: Block): string {
  switch (block.kind) {
    case "text":
      return writeSpans(block.spans);
    case "list":
      return block.items.map((item) => `- ${writeSpans(item)}`).join("\n");
    case "table":
      return writeMarkdownTable([block.header, ...block.rows]);
  }
}

/** The first row is the header. Cells are escaped. */
export function writeMarkdownTable(rows: readonly (readonly string[])[]): string {
  return markdownTable(
    rows.map((row) => row.map(markdownCell)),
    { stringLength: stringWidth },
  );
}

function writeSpans(spans: readonly Span[]): string {
  return spans
    .map((span) => (typeof span === "string" ? markdownText(span) : markdownCode(span.code)))
    .join("");
}
