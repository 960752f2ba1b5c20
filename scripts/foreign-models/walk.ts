/** `node scripts/foreign-models/walk.ts MODELS [--only NAME] [--write]`: see docs/guides/foreign-models.md. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { markdownTable } from "markdown-table";
import { type Expectation, isAsExpected, type Walk } from "./expectation.ts";
import { newRepository } from "./repository.ts";
import { walkModel } from "./walk-model.ts";

const RECORD = join(import.meta.dirname, "record.json");

/** One model: where its walk ended, and whether that is right. */
interface Row extends Walk {
  readonly model: string;
  readonly expect: Expectation["expect"];
  readonly right: boolean;
  /** Longest line that was printed, in columns of 80. */
  readonly why: string;
}

function walkOne(models: string, model: string): Row {
  const folder = join(models, model);
  const expected = JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as Expectation;
  using repository = newRepository();
  const walk = walkModel(repository, folder, expected);
  writeFileSync(join(folder, "walk.txt"), repository.log());
  const { expect, why } = expected;
  return { model, expect, ...walk, right: isAsExpected(walk, expected), why };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ model, expect, ended, result, codes, missed, widest, right }) => [
    right ? "right" : "WRONG",
    model,
    expect,
    `${result} at ${ended}`,
    [...codes, ...missed].join(" "),
    widest > 80 ? `${widest} wide` : "",
  ]);
  return `${markdownTable([["", "model", "expected", "came out", "codes", ""], ...cells])}\n`;
}

const [given, ...words] = process.argv.slice(2);
if (given === undefined) throw new Error("Usage: walk.ts MODELS [--only NAME] [--write]");
const models = resolve(given);
const only = words[words.indexOf("--only") + 1];
const names = readdirSync(models)
  .filter((name) => existsSync(join(models, name, "expect.json")))
  .filter((name) => !words.includes("--only") || name.startsWith(only ?? ""))
  .sort();
const rows = names.map((name) => {
  process.stderr.write(`${name}\n`);
  return walkOne(models, name);
});
process.stdout.write(table(rows));
if (words.includes("--write")) writeFileSync(RECORD, `${JSON.stringify(rows, null, 1)}\n`);
process.exitCode = rows.every(({ right, widest }) => right && widest <= 80) ? 0 : 1;
