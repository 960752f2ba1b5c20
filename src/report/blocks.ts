/** Text that may come from anybody, or a command to copy. Escaped by whoever writes it out. */
export type Span = string | { readonly code: string };

export type Block =
  | { readonly kind: "text"; readonly spans: readonly Span[] }
  | { readonly kind: "list"; readonly items: readonly (readonly Span[])[] }
  | {
      readonly kind: "table";
      readonly header: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

/** A part of a report that is shown whole or not at all. */
export interface Section {
  /** Names the section when it had to be left out. */
  readonly name: string;
  /** Sections with a low rank are left out last; 0 never. */
  readonly rank: number;
  readonly blocks: readonly Block[];
}

export function text(...spans: readonly Span[]): Block {
  return { kind: "text", spans };
}

/** A section, or nothing when there is nothing in it. */
export function section(name: string, rank: number, blocks: readonly Block[]): readonly Section[] {
  return blocks.length === 0 ? [] : [{ name, rank, blocks }];
}

/** A titled list, or nothing when there are no items. */
export function titledList(title: string, items: readonly (readonly Span[])[]): readonly Block[] {
  return items.length === 0 ? [] : [text(title), { kind: "list", items }];
}

/**
 * Writes the sections out, leaving out whole ones (the highest rank first, of equals the last) until the text fits
 * into `maxBytes` of UTF-8, and says which, and where the whole is.
 */
export function fit(
  sections: readonly Section[],
  write: (sections: readonly Section[]) => string,
  maxBytes: number,
  whole = "verdict.json",
): string {
  let kept = sections;
  for (;;) {
    const shown = write(withNotice(kept, sections, whole));
    const last = kept.filter(({ rank }) => rank > 0).reduce<Section | undefined>(higherRank, undefined);
    if (Buffer.byteLength(shown) <= maxBytes || !last) return shown;
    kept = kept.filter((section) => section !== last);
  }
}

function higherRank(best: Section | undefined, section: Section): Section {
  return best && best.rank > section.rank ? best : section;
}

function withNotice(kept: readonly Section[], all: readonly Section[], whole: string): readonly Section[] {
  const names = all.filter((section) => !kept.includes(section)).map(({ name }) => name);
  if (names.length === 0) return kept;
  const notice = `Left out for length: ${names.join(", ")}. Everything is in ${whole}.`;
  return [...kept, { name: "notice", rank: 0, blocks: [text(notice)] }];
}
