import { distance } from "fastest-levenshtein";

const LONGEST = 100;

/** The known name that a misspelt one was meant to be: at most 40 % of its letters away, whatever their case. */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  if (wrong.length > LONGEST) return undefined;
  const near = [...known]
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
