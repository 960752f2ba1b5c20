import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { source } from "../../support/judging.ts";

const REFERENCE = readFileSync(new URL("../../../docs/policy-reference.md", import.meta.url), "utf8");
const BLOCKS = [...REFERENCE.matchAll(/^```yaml\n(.*?)^```$/gms)]
  .map((match) => match[1]!)
  .filter((text) => !text.includes("kind: TrustPolicy"));

test("the examples of the policy reference are policies that fit together", () => {
  const set = parsePolicies(BLOCKS.map((text, index) => source(`docs/policy-reference-${index}.yaml`, text)));
  expect(set.policies.map(({ name }) => name)).toEqual(["production", "prices", "kill-switch"]);
  expect(set.environments.map(({ name, after }) => [name, after])).toEqual([
    ["staging", null],
    ["prod", "staging"],
  ]);
  expect(set.waivers.map(({ id }) => id)).toEqual(["w-2026-07"]);
});

test("the reference explains every key of the schemas", () => {
  const schemas = ["policy", "environments", "waivers"].map((name) =>
    readFileSync(new URL(`../../../schemas/${name}-v1.schema.json`, import.meta.url), "utf8"),
  );
  const keys = new Set(schemas.flatMap((text) => keysOf(JSON.parse(text))));
  expect([...keys].filter((key) => !REFERENCE.includes(key))).toEqual([]);
});

function keysOf(schema: unknown): readonly string[] {
  if (schema === null || typeof schema !== "object") return [];
  const { properties } = schema as { properties?: object };
  return [
    ...Object.keys(properties ?? {}).filter((key) => key !== "integrity"),
    ...Object.values(schema).flatMap(keysOf),
  ];
}
