import { distance } from "fastest-levenshtein";

const LONGEST = 100;

/** A beginning of fewer letters says nothing. */
const SHORTEST_BEGINNING = 3;

/**
 * The known name that a misspelt one was meant to be, whatever its case: the only one that begins so, else the nearest
 * that is at most 40 % of its letters away.
 */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  if (wrong.length > LONGEST) return undefined;
  const names = [...known];
  const begun = names.filter((name) => name.toLowerCase().startsWith(wrong.toLowerCase()));
  if (begun.length === 1 && wrong.length >= SHORTEST_BEGINNING) return begun[0];
  const near = names
    .map((name) => ({ name, steps: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, steps }) => steps <= Math.max(1, 0.4 * Math.max(name.length, wrong.length)))
    .sort((a, b) => a.steps - b.steps || (a.name < b.name ? -1 : 1));
  return near[0]?.name;
}

/** `Did you mean x?`, or nothing when no name is near. */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const name = nearestName(wrong, known);
  return name === undefined ? "" : `Did you mean ${name}?`;
}
