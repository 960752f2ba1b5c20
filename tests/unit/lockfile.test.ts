import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import semver from "semver";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");

interface Manifest extends Package {
  readonly overrides: Readonly<Record<string, string>>;
}

interface Package {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
const { packages } = read("package-lock.json") as { packages: Readonly<Record<string, Package>> };
const installed = Object.entries(packages).filter(([path]) => path !== "");

const { overrides } = read("package.json") as Manifest;

/** What npm looks for: an override instead of the range, and of an alias (`npm:name@range`) the range behind it. */
function wanted(name: string, range: string): string {
  return overrides[name] ?? range.replace(/^npm:.+@/, "");
}

/** The version that Node would find for `name` from the package at `path`. */
function found(path: string, name: string): string | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    const entry = packages[at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`];
    if (entry || at === "") return entry?.version;
  }
}

describe("package-lock.json", () => {
  it("holds every package that another one needs, for every platform: else npm ci refuses it", () => {
    const edges = installed.flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, range]) => ({
        path,
        name,
        range: wanted(name, range),
      })),
    );
    expect(edges.length).toBeGreaterThan(100);
    const broken = edges.filter(({ path, name, range }) => !semver.satisfies(found(path, name) ?? "", range));
    expect(broken).toEqual([]);
  });

  it("names no registry host, and has a digest for each package", () => {
    expect(
      installed.filter(([, entry]) => entry.resolved !== undefined || !entry.integrity).map(([path]) => path),
    ).toEqual([]);
  });

  it("and package.json agree, and pin exact versions", () => {
    const manifest = read("package.json") as Package;
    const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(direct.filter(([, version]) => semver.valid(version) !== version)).toEqual([]);
    expect(direct.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version)).toEqual(
      [],
    );
    expect(packages[""]).toMatchObject({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
  });
});
