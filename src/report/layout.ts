import wideStringWidth from "fast-string-width";
import { piecesOf } from "./commands.ts";

const GAP = "  ";
const NARROWEST = 8;
const ASCII = /^[ -~]*$/;

/** Columns of a text on a terminal. */
function stringWidth(text: string): number {
  return ASCII.test(text) ? text.length : wideStringWidth(text);
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word is broken where it must be. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((word) => breakWord(word, width))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line.trimEnd());
    line = word;
  }
  return [...lines, line.trimEnd()].filter((text, index) => text !== "" || index > 0);
}

/**
 * Prose in lines of at most `width` columns, broken at spaces alone: a path, link or digest that is longer stays whole, for it
 * is copied. So does a command, and one that follows a colon has a line of its own, indented.
 */
export function flow(text: string, width: number): readonly string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  const end = (): void => {
    if (line.trim() !== "") lines.push(line.trimEnd());
    line = "";
  };
  for (const { words, alone } of piecesOf(text)) {
    const longer = line === "" ? words : `${line} ${words}`;
    const fits = stringWidth(longer) <= width;
    if (alone || !fits) end();
    if (alone) lines.push(lines.length === 0 ? words : GAP + words);
    else line = fits ? longer : words;
  }
  end();
  return lines;
}

/** A line of at most `width` columns, or more of them: what is left goes on two columns deeper than the line began. */
export function indented(line: string, width: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  if (stringWidth(line) <= width) return [line];
  const [first = "", ...more] = flow(line.trimStart(), width - indent.length - GAP.length);
  return [`${indent}${first}`, ...more.map((rest) => `${indent}${GAP}${rest}`)];
}

/** Every line of a text as `indented` lays it out; what fits stays as it is. */
export function fitted(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => indented(line, width))
    .join("\n");
}

/** The pieces of a word; none begins with `::`, which a GitHub runner would take for a command. */
function breakWord(word: string, width: number): readonly string[] {
  if (stringWidth(word) <= width) return [word];
  const calm = word.replaceAll(/:{2,}/g, (colons) => colons.split("").join(" "));
  return calm.split(" ").flatMap((part) => cut(part, width));
}

function cut(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of word) {
    if (stringWidth(piece + character) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}

/** A table without rules: the first row is the header. Wide cells are wrapped until the table fits into `width` columns. */
export function layOutTable(rows: readonly (readonly string[])[], width: number): string {
  const widths = columnWidths(rows, width);
  return rows.map((row) => layOutRow(row, widths)).join("\n");
}

function columnWidths(rows: readonly (readonly string[])[], width: number): readonly number[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
  const total = (): number => widths.reduce((sum, each) => sum + each, GAP.length * (columns - 1));
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function layOutRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? NARROWEST));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const texts = widths.map((width, column) => padEnd(cells[column]?.[line] ?? "", width));
    return texts.join(GAP).trimEnd();
  }).join("\n");
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}
