import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const USECASES = resolve(import.meta.dirname, "../../../src/usecases");

/** A folder of the use cases, or a file beside the folders, with the rooms that it imports. */
type Rooms = ReadonlyMap<string, ReadonlySet<string>>;

const IMPORTED = /(?:from |import\()"(\.[^"]+)"/g;

function roomOf(path: string): string | null {
  if (!path.startsWith(`${USECASES}/`)) return null;
  return path
    .slice(USECASES.length + 1)
    .replace(/\/.*$/, "")
    .replace(/\.ts$/, "");
}

function readRooms(): Rooms {
  const rooms = new Map<string, Set<string>>();
  for (const file of globSync("**/*.ts", { cwd: USECASES }).map((name) => join(USECASES, name))) {
    const from = roomOf(file) ?? "";
    const known = rooms.get(from) ?? new Set();
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(IMPORTED)) {
      const to = roomOf(resolve(dirname(file), path));
      if (to !== null && to !== from) known.add(to);
    }
    rooms.set(from, known);
  }
  return rooms;
}

/** What is left when every room is taken away that imports none of those left: rooms in a circle, and above one. */
function unordered(rooms: Rooms): readonly string[] {
  const left = new Set(rooms.keys());
  const isFree = (room: string): boolean => ![...(rooms.get(room) ?? [])].some((to) => left.has(to));
  for (let free = [...left].filter(isFree); free.length > 0; free = [...left].filter(isFree))
    for (const room of free) left.delete(room);
  return [...left].toSorted();
}

test("the rooms of the use cases form an order: none imports, by whatever way, what imports it", () => {
  const rooms = readRooms();
  expect(rooms.get("check")).toContain("approve");
  expect(rooms.size).toBeGreaterThan(15);
  expect(unordered(rooms)).toEqual([]);
});

test("a circle of rooms is found", () => {
  const rooms = new Map([
    ["trust", new Set<string>()],
    ["approve", new Set(["proof", "trust"])],
    ["proof", new Set(["check"])],
    ["check", new Set(["approve"])],
  ]);
  expect(unordered(rooms)).toEqual(["approve", "check", "proof"]);
});
