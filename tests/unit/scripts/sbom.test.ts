import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { type Bom, cutDown } from "../../../scripts/release/sbom.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const component = (name: string, version: string, ...properties: readonly string[]) => ({
  "bom-ref": `${name}@${version}|node_modules/${name}`,
  name,
  version,
  properties: properties.map((one) => ({ name: one, value: "true" })),
});
const [openpgp, vitest, ours] = [
  component("openpgp", "6.3.2", "cdx:npm:package:development", "cdx:npm:package:path"),
  component("vitest", "5.1.1", "cdx:npm:package:development"),
  component("modelgate", "0.1.0"),
];
const ALL = {
  bomFormat: "CycloneDX",
  metadata: { component: ours },
  components: [openpgp, vitest],
  dependencies: [
    { ref: ours["bom-ref"], dependsOn: [openpgp["bom-ref"], vitest["bom-ref"]] },
    { ref: openpgp["bom-ref"] },
    { ref: vitest["bom-ref"], dependsOn: [openpgp["bom-ref"]] },
  ],
};

it("lists what is shipped and nothing else, and what it rests on among that", () => {
  expect(cutDown(ALL, new Set(["openpgp@6.3.2"]))).toEqual({
    ...ALL,
    components: [component("openpgp", "6.3.2", "cdx:npm:package:path")],
    dependencies: [
      { ref: ours["bom-ref"], dependsOn: [openpgp["bom-ref"]] },
      { ref: openpgp["bom-ref"], dependsOn: [] },
    ],
  });
});

it("is not made when something shipped has no entry, or another version", () => {
  const shipped = new Set(["openpgp@6.3.1", "left-pad@1.0.0"]);
  expect(() => cutDown(ALL, shipped)).toThrow(
    "npm does not list what is shipped: openpgp@6.3.1, left-pad@1.0.0.",
  );
});

it("of a release names every package whose licence travels with the bundles, and the engine", () => {
  const text = execFileSync(process.execPath, ["scripts/release/sbom.ts"], {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const bom = JSON.parse(text.toString()) as Bom & Record<string, unknown>;
  expect(bom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.5" });
  const licences = ["dist/modelgate", "actions/dist/actions", "actions/dist/artifact-child"].flatMap((name) =>
    readFileSync(resolve(ROOT, `${name}.licences.txt`), "utf8").split(`\n${"-".repeat(80)}\n\n`),
  );
  const told = licences.map((notice) => notice.split(" (")[0]?.replace(" ", "@") ?? "");
  const { version } = JSON.parse(
    readFileSync(resolve(ROOT, "node_modules/onnxruntime-node/package.json"), "utf8"),
  ) as { version: string };
  const named = bom.components.map((one) => `${one.name}@${one.version}`);
  expect(new Set(named)).toEqual(new Set([...told, `onnxruntime-node@${version}`]));
  expect(named.length).toBeGreaterThan(50);
});
