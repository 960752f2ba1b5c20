import { distance } from "fastest-levenshtein";

const MAX_LENGTH = 80;

/** `Did you mean x?`, or nothing when no name is close (more than 40 % of the letters differ). */
export function didYouMean(text: string, names: Iterable<string>): string {
  const name = nearest(text, names);
  return name === undefined ? "" : `Did you mean ${name}?`;
}

function nearest(text: string, names: Iterable<string>): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const near = [...names]
    .map((name) => ({ name, steps: distance(text.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, steps }) => steps <= Math.max(1, 0.4 * Math.max(name.length, text.length)))
    .sort((a, b) => a.steps - b.steps || (a.name < b.name ? -1 : 1));
  return near[0]?.name;
}
