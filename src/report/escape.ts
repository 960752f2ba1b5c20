/**
 * Everything in a report that we did not write (model ids, notes, reasons, file names) may be hostile. These functions
 * keep it text: no colours or cursor moves, no reordering, no new lines, no workflow commands, no markup, no mentions.
 */

/** Control and format characters: C0, C1, zero-width, bidirectional, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
const WHITESPACE = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
// oxlint-disable-next-line no-control-regex
const ANSI = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g;

/**
 * One line of text for terminals and logs: escape sequences dropped, line breaks made spaces, other invisible characters
 * shown as `\u{202e}`, and nothing that a GitHub runner would take for a command.
 */
export function plainText(text: string): string {
  const line = text
    .toWellFormed()
    .replaceAll(ANSI, "")
    .replaceAll(WHITESPACE, " ")
    .replaceAll(INVISIBLE, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
  return withoutCommands(line);
}

/**
 * The runner reads `::name …` at the start of a line and `##[name]` anywhere as its own commands. Text may be wrapped, so
 * every word may come to start a line.
 */
function withoutCommands(line: string): string {
  return line.replaceAll(/(?<!\S):{2,}/g, (colons) => colons.split("").join(" ")).replaceAll("##[", "# #[");
}

const MARKUP = /[\\`*|~$]|\](?=[([:])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
const LEADING = /^(\s*)([#>+=[-]|\d{1,9}[.)](?=\s|$))/;
const BREAK = "\u200B";
/**
 * Every `@` but that of `model@1.1.0`, which people copy out of a command. GitHub takes `@` for a mention only after a
 * character that is no part of a word, and makes mail addresses only of what ends with a letter.
 */
const MENTION = /@(?=[\w-])(?!(?<=[A-Za-z0-9]@)\d[\w.-]*\d(?![\w-]|\.\w))/g;

/** One line of Markdown that shows exactly this text: no markup, HTML, link, image, mention or issue reference. */
export function markdownText(text: string): string {
  return markdownCell(text).replace(
    LEADING,
    (_, space: string, mark: string) => `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
  );
}

/** The same inside a table, where no list, quote or heading can begin. */
export function markdownCell(text: string): string {
  return plainText(text)
    .replaceAll(MARKUP, String.raw`\$&`)
    .replaceAll(MENTION, `@${BREAK}`)
    .replaceAll(/#(?=\d)/g, `#${BREAK}`)
    .replaceAll(/\bGH-(?=\d)/gi, `GH${BREAK}-`)
    .replaceAll("://", `:${BREAK}//`)
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, 3)}${BREAK}.`);
}

/** Inline code that shows exactly this text, whatever backticks it holds. */
export function markdownCode(text: string): string {
  const line = plainText(text).replaceAll("|", String.raw`\|`);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = line === "" || line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}
