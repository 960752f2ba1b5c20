import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputChunk } from "rolldown";

const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/;

/** A package as it is installed. */
export interface InstalledPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Every package whose code is in the chunks. */
export function packagesOf(chunks: readonly OutputChunk[]): readonly InstalledPackage[] {
  // Modules that the bundler made itself start with a null byte: they are nobody's work.
  const ids = chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => !id.startsWith("\0"));
  const folders = new Set(ids.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []));
  return [...folders].map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as InstalledPackage;
    return { ...about, folder };
  });
}

/** The licence texts of every package whose code is in the bundles, sorted by name: they ask to travel with it. */
export function licencesOf(chunks: readonly OutputChunk[]): string {
  const notices = packagesOf(chunks).map(noticeOf);
  return [...new Set(notices)].sort().join(`\n${"-".repeat(80)}\n\n`);
}

function noticeOf({ folder, ...about }: InstalledPackage): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(?:\.|$|-)/i.test(name));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${about.name} ${about.version} (${about.license ?? "no licence stated"})\n\n${text}\n`;
}
