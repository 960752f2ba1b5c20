import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { reasons } from "../../src/domain/reasons/catalogue.ts";

/** The numbered attacks: a folder each, a refusal by a code in each, and a line of the threat model for each. */
const HERE = import.meta.dirname;
const PAGE = join(HERE, "../../docs/threat-model.md");
const page = readFileSync(PAGE, "utf8");
const FOLDERS = globSync("[0-9]*", { cwd: HERE });
const NUMBERS = FOLDERS.map((_, at) => String(at + 1).padStart(2, "0"));

const foldersOf = (number: string): string[] => globSync(`${number}-*`, { cwd: HERE });
const textOf = (folder: string): string =>
  globSync("*.test.ts", { cwd: join(HERE, folder) })
    .map((file) => readFileSync(join(HERE, folder, file), "utf8"))
    .join("\n");
const codesIn = (text: string): string[] =>
  (text.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g) ?? []).filter((word) => Object.hasOwn(reasons, word));

/** Number, folder and code of each row of the page's table. */
const ROWS = [
  ...page.matchAll(/^\| (\d+) \| [^|]+ \| \[(\d\d)\]\(\.\.\/tests\/attacks\/([^)]+)\) \| `([A-Z_]+)` \|$/gm),
].map(([, number = "", label, folder = "", code = ""]) => ({
  number: number.padStart(2, "0"),
  label,
  folder,
  code,
}));

describe.each(NUMBERS)("attack %s", (number) => {
  it("has one folder, whose tests name a code of the catalogue", () => {
    const folders = foldersOf(number);
    expect(folders).toHaveLength(1);
    expect(codesIn(textOf(folders[0] ?? "")).length).toBeGreaterThan(0);
  });

  it("has a line of the threat model, with a code that its tests assert", () => {
    const [row, ...more] = ROWS.filter((one) => one.number === number);
    expect([row?.label, row?.folder, more]).toEqual([number, foldersOf(number)[0], []]);
    expect(codesIn(textOf(row?.folder ?? ""))).toContain(row?.code);
  });
});

it("numbers have no gaps, and no line of the threat model is without a folder", () => {
  expect(FOLDERS.map((folder) => folder.slice(0, 2)).toSorted()).toEqual(NUMBERS);
  expect(ROWS.map(({ number }) => number).toSorted()).toEqual(NUMBERS);
  expect(NUMBERS.length).toBeGreaterThanOrEqual(26);
});

describe("the threat model", () => {
  it("links to what is there", () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(25);
    expect(links.filter((link) => globSync(join("docs", link)).length === 0)).toEqual([]);
  });

  it("names codes that exist, and differences from git that a test shows", () => {
    const codes = page.match(/`[A-Z]+(?:_[A-Z0-9]+)+`/g) ?? [];
    const names = codes.map((code) => code.slice(1, -1));
    expect(names.filter((code) => !Object.hasOwn(reasons, code))).toEqual([]);
    const differences = page.split("\n## Where git")[1] ?? "";
    const shown = new Set(codesIn(textOf("oracles")));
    expect(codesIn(differences).length).toBeGreaterThan(6);
    expect(codesIn(differences).filter((code) => !shown.has(code))).toEqual([]);
  });
});
