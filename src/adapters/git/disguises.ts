import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Disguise } from "../../ports/git-objects.ts";
import { isFromRepository, readConfiguration } from "./configuration.ts";
import { type GitPlace, gitText } from "./run.ts";

/** Everything that makes this clone show another history than the one that was pushed (gitrepository-layout(5)). */
export async function disguisesOf(place: GitPlace): Promise<Disguise[]> {
  const shared = resolve(place.cwd, await gitText(place, ["rev-parse", "--git-common-dir"]));
  const found = await Promise.all([
    unlessEmpty("shallow", join(shared, "shallow")),
    unlessEmpty("grafts", join(shared, "info", "grafts")),
    unlessEmpty("alternates", join(shared, "objects", "info", "alternates")),
    unlessEmpty("alternates", join(shared, "objects", "info", "http-alternates")),
    replacedObjects(place),
    promisedObjects(place, shared),
  ]);
  return found.flat();
}

async function unlessEmpty(kind: Disguise["kind"], path: string): Promise<Disguise[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, "latin1")).split("\n").filter((line) => /^[^#\s]/.test(line));
  return lines.length === 0 ? [] : [{ kind, detail: path }];
}

async function replacedObjects(place: GitPlace): Promise<Disguise[]> {
  const refs = await gitText(place, ["for-each-ref", "--count=5", "--format=%(refname)", "refs/replace/"]);
  return refs.split("\n").flatMap((detail) => (detail === "" ? [] : [{ kind: "replaced", detail } as const]));
}

/** A clone made with `--filter`: by its configuration, or by the mark of its packs. */
async function promisedObjects(place: GitPlace, shared: string): Promise<Disguise[]> {
  const settings = (await readConfiguration(place)).filter(isFromRepository);
  const keys = settings.flatMap(({ key, value }) => {
    const promises = key === "extensions.partialclone" || /^remote\..+\.promisor$/s.test(key);
    return promises && value !== "false" ? [key] : [];
  });
  const packs = await readdir(join(shared, "objects", "pack")).catch(() => []);
  const marks = packs.filter((name) => name.endsWith(".promisor"));
  return [...keys, ...marks].slice(0, 5).map((detail) => ({ kind: "partial", detail }));
}
