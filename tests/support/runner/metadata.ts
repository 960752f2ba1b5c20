import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";

/** What the runner takes from an action.yml. */
export interface ActionMetadata {
  readonly using: string;
  readonly main: string;
  readonly inputs: ReadonlyMap<string, ActionInput>;
  readonly outputs: readonly string[];
}

export interface ActionInput {
  readonly required: boolean;
  readonly default: string;
  readonly description: string;
  readonly deprecationMessage: string | undefined;
}

interface ActionYaml {
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly runs: { readonly using: string; readonly main: string };
}

/** Reads `<folder>/action.yml`; every default is text, as the runner makes it. */
export async function readActionMetadata(folder: string): Promise<ActionMetadata> {
  const yaml = load(await readFile(join(folder, "action.yml"), "utf8")) as ActionYaml;
  const inputs = Object.entries(yaml.inputs ?? {}).map(
    ([name, about]) => [name, toInput(about ?? {})] as const,
  );
  return {
    using: yaml.runs.using,
    main: yaml.runs.main,
    inputs: new Map(inputs),
    outputs: Object.keys(yaml.outputs ?? {}),
  };
}

function toInput(about: Readonly<Record<string, unknown>>): ActionInput {
  return {
    required: about["required"] === true,
    default: toText(about["default"]) ?? "",
    description: toText(about["description"]) ?? "",
    deprecationMessage: toText(about["deprecationMessage"]),
  };
}

function toText(value: unknown): string | undefined {
  return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
}
