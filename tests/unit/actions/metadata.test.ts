import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { listActions } from "../../../scripts/build/bundles.ts";
import { EVENTS } from "../../../src/domain/lifecycle.ts";
import { commonInputs } from "../../../src/host/action-host.ts";
import type { InputSpec } from "../../../src/host/inputs.ts";
import { type ActionMetadata, readActionMetadata } from "../../support/runner/metadata.ts";

const ACTIONS = resolve(import.meta.dirname, "../../../actions");

describe("the actions", () => {
  it("are these", () => {
    expect(listActions(resolve(ACTIONS, ".."))).toEqual([
      "audit",
      "benchmark",
      "check",
      "gate",
      "parity",
      "plan",
      "promote",
      "record",
      "validate",
    ]);
  });
});

describe("the root action", () => {
  it("is the check, from where the root finds its bundle", async () => {
    const [root, check] = await Promise.all(
      ["../action.yml", "check/action.yml"].map((path) => readFile(join(ACTIONS, path), "utf8")),
    );
    expect(root).toBe(check?.replace("main: ../dist/check.js", "main: actions/dist/check.js"));
  });
});

describe.each(listActions(resolve(ACTIONS, "..")))("action.yml of %s", (name) => {
  let metadata: ActionMetadata;
  let spec: InputSpec;
  let yaml: Record<string, Record<string, unknown>>;

  beforeAll(async () => {
    metadata = await readActionMetadata(join(ACTIONS, name));
    const { inputs } = (await import(join(ACTIONS, name, "inputs.ts"))) as { inputs: InputSpec };
    spec = { ...inputs, ...commonInputs };
    yaml = load(await readFile(join(ACTIONS, name, "action.yml"), "utf8")) as typeof yaml;
  });

  it("declares exactly the inputs that are read", () => {
    expect([...metadata.inputs.keys()].sort()).toEqual(Object.keys(spec).sort());
  });

  it("says `required` for what may not be empty and has no default, and nothing else", () => {
    const required = [...metadata.inputs].filter(([, input]) => input.required).map(([input]) => input);
    const needed = Object.entries(spec).filter(
      ([input, kind]) => !kind.whenEmpty && !metadata.inputs.get(input)?.default,
    );
    expect(required.sort()).toEqual(needed.map(([input]) => input).sort());
  });

  it("has defaults that can be read", () => {
    const defaults = [...metadata.inputs].filter(([, input]) => input.default !== "");
    const unreadable = defaults.filter(([input, { default: value }]) => !spec[input]?.parse(value).ok);
    expect(unreadable).toEqual([]);
  });

  it("takes an empty text for the default", () => {
    const defaults = [...metadata.inputs].filter(([, input]) => /^(?:true|false|\d+)$/.test(input.default));
    const others = defaults.filter(([input, { default: value }]) => {
      const parsed = spec[input]?.parse(value);
      return !parsed?.ok || spec[input]?.whenEmpty?.value !== parsed.value;
    });
    expect(others).toEqual([]);
  });

  it("names every event that it takes, and no other", () => {
    const description = metadata.inputs.get("event")?.description ?? "";
    const taken = EVENTS.filter((event) => spec["event"]?.parse(event).ok);
    expect(EVENTS.filter((event) => new RegExp(`\\b${event}\\b`).test(description))).toEqual(taken);
  });

  it("runs its bundle on Node 24", () => {
    expect(yaml["runs"]).toEqual({ using: "node24", main: `../dist/${name}.js` });
  });

  it("has kebab-case names, a description for each, branding, and a `result`", () => {
    for (const input of [...metadata.inputs.keys(), ...metadata.outputs])
      expect(input).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    for (const { description } of metadata.inputs.values()) expect(description).not.toBe("");
    for (const key of ["name", "description", "author", "branding"]) expect(yaml[key]).toBeTruthy();
    expect(metadata.outputs[0]).toBe("result");
  });

  it("has an entry of at most 40 lines", async () => {
    const text = await readFile(join(ACTIONS, name, "index.ts"), "utf8");
    expect(text.split("\n").length).toBeLessThanOrEqual(41);
  });
});
