import { describe, expect, it } from "vitest";
import { differingEntries } from "../../../../src/ledger/audit/raw-tree.ts";

type Pairs = ReturnType<typeof differingEntries>;

/** Numbers from 0 to 1, the same at each run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const NAMES = ["a", "a.", "a0", "ab", "b", "b b", "deployed.json", "4", "z"];
const MODES = ["40000", "100644", "100755", "120000", "040000"];

function entry(mode: string, name: string, id: number): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20, id)]);
}

const tree = (...entries: readonly Buffer[]) => ({ id: "a".repeat(40), bytes: Buffer.concat(entries) });

function randomEntries(next: () => number, most: number): Buffer[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  return Array.from({ length: Math.floor(next() * (most + 1)) }, () => {
    const mode = next() < 0.95 ? pick(MODES.slice(0, 2)) : pick(MODES);
    return entry(mode, pick(NAMES), pick([0, 32, 0x2f, 255]));
  });
}

/** As git sorts. */
function sorted(entries: readonly Buffer[]): Buffer[] {
  const key = (one: Buffer): string => {
    const [mode = "", ...name] = (one.toString("latin1").split("\0")[0] ?? "").split(" ");
    return `${name.join(" ")}${mode.startsWith("4") ? "/" : "\0"}`;
  };
  return entries.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** From two whole lists of entries; compared with nothing, no entry of a tree is skipped. */
function bySets(before: ReturnType<typeof tree>, after: ReturnType<typeof tree>): readonly string[] {
  const listed = (one: typeof before): readonly string[] =>
    differingEntries(null, one).map(({ after: found }) => JSON.stringify(found));
  const [left, right] = [listed(before), listed(after)];
  return [
    ...left.filter((one) => !right.includes(one)).map((one) => `- ${one}`),
    ...right.filter((one) => !left.includes(one)).map((one) => `+ ${one}`),
  ].toSorted();
}

function lines(pairs: Pairs): readonly string[] {
  return pairs
    .flatMap(({ before, after }) => [
      ...(before ? [`- ${JSON.stringify(before)}`] : []),
      ...(after ? [`+ ${JSON.stringify(after)}`] : []),
    ])
    .toSorted();
}

function outcome(compare: () => readonly string[]): readonly string[] | "refused" {
  try {
    return compare();
  } catch {
    return "refused";
  }
}

describe("what differs between two trees", () => {
  it("is what a comparison of all their entries finds, behind a tree that git would write", () => {
    const next = random(7);
    const seen = { refused: 0, compared: 0 };
    while (seen.compared < 3000) {
      const shared = randomEntries(next, 4);
      const before = tree(...sorted([...shared, ...randomEntries(next, 2)]));
      if (outcome(() => bySets(before, before)) === "refused") continue;
      const entries = [...shared, ...randomEntries(next, 3)];
      const after = tree(...(next() < 0.8 ? sorted(entries) : entries));
      const expected = outcome(() => bySets(before, after));
      expect(outcome(() => lines(differingEntries(before, after)))).toEqual(expected);
      seen[expected === "refused" ? "refused" : "compared"] += 1;
    }
    expect(seen.refused).toBeGreaterThan(500);
  });

  it("is not hidden by an entry without a space, also where both trees begin with it", () => {
    const odd = Buffer.concat([Buffer.from("a0\0"), Buffer.alloc(20, 32), Buffer.from("100644z\0")]);
    const begin = Buffer.concat([odd, Buffer.alloc(20, 0x34)]);
    const before = tree(begin, entry("40000", "ab", 255));
    const after = tree(begin, entry("40000", "4", 255), entry("40000", "b", 0));
    const names = differingEntries(before, after).map((pair) => (pair.before ?? pair.after)?.name);
    expect(names).toEqual(["4", "ab", "b"]);
  });
});
