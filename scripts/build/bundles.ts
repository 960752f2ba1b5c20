import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
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

/**
 * What every verb needs, what opens a repository and says what changed, and what judging stored evidence needs: each further
 * file costs half a millisecond, and each that is too large more than that. The required check of a change that is about
 * something else ends with the second.
 */
const PARTS = [
  { name: "console", test: /[\\/]src[\\/]cli[\\/](?:console|main)\.ts$/ },
  { name: "ports", test: /[\\/]src[\\/](?:host[\\/](?:start|wiring)|usecases[\\/]proof[\\/]change)\.ts$/ },
  { name: "gate", test: /[\\/]src[\\/](?:cli[\\/]commands[\\/]gate|report[\\/]terminal)\.ts$/ },
].map((part, at, { length }) => ({ ...part, priority: length - at }));

/** Entries that become files in one folder. */
export interface Bundle {
  /** What its chunks' names begin with. */
  readonly name: string;
  /** File name without extension -> source, relative to the repository's root. */
  readonly entries: Readonly<Record<string, string>>;
  /** Output folder, relative to the output root. */
  readonly folder: "dist" | "actions/dist";
  /** What several entries share, and what is seldom needed, is in chunks of its own: a light command never parses a heavy one. */
  readonly split: boolean;
  /** Only the child process that runs a model may name the engine. */
  readonly mayNameEngine: boolean;
  /** Only the child process that stores artifacts may carry an HTTP stack. */
  readonly mayCarryHttp: boolean;
}

const CHILD_ENTRY = "src/adapters/onnx/child/main.ts";
const ARTIFACT_ENTRY = "src/adapters/artifact/child/main.ts";
const THREAD_ENTRY = "src/host/audit-threads/main.ts";

const PLAIN = { split: false, mayNameEngine: false, mayCarryHttp: false } as const;

/** Every bundle of the product: the CLI, the child that runs models and the thread that helps to audit (twice), all actions, and their artifact client. */
export function listBundles(root: string): readonly Bundle[] {
  const child = { ...one("onnx-child", CHILD_ENTRY), mayNameEngine: true } as const;
  const actions = [
    ...listActions(root).map((name) => [name, `actions/${name}/index.ts`]),
    ["audit-thread", THREAD_ENTRY],
  ];
  return [
    { ...one("modelgate", "src/cli/main.ts"), folder: "dist", split: true },
    { ...child, folder: "dist" },
    // On its own: what the command line shares with its verbs is in the file that runs it.
    { ...one("audit-thread", THREAD_ENTRY), folder: "dist", split: true },
    { ...PLAIN, name: "actions", entries: Object.fromEntries(actions), folder: "actions/dist", split: true },
    { ...child, folder: "actions/dist" },
    { ...one("artifact-child", ARTIFACT_ENTRY), folder: "actions/dist", mayCarryHttp: true },
  ];
}

function one(name: string, entry: string) {
  return { ...PLAIN, name, entries: { [name]: entry } } as const;
}

/** Names of the actions, sorted: every folder of `actions/` that has an action.yml. */
export function listActions(root: string): readonly string[] {
  const folder = join(root, "actions");
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "action.yml")));
  return names.sort();
}

/** Bundles in memory. Not minified: reviewers read what runs in their pipelines. */
export async function generate(root: string, bundle: Bundle): Promise<readonly OutputChunk[]> {
  await using build = await rolldown({
    cwd: root,
    input: inputsOf(root, bundle),
    platform: "node",
    external: EXTERNAL,
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
    codeSplitting: bundle.split && { groups: bundle.folder === "dist" ? PARTS : [] },
    entryFileNames: `[name].${extension}`,
    // Flat, so that `new URL("./onnx-child.cjs", import.meta.url)` holds from every chunk.
    chunkFileNames: `${bundle.name}-[name]-[hash].${extension}`,
  });
  return output.filter((file) => file.type === "chunk");
}

function inputsOf(root: string, { name, entries }: Bundle): Record<string, string> {
  const paths = Object.entries(entries).map(([output, entry]) => [output, join(root, entry), entry] as const);
  const missing = paths.find(([, path]) => !existsSync(path));
  if (missing) throw new Error(`Cannot build ${name}: ${missing[2]} does not exist.`);
  return Object.fromEntries(paths);
}

function refuseWarning(bundle: Bundle, level: string, message: string): void {
  if (level === "warn") throw new Error(`Cannot build ${bundle.name}: ${message}`);
}
