import { lstatSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KeptOtherwise } from "../../ports/git.ts";
import {
  type ConfigLine,
  isFromRepository,
  lastValue,
  readConfiguration,
  withoutFilters,
} from "./configuration.ts";
import type { Setting } from "./environment.ts";
import { pathParts } from "./names.ts";
import { type GitPlace, runGit, splitZ } from "./run.ts";

/** Where git is asked, with settings that start no program and read the user's own attributes. */
interface Asked {
  readonly place: GitPlace;
  readonly settings: readonly Setting[];
  readonly lines: readonly ConfigLine[];
}

/**
 * Which of the given files a commit would lack or hold with other bytes: git is asked about its index, its ignore rules and
 * its attributes, and nothing is written. Below `folders` files count as well that the index has and the work tree lacks.
 */
export async function filesKeptOtherwise(
  place: GitPlace,
  paths: readonly string[],
  folders: readonly string[],
): Promise<KeptOtherwise[]> {
  if (paths.length === 0 && folders.length === 0) return [];
  for (const path of [...paths, ...folders]) pathParts(path);
  const lines = await readConfiguration(place);
  const asked = { place, lines, settings: [...withoutFilters(lines), ...attributesFile(lines, place.env)] };
  const specs = pathspecs([...paths, ...folders]);
  const [tracked, untracked] = await Promise.all([trackedFiles(asked, specs), untrackedFiles(asked, specs)]);
  const present = paths.filter((path) => isFile(place, path));
  const inner = innerRepositories(place, paths);
  const unknown = paths.filter((path) => inner(path) || (!tracked.has(path) && !untracked.has(path)));
  const found = await Promise.all([
    hiddenFiles(asked, tracked, { paths: present, folders }),
    ignoredFiles(asked, unknown),
    convertedFiles(asked, present),
  ]);
  const here = new Set(present);
  return found.flat().filter(({ how, path }) => how !== "unseen" || here.has(path));
}

/** Whether another repository lies around a file: git takes its folder for a submodule, and sees nothing in it. */
function innerRepositories({ cwd }: GitPlace, paths: readonly string[]): (path: string) => boolean {
  const parents = (path: string): string[] =>
    path.split("/").flatMap((_, at, parts) => (at === 0 ? [] : [parts.slice(0, at).join("/")]));
  const folders = new Set(paths.flatMap(parents));
  const inner = new Set(
    [...folders].filter((folder) => lstatSync(join(cwd, folder, ".git"), { throwIfNoEntry: false })),
  );
  return (path) => inner.size > 0 && parents(path).some((folder) => inner.has(folder));
}

function isFile({ cwd }: GitPlace, path: string): boolean {
  return lstatSync(join(cwd, path), { throwIfNoEntry: false })?.isFile() === true;
}

/** Folders that hold all paths: few enough for one command line. */
function pathspecs(paths: readonly string[]): readonly string[] {
  const cut = (depth: number): string[] => [
    ...new Set(paths.map((path) => path.split("/").slice(0, depth).join("/"))),
  ];
  const close = cut(3);
  return close.length <= 256 ? close : cut(1);
}

/** The user's own attributes file, gitattributes(5); a repository names none. */
function attributesFile(lines: readonly ConfigLine[], env: NodeJS.ProcessEnv): Setting[] {
  const own = lines.filter((line) => !isFromRepository(line));
  const home = env["HOME"] ?? homedir();
  const standard = join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "git/attributes");
  const named = lastValue(own, "core.attributesfile") ?? standard;
  return [["core.attributesFile", named.replace(/^~(?=\/)/, home)]];
}

/** A file of the index: its tag of git-ls-files(1), and the id of its bytes. */
interface Tracked {
  readonly tag: string;
  readonly id: string;
}

async function trackedFiles(
  { place, settings }: Asked,
  specs: readonly string[],
): Promise<Map<string, Tracked>> {
  const { stdout } = await runGit(place, ["ls-files", "-z", "-v", "--stage", "--", ...specs], { settings });
  const entries = splitZ(stdout).flatMap((line): [string, Tracked][] => {
    const [, tag = "", id = "", path = ""] = /^(\S) \d{6} ([0-9a-f]+) \d\t(.*)$/s.exec(line) ?? [];
    return path === "" ? [] : [[path, { tag, id }]];
  });
  return new Map(entries);
}

async function untrackedFiles({ place, settings }: Asked, specs: readonly string[]): Promise<Set<string>> {
  const args = ["ls-files", "-z", "--others", "--exclude-standard", "--", ...specs];
  return new Set(splitZ((await runGit(place, args, { settings })).stdout));
}

/** Skip-worktree (which a sparse checkout sets) and assume-unchanged: git does not look at the file any more. */
async function hiddenFiles(
  asked: Asked,
  tracked: ReadonlyMap<string, Tracked>,
  { paths, folders }: { paths: readonly string[]; folders: readonly string[] },
): Promise<KeptOtherwise[]> {
  const odd = [...tracked].filter(([, { tag }]) => tag === "S" || /^[a-z]$/.test(tag));
  if (odd.length === 0) return [];
  const here = new Set(paths);
  const own = odd.filter(([path]) => here.has(path));
  const ids = await objectIds(
    asked,
    own.map(([path]) => path),
    ["--no-filters"],
  );
  const changed = own.filter(([, { id }], at) => ids[at] !== id);
  const absent = odd.filter(
    ([path, { tag }]) =>
      tag === "S" && !here.has(path) && folders.some((folder) => path.startsWith(`${folder}/`)),
  );
  return [...changed, ...absent].map(([path, { tag }]) => ({
    path,
    how: "hidden",
    rule: tag === "S" ? "skip-worktree" : "assume-unchanged",
  }));
}

/** Of files that git neither has nor would add: the rule, and none where another repository lies around them. */
async function ignoredFiles({ place, settings }: Asked, paths: readonly string[]): Promise<KeptOtherwise[]> {
  if (paths.length === 0) return [];
  // This command knows no literal paths; behind "./" none of them means anything else.
  const variables = { GIT_LITERAL_PATHSPECS: "0" };
  const call = { settings, variables, input: paths.map((path) => `./${path}`).join("\0"), answers: [1] };
  const fields = splitZ((await runGit(place, ["check-ignore", "-z", "-v", "--stdin"], call)).stdout);
  const rules = new Map<string, string>();
  for (let at = 0; at + 3 < fields.length; at += 4)
    rules.set((fields[at + 3] ?? "").slice(2), `${fields[at]}:${fields[at + 1]}: ${fields[at + 2]}`);
  return paths.map((path) => {
    const rule = rules.get(path);
    return rule === undefined ? { path, how: "unseen", rule: "" } : { path, how: "ignored", rule };
  });
}

const ATTRIBUTES = ["filter", "text", "eol", "ident", "working-tree-encoding"];
const UNSET = new Set(["unspecified", "unset"]);

/** Attributes of one path that are set, by name. */
type Attributes = ReadonlyMap<string, string>;

async function convertedFiles(asked: Asked, paths: readonly string[]): Promise<KeptOtherwise[]> {
  const attributes = await attributesOf(asked, paths);
  const filtered = paths.flatMap((path) => {
    const filter = attributes.get(path)?.get("filter") ?? "lfs";
    return filter !== "lfs" && hasFilter(asked, filter)
      ? [{ path, how: "converted", rule: `filter=${filter}` } as const]
      : [];
  });
  const always = /^(?:true|input)$/i.test(lastValue(asked.lines, "core.autocrlf") ?? "");
  const maybe = paths.filter((path) => mayConvert(attributes.get(path), always));
  const [as, plain] = await Promise.all([
    objectIds(asked, maybe, []),
    objectIds(asked, maybe, ["--no-filters"]),
  ]);
  const text = maybe.filter((_, at) => as[at] !== plain[at]);
  return [
    ...filtered,
    ...text.map((path) => ({ path, how: "converted", rule: ruleOf(attributes.get(path)) }) as const),
  ];
}

async function attributesOf(
  { place, settings }: Asked,
  paths: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const found = new Map<string, Map<string, string>>();
  if (paths.length === 0) return found;
  const call = { settings, input: paths.join("\0") };
  const fields = splitZ((await runGit(place, ["check-attr", "-z", "--stdin", ...ATTRIBUTES], call)).stdout);
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", name = "", value = ""] = fields.slice(at, at + 3);
    if (value !== "unspecified")
      found.set(path, (found.get(path) ?? new Map<string, string>()).set(name, value));
  }
  return found;
}

function hasFilter({ lines }: Asked, name: string): boolean {
  return lines.some(({ key }) => key === `filter.${name}.clean` || key === `filter.${name}.process`);
}

/** Line ends, keywords and encodings: whether they change these very bytes is for git to say. */
function mayConvert(attributes: Attributes | undefined, always: boolean): boolean {
  const text = attributes?.get("text");
  if (text === "unset") return attributes?.get("ident") === "set";
  if (text === undefined && always) return true;
  return [...(attributes ?? [])].some(([name, value]) => name !== "filter" && !UNSET.has(value));
}

function ruleOf(attributes: Attributes | undefined): string {
  const set = [...(attributes ?? [])].filter(([name, value]) => name !== "filter" && !UNSET.has(value));
  return set.length === 0
    ? "core.autocrlf"
    : set.map(([name, value]) => (value === "set" ? name : `${name}=${value}`)).join(" ");
}

/** Ids of the blobs that files would become, in their order, with or without what attributes ask for. */
async function objectIds(
  { place, settings }: Asked,
  paths: readonly string[],
  how: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const call = {
    settings: [...settings, ["core.safecrlf", "false"] as const],
    input: `${paths.join("\n")}\n`,
  };
  const { stdout } = await runGit(place, ["hash-object", ...how, "--stdin-paths"], call);
  return stdout.toString("latin1").trimEnd().split("\n");
}
