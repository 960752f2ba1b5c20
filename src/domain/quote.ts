const LIMIT = 80;

/** JSON leaves U+007F to U+009F, bidirectional and other format characters, and line separators as they are. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A name out of a foreign file, quoted, with control and format characters escaped and cut to 80 characters. */
export function quote(text: string): string {
  const cut = text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
  return JSON.stringify(cut).replaceAll(INVISIBLE, escaped);
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
