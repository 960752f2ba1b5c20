import { closest, distance } from "fastest-levenshtein";

const LONGEST = 100;

/** The known name that a misspelt one was meant to be: at most a third of its letters (but 2) away. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || wrong.length > LONGEST) return undefined;
  const nearest = closest(wrong.toLowerCase(), known);
  const reach = Math.max(2, Math.floor(wrong.length / 3));
  return distance(wrong.toLowerCase(), nearest.toLowerCase()) <= reach ? nearest : undefined;
}
