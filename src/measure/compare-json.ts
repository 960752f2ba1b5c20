import { childPointer } from "../domain/document/document.ts";

/** A value of a stored document that is not what it should be. */
export interface Contradiction {
  /** JSON pointer. */
  readonly pointer: string;
  /** Undefined where one of them has nothing. */
  readonly stored: unknown;
  readonly fresh: unknown;
}

/** Keys on the way to a value. */
export type Path = readonly string[];

/**
 * How two values at one place are compared. exact: they are the same, all the way down. any: both are finite numbers. near:
 * both are finite numbers, and agree up to twice the smaller one and `near` more. text: the same words, with numbers as near as
 * that; integers are counts, and exact. A function says by itself whether it agrees with what is stored.
 */
export type Comparing =
  | "exact"
  | "any"
  | { readonly near: number }
  | { readonly text: number }
  | ((stored: unknown) => boolean);

/** Every place where two JSON values do not agree. */
export function differencesBetween(
  stored: unknown,
  fresh: unknown,
  comparing: (path: Path) => Comparing,
): Contradiction[] {
  const found: Contradiction[] = [];
  walk([], [stored, fresh], { comparing, found });
  return found;
}

interface Walk {
  readonly comparing: (path: Path) => Comparing;
  readonly found: Contradiction[];
}

function walk(path: Path, [stored, fresh]: readonly [unknown, unknown], of: Walk): void {
  const how = of.comparing(path);
  if (how === "exact" && isOpen(stored) && isOpen(fresh) && Array.isArray(stored) === Array.isArray(fresh)) {
    for (const key of new Set([...Object.keys(stored), ...Object.keys(fresh)]))
      walk([...path, key], [own(stored, key), own(fresh, key)], of);
  } else if (!agrees(how, stored, fresh)) {
    const pointer = path.reduce((before, key) => childPointer(before, key), "");
    of.found.push({ pointer, stored, fresh });
  }
}

function isOpen(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function agrees(how: Comparing, stored: unknown, fresh: unknown): boolean {
  if (typeof how === "function") return how(stored);
  if (stored === fresh) return true;
  if (how === "exact") return false;
  if (typeof how === "object" && "text" in how)
    return typeof stored === "string" && typeof fresh === "string" && sameText(stored, fresh, how.text);
  if (typeof stored !== "number" || typeof fresh !== "number" || !Number.isFinite(stored)) return false;
  return how === "any" || isNear(stored, fresh, how.near);
}

/** Two machines may round differently: as a claim does, a number holds up to twice its size, and a slack more. */
const FACTOR = 2;

function isNear(one: number, other: number, slack: number): boolean {
  const [small = 0, large = 0] = [Math.abs(one), Math.abs(other)].sort((a, b) => a - b);
  return one * other >= 0 && large <= small * FACTOR + slack;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;

function sameText(one: string, other: string, slack: number): boolean {
  if (one.replaceAll(NUMBER, "#") !== other.replaceAll(NUMBER, "#")) return false;
  const [ours = [], theirs = []] = [one, other].map((text) => text.match(NUMBER)?.map(Number));
  return ours.every((number, at) => {
    const beside = theirs[at] ?? NaN;
    const areCounts = Number.isInteger(number) && Number.isInteger(beside);
    return number === beside || (!areCounts && isNear(number, beside, slack));
  });
}
