import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { markdownTable } from "markdown-table";
import { listActions } from "./build/bundles.ts";

const ROOT = resolve(import.meta.dirname, "..");

interface ActionYaml {
  readonly inputs?: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs?: Readonly<Record<string, { description: string }>>;
}

/**
 * The README of an action with its tables made anew from the text of its action.yml. They stand between
 * `<!-- inputs -->` and `<!-- /inputs -->`, and likewise for outputs; a README without these marks is refused.
 */
export function renderReadme(readme: string, actionYaml: string): string {
  const action = load(actionYaml) as ActionYaml;
  return fill(fill(readme, "inputs", inputTable(action)), "outputs", outputTable(action));
}

/** Path of each action's README -> what it should be, in the order of the actions' names. */
export async function renderReadmes(
  root: string,
): Promise<ReadonlyMap<string, { is: string; shouldBe: string }>> {
  const rendered = new Map<string, { is: string; shouldBe: string }>();
  for (const name of listActions(root)) {
    const path = `actions/${name}/README.md`;
    const is = await readFile(join(root, path), "utf8");
    const yaml = await readFile(join(root, "actions", name, "action.yml"), "utf8");
    rendered.set(path, { is, shouldBe: renderReadme(is, yaml) });
  }
  return rendered;
}

function inputTable(action: ActionYaml): string {
  const rows = Object.entries(action.inputs ?? {}).map(([name, input]) => [
    `\`${name}\``,
    cell(input.description),
    input.required ? "**required**" : input.default ? `\`${input.default}\`` : "",
  ]);
  return markdownTable([["Input", "What it is", "Default"], ...rows]);
}

function outputTable(action: ActionYaml): string {
  const rows = Object.entries(action.outputs ?? {}).map(([name, { description }]) => [
    `\`${name}\``,
    cell(description),
  ]);
  return markdownTable([["Output", "What it is"], ...rows]);
}

function cell(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", String.raw`\|`);
}

function fill(readme: string, mark: string, table: string): string {
  const open = `<!-- ${mark} -->`;
  const close = `<!-- /${mark} -->`;
  const [start, end] = [readme.indexOf(open), readme.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`The README has no ${open} … ${close}.`);
  return `${readme.slice(0, start + open.length)}\n\n${table}\n\n${readme.slice(end)}`;
}

if (import.meta.main) {
  for (const [path, { is, shouldBe }] of await renderReadmes(ROOT)) {
    if (is !== shouldBe) await writeFile(join(ROOT, path), shouldBe);
  }
}
