import type { Files, Git } from "../../ports.ts";

/** What reading the registry needs of the outside: the work tree, and the commits it came from. */
export interface RegistryPorts {
  readonly files: Files;
  readonly git: Git;
}
