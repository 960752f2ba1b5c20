import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { rolldown, type OutputChunk } from "rolldown";

/** The native engine is never bundled: no bundler can inline its `.node` file, and a bundle that tries dies at run time. */
const EXTERNAL = ["onnxruntime-node"];

/** The toolkit's HTTP stack serves OIDC tokens, which nothing here asks for: only the artifact client brings network code. */
const UNUSED_TOOLKIT = { test: /[\\/]node_modules[\\/](?:@actions|undici|tunnel)[\\/]/, sideEffects: false };

/**
 * Left out: what packages use when it is there, which would be sought in a node_modules that is not; and what unpacks
 * artifacts on disk, which is never called (src/domain/archive.ts does it) and stands on a package without a licence.
 */
const LEFT_OUT = { kerberos: false, "supports-color": false, "unzip-stream": false } as const;

/** What every verb needs, and what judging stored evidence needs: each further file costs half a millisecond. */
const CONSOLE = { name: "console", test: /[\\/]src[\\/]cli[\\/]console\.ts$/, priority: 2 };
const GATE = {
  name: "gate",
  test: /[\\/]src[\\/](?:cli[\\/]commands[\\/]gate|report[\\/]terminal)\.ts$/,
  priority: 1,
};

/** One entry that becomes files in one folder. */
export interface Bundle {
  /** File name without `.js`. */
  readonly name: string;
  /** Entry, relative to the repository's root. */
  readonly entry: string;
  /** Output folder, relative to the output root. */
  readonly folder: "dist" | "actions/dist";
  /** Lazy parts stay in chunks of their own, so that a light command never parses a heavy one. */
  readonly split: boolean;
  /** Only the child process that runs a model may name the engine. */
  readonly mayNameEngine: boolean;
  /** Only the child process that stores artifacts may carry an HTTP stack. */
  readonly mayCarryHttp: boolean;
}

const CHILD_ENTRY = "src/adapters/onnx/child/main.ts";
const ARTIFACT_ENTRY = "src/adapters/artifact/child/main.ts";

/** One copy for all actions. Relative, as it stands beside them. */
const OPENPGP = {
  name: "openpgp",
  entry: "src/trust/openpgp/openpgp-js.ts",
  beside: "./openpgp.js",
} as const;

const PLAIN = { split: false, mayNameEngine: false, mayCarryHttp: false } as const;

/** Every bundle of the product: the CLI, the child that runs models (twice), one file per action, and their artifact client. */
export function listBundles(root: string): readonly Bundle[] {
  const child = { ...PLAIN, name: "onnx-child", entry: CHILD_ENTRY, mayNameEngine: true } as const;
  return [
    { ...PLAIN, name: "modelgate", entry: "src/cli/main.ts", folder: "dist", split: true },
    { ...child, folder: "dist" },
    ...listActions(root).map((name) => actionBundle(name)),
    { ...child, folder: "actions/dist" },
    { ...PLAIN, name: OPENPGP.name, entry: OPENPGP.entry, folder: "actions/dist" },
    { ...PLAIN, name: "artifact-child", entry: ARTIFACT_ENTRY, folder: "actions/dist", mayCarryHttp: true },
  ];
}

/** Names of the actions, sorted: every folder of `actions/` that has an action.yml. */
export function listActions(root: string): readonly string[] {
  const folder = join(root, "actions");
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "action.yml")));
  return names.sort();
}

function actionBundle(name: string): Bundle {
  return { ...PLAIN, name, entry: `actions/${name}/index.ts`, folder: "actions/dist" };
}

/** Bundles one entry in memory. Not minified: reviewers read what runs in their pipelines. */
export async function generate(root: string, bundle: Bundle): Promise<readonly OutputChunk[]> {
  const input = join(root, bundle.entry);
  if (!existsSync(input)) throw new Error(`Cannot build ${bundle.name}: ${bundle.entry} does not exist.`);
  await using build = await rolldown({
    cwd: root,
    input: { [bundle.name]: input },
    platform: "node",
    external: EXTERNAL,
    plugins: besideActions(bundle) ? [{ name: "beside", resolveId: sharedLibrary }] : [],
    resolve: { alias: LEFT_OUT },
    treeshake: { moduleSideEffects: bundle.mayCarryHttp ? true : [UNUSED_TOOLKIT] },
    onLog: (level, log) => {
      // What the gate needs is one chunk on purpose.
      if (log.code !== "INEFFECTIVE_DYNAMIC_IMPORT") refuseWarning(bundle, level, log.message);
    },
  });
  // CommonJS starts several milliseconds faster than ESM, which counts on a terminal; .cjs says so to every loader.
  const [format, extension] = bundle.folder === "dist" ? (["cjs", "cjs"] as const) : (["esm", "js"] as const);
  const { output } = await build.generate({
    format,
    minify: false,
    codeSplitting: bundle.split && { groups: [CONSOLE, GATE] },
    entryFileNames: `[name].${extension}`,
    // Flat, so that `new URL("./onnx-child.cjs", import.meta.url)` holds from every chunk.
    chunkFileNames: `${basename(bundle.name)}-[name]-[hash].${extension}`,
  });
  return output.filter((file) => file.type === "chunk");
}

function besideActions({ folder, name }: Bundle): boolean {
  return folder === "actions/dist" && name !== OPENPGP.name;
}

function sharedLibrary(source: string): { id: string; external: "absolute" } | null {
  return basename(source) === basename(OPENPGP.entry) ? { id: OPENPGP.beside, external: "absolute" } : null;
}

/** Files of a bundle's folder that another bundle makes. */
export function neighboursOf(bundle: Bundle): readonly string[] {
  return besideActions(bundle) ? [OPENPGP.beside] : [];
}

function refuseWarning(bundle: Bundle, level: string, message: string): void {
  if (level === "warn") throw new Error(`Cannot build ${bundle.name}: ${message}`);
}
