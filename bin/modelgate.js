#!/usr/bin/env node
// Plain JavaScript that old versions of Node can parse, so that they can be told what is missing. Imports nothing: an
// import of a built-in module loads all of it, which takes longer than all of this file.
const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `modelgate needs Node ${NEEDED} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      "  In a clone, `npm ci` installs Node 24 beside the project and `npx modelgate` finds it.\n",
  );
  process.exitCode = 3;
} else {
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { createRequire, enableCompileCache } = process.getBuiltinModule("node:module");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  // Not the shared temporary folder: what is cached there, this process would run.
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/modelgate", import.meta.url)));
  const bundle = fileURLToPath(new URL("../dist/modelgate.cjs", import.meta.url));
  if (existsSync(bundle)) createRequire(import.meta.url)(bundle);
  else await import(new URL("../src/cli/main.ts", import.meta.url).href);
}
