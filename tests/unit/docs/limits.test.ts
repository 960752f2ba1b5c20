import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { JSON_SIZE_LIMIT } from "../../../src/domain/document/json.ts";
import { YAML_SIZE_LIMIT } from "../../../src/domain/document/yaml.ts";
import { LIMITS } from "../../../src/domain/limits.ts";
import { reasons } from "../../../src/domain/reasons/catalogue.ts";
import { OBJECT_LIMIT } from "../../../src/adapters/git/answer-stream.ts";
import { INSPECT_LIMITS } from "../../../src/measure/onnx/inspect-model.ts";
import { MAX_APPROVALS } from "../../../src/trust/approval/statement.ts";
import { TRUST_SIZE_LIMIT } from "../../../src/trust/registry.ts";
import { MANIFEST_LIMIT } from "../../../src/usecases/registry/load-version.ts";

const ROOT = join(import.meta.dirname, "../../..");
const page = readFileSync(join(ROOT, "docs/limits.md"), "utf8");
const rows = [...page.matchAll(/^\| (.+) \| (\d+) \| [a-z]+ \| `([A-Z_]+)` \|$/gm)];

/** `maxItems` of a list of a schema. */
function most(schema: string, list: string): number {
  const { properties } = JSON.parse(readFileSync(join(ROOT, `schemas/${schema}-v1.schema.json`), "utf8")) as {
    properties: Record<string, { maxItems: number }>;
  };
  return properties[list]?.maxItems ?? Number.NaN;
}

describe("docs/limits.md", () => {
  it("has the numbers of the code, in its order", () => {
    expect(rows.map(([, , number]) => Number(number))).toEqual([
      YAML_SIZE_LIMIT,
      LIMITS.policyFiles,
      LIMITS.policyBytes,
      most("policy", "objectives"),
      LIMITS.objectives,
      most("waivers", "waivers"),
      most("environments", "environments"),
      TRUST_SIZE_LIMIT,
      most("trust", "principals"),
      MANIFEST_LIMIT,
      most("manifest", "files"),
      LIMITS.versionFiles,
      JSON_SIZE_LIMIT,
      LIMITS.changedVersions,
      MAX_APPROVALS,
      OBJECT_LIMIT,
      INSPECT_LIMITS.bytes,
    ]);
  });

  it("names codes that exist", () => {
    const named = [...page.matchAll(/`([A-Z]+(?:_[A-Z0-9]+)+)`/g)].map(([, code = ""]) => code);
    expect(named.filter((code) => !Object.hasOwn(reasons, code))).toEqual([]);
  });
});
