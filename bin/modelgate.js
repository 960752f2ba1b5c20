#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse, so that they can be told what is missing.
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `modelgate needs Node ${NEEDED} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      "  In a clone, `npm ci` installs Node 24 beside the project and `npx modelgate` finds it.\n",
  );
  process.exitCode = 3;
} else {
  // Not the shared temporary folder: what is cached there, this process would run.
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/modelgate", import.meta.url)));
  const bundle = new URL("../dist/modelgate.js", import.meta.url);
  await import(existsSync(bundle) ? bundle.href : new URL("../src/cli/main.ts", import.meta.url).href);
}
