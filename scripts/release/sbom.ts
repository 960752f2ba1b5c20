import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { generate, listBundles } from "../build/bundles.ts";
import { packagesOf } from "../build/licences.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What is shipped beside the bundles: its native files are assets of the release. */
const ENGINE = ["onnxruntime-node"];

/** npm marks what a consumer of the package would not install; all that is left here is shipped. */
const DEVELOPMENT = "cdx:npm:package:development";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly properties?: readonly { readonly name: string }[];
}

/** CycloneDX 1.5 in JSON, as far as it is read here: https://cyclonedx.org/docs/1.5/json/ */
export interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** A package is named `name@version`. */
export function cutDown(all: Bom, shipped: ReadonlySet<string>): Bom {
  const components = all.components.filter((one) => shipped.has(nameOf(one)));
  const unknown = [...shipped].filter((name) => !components.some((one) => nameOf(one) === name));
  if (unknown.length > 0) throw new Error(`npm does not list what is shipped: ${unknown.join(", ")}.`);
  const own = all.metadata.component["bom-ref"];
  const kept = new Set([own, ...components.map((one) => one["bom-ref"])]);
  return {
    ...all,
    components: components.map(({ properties = [], ...one }) => ({
      ...one,
      properties: properties.filter(({ name }) => name !== DEVELOPMENT),
    })),
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((name) => kept.has(name)) })),
  };
}

function nameOf({ name, version }: Component): string {
  return `${name}@${version}`;
}

/** What is in any bundle, and the engine: most of it npm knows as needed for development alone. */
async function shippedPackages(all: Bom): Promise<ReadonlySet<string>> {
  const bundles = await Promise.all(listBundles(ROOT).map((bundle) => generate(ROOT, bundle)));
  const bundled = bundles.flatMap(packagesOf).map(({ name, version }) => `${name}@${version}`);
  const engine = all.components.filter(({ name }) => ENGINE.includes(name)).map(nameOf);
  return new Set([...bundled, ...engine]);
}

if (import.meta.main) {
  const text = execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx"], { cwd: ROOT, maxBuffer: 2 ** 26 });
  const all = JSON.parse(text.toString()) as Bom;
  process.stdout.write(`${JSON.stringify(cutDown(all, await shippedPackages(all)), null, 2)}\n`);
}
