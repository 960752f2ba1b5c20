import type { Files } from "../../ports/files.ts";
import type { Git } from "../../ports/git.ts";

/** What reading the registry needs of the outside: the work tree, and the commits it came from. */
export interface RegistryPorts {
  readonly files: Files;
  readonly git: Git;
}
