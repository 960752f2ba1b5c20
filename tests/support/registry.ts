import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFiles } from "../../src/adapters/fs/files.ts";
import { openGit } from "../../src/adapters/git/open.ts";
import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import { type Manifest, manifestHash } from "../../src/domain/manifest.ts";
import { register, type RegisterPorts } from "../../src/usecases/registry/register.ts";
import { GIT_ENV, type GitRepo, gitRepo, temporaryFolder } from "./git-repo.ts";

export const REGISTERED_AT = "2026-11-21T09:00:00Z";
export const FOLDER = "models/flight-delay/1.0.0";
const CODE = "models/flight-delay/training";
/** Two of the eight test data sets will do; each file costs time in every test. */
const SPARED = /test_data_set_[2-9]$|__pycache__/;

/** A repository with the real flight-delay 1.0.0, registered and committed on main. */
export interface RegistryRepo extends Disposable {
  readonly repo: GitRepo;
  readonly ports: RegisterPorts;
  /** Absolute path of a file of the repository. */
  at(path: string): string;
  read(path: string): Buffer;
}

export async function registryRepo(): Promise<RegistryRepo> {
  const registry = await unregisteredRepo();
  await register(registry.ports, FOLDER);
  registry.repo.commit({}, "Register flight-delay 1.0.0");
  return registry;
}

/** The same, before anything was registered or committed. */
export async function unregisteredRepo(): Promise<RegistryRepo> {
  const repo = gitRepo();
  copyFolder(repo, FOLDER);
  const training = JSON.parse(readFileSync(join(FOLDER, "training.json"), "utf8")) as { code: unknown[] };
  training.code = copyFolder(repo, CODE);
  repo.write(`${FOLDER}/training.json`, formatJson(training));
  return registryOf(repo);
}

/** A copy of a registry, work tree and history, in a folder of its own. */
export async function copyOf(template: RegistryRepo): Promise<RegistryRepo> {
  const folder = temporaryFolder();
  cpSync(template.repo.root, folder, { recursive: true });
  chmodSync(folder, 0o755);
  return registryOf(gitRepo(folder));
}

export async function registryOf(repo: GitRepo): Promise<RegistryRepo> {
  const ports: RegisterPorts = {
    files: createFiles(repo.root),
    git: await openGit(repo.root, GIT_ENV),
    clock: { now: () => new Date(REGISTERED_AT) },
  };
  return {
    repo,
    ports,
    at: (path) => join(repo.root, path),
    read: (path) => readFileSync(join(repo.root, path)),
    [Symbol.dispose]: () => repo[Symbol.dispose](),
  };
}

/** Copies a folder of this project; returns its files as training.json lists them. */
function copyFolder(repo: GitRepo, folder: string): { path: string; sha256: string; size: number }[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== "manifest.json" && !SPARED.test(entry.parentPath),
  );
  return names
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const bytes = readFileSync(path);
      repo.write(path, bytes);
      return { path, sha256: digestOf(bytes), size: bytes.length };
    });
}

/** Changes the manifest of a version, in canonical spelling; the hash is made to fit unless `keepHash`. */
export function editManifest(
  registry: RegistryRepo,
  edit: (manifest: Record<string, unknown>) => void,
  options: { keepHash?: boolean; folder?: string } = {},
): void {
  const path = `${options.folder ?? FOLDER}/manifest.json`;
  const manifest = JSON.parse(registry.read(path).toString()) as Record<string, unknown>;
  const hash = manifest["manifest_hash"];
  edit(manifest);
  const edited = manifest["manifest_hash"] !== hash;
  if (!options.keepHash && !edited) manifest["manifest_hash"] = manifestHash(manifest as unknown as Manifest);
  writeFileSync(registry.at(path), formatJson(manifest));
}

/** Changes a JSON file of the repository. */
export function editJson(
  registry: RegistryRepo,
  path: string,
  edit: (value: Record<string, unknown>) => void,
): void {
  const value = JSON.parse(registry.read(path).toString()) as Record<string, unknown>;
  edit(value);
  writeFileSync(registry.at(path), formatJson(value));
}
