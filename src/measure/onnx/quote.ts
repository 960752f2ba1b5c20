const LIMIT = 80;

/** A name out of a foreign file, quoted, with control characters escaped and cut to 80 characters. */
export function quote(text: string): string {
  const cut = text.length > LIMIT ? `${text.slice(0, LIMIT)}…` : text;
  // JSON leaves U+007F–U+009F, bidirectional controls and line separators as they are.
  return JSON.stringify(cut).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    escapeCodeUnit,
  );
}

function escapeCodeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
