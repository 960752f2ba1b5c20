/** Words of a text that stay on one line. */
export interface Piece {
  readonly words: string;
  /** A command that its sentence only leads up to, so that it can have a line of its own. */
  readonly alone: boolean;
}

const PROGRAM = /^[`(]?(?:modelgate|git|ssh-keygen|npm)$/;
const ENDS = /[;,.)]$/;
/** What belongs to the command in a sentence: `trust add`, `--out DIR`, `<id>`. */
const BELONGS = /^(?:[-<]|[A-Z]{2,}[;,.)]?$)/;
/** A verb that has verbs below it. */
const GROUP = "trust";

/** The words of a text, one by one; those of a command together. */
export function piecesOf(text: string): readonly Piece[] {
  const words = text.split(" ");
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length;) {
    const ledUpTo = isLedUpTo(words, at);
    const end = PROGRAM.test(words[at] ?? "") ? endOfCommand(words, { at, ledUpTo }) : at + 1;
    pieces.push({ words: words.slice(at, end).join(" "), alone: ledUpTo && end > at + 1 });
    at = end;
  }
  return pieces;
}

/** After a colon; or at the start of a line that is no sentence. */
function isLedUpTo(words: readonly string[], at: number): boolean {
  if (at === 0) return !/[.:]$/.test(words.at(-1) ?? "");
  return words[at - 1]?.endsWith(":") ?? false;
}

function endOfCommand(words: readonly string[], { at, ledUpTo }: { at: number; ledUpTo: boolean }): number {
  let end = at + 1;
  let quotes = 0;
  for (; end < words.length; end += 1) {
    const [last = "", next = ""] = words.slice(end - 1, end + 1);
    quotes += last.split('"').length - 1;
    if (quotes % 2 === 1) continue;
    if (ENDS.test(last) || next === "" || next.startsWith("(")) break;
    if (!ledUpTo && end > at + 1 && last !== GROUP && !BELONGS.test(next)) break;
  }
  return end;
}
