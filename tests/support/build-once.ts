import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** Builds once before all tests, so that end-to-end tests run the bundles of these sources and never stale ones. */
export default function setup(): void {
  execFileSync(process.execPath, [join(ROOT, "scripts/build.ts")], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
}
