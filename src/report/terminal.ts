import type { Verdict } from "../domain/verdict.ts";
import { type Block, fit, type Section, type Span } from "./blocks.ts";
import { composeReport, type ReportContext } from "./compose.ts";
import { plainText } from "./escape.ts";
import { flow, layOutTable } from "./layout.ts";

export interface TerminalOptions extends ReportContext {
  /** Columns; 80 when it is left out. */
  readonly width?: number;
  readonly color?: boolean;
}

const MIN_WIDTH = 60;
const COLORS: Readonly<Record<string, number>> = {
  PASS: 32,
  WARN: 33,
  INCONCLUSIVE: 35,
  FAIL: 31,
  WAIVED: 36,
};
const OUTCOME = /(^|: )(PASS|WARN|INCONCLUSIVE|FAIL|WAIVED)(?=\.|:| {2}|$)/;

/** The same report for a terminal: foreign text made harmless, fitted to its width, coloured only when told. */
export function renderTerminal(verdict: Verdict, options: TerminalOptions = {}): string {
  const width = Math.max(MIN_WIDTH, options.width ?? 80);
  const write = (sections: readonly Section[]): string => terminalBlocks(sections, width);
  const plain = fit(composeReport(verdict, options), write, Number.MAX_SAFE_INTEGER);
  return options.color === true ? plain.split("\n").map(paint).join("\n") : plain;
}

/** Sections for a terminal of so many columns, without colour. */
export function terminalBlocks(sections: readonly Section[], width: number): string {
  return `${sections.flatMap(({ blocks }) => blocks.map((block) => writeBlock(block, width))).join("\n\n")}\n`;
}

function writeBlock(block: Block, width: number): string {
  switch (block.kind) {
    case "text":
      return flow(writeSpans(block.spans), width).join("\n");
    case "list":
      return block.items.map((item) => bullet(writeSpans(item), width)).join("\n");
    case "table":
      return layOutTable(
        [block.header, ...block.rows].map((row) => row.map(plainText)),
        width,
      );
  }
}

function bullet(text: string, width: number): string {
  return flow(text, width - 2)
    .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
    .join("\n");
}

function writeSpans(spans: readonly Span[]): string {
  return spans.map((span) => plainText(typeof span === "string" ? span : span.code)).join("");
}

/** Colours the outcome of a headline, of a policy, and of each row of a table. */
function paint(line: string): string {
  return line.replace(
    OUTCOME,
    (_, before: string, outcome: string) => `${before}\u001B[${COLORS[outcome]}m${outcome}\u001B[39m`,
  );
}
