import { lastValue, readConfiguration } from "./configuration.ts";
import type { GitPlace } from "./run.ts";

/** The other repositories that a clone knows by name. */
export interface Remotes {
  readonly names: readonly string[];
  /** Where git pushes the first of some branches to when nobody says where; null where that is not set up. */
  readonly push: string | null;
}

const NAME = /^remote\.(.+)\.(?:url|pushurl)$/s;
/** Names that a shell takes as one word and git takes for no option. */
const PLAIN = /^[\w][\w./-]*$/;

/** As git's configuration has them. GIT_*. */
export async function readRemotes(place: GitPlace, branches: readonly string[]): Promise<Remotes> {
  const lines = await readConfiguration(place);
  const names = lines.flatMap(({ key }) => NAME.exec(key)?.[1] ?? []).filter((name) => PLAIN.test(name));
  const known = new Set(names);
  const asked = [
    ...branches.map((branch) => `branch.${branch}.pushremote`),
    "remote.pushdefault",
    ...branches.map((branch) => `branch.${branch}.remote`),
  ];
  const set = asked.map((key) => lastValue(lines, key)).find((name) => name !== undefined && known.has(name));
  return { names: [...known], push: set ?? null };
}
