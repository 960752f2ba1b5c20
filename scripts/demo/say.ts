import { styleText } from "node:util";

/** A heading and a sentence, before the commands that show it. */
export function say(title: string, sentence: string): void {
  process.stdout.write(`\n${mark("bold", title)}\n${sentence}\n\n`);
}

/** The command as somebody would type it. */
export function sayCommand(words: readonly string[]): void {
  const shown = words.map((word) => (/^[\w@.,:/=%-]+$/.test(word) ? word : `"${word}"`)).join(" ");
  process.stdout.write(`${mark("cyan", `$ ${shown}`)}\n`);
}

function mark(style: "bold" | "cyan", text: string): string {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(style, text) : text;
}
