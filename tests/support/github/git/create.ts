import { appendFile, chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BareRepository } from "./bare.ts";

/** Asks the server, with the objects still in quarantine; its answer decides the push. */
const HOOK = `#!/bin/sh
exec "$LOOPBACK_NODE" -e '
const lines = require("node:fs").readFileSync(0, "utf8").split("\\n").filter(Boolean);
const names = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"];
const environment = Object.fromEntries(names.filter((n) => process.env[n]).map((n) => [n, process.env[n]]));
const { LOOPBACK_HOOK, LOOPBACK_REPOSITORY: repository, LOOPBACK_TOKEN: token } = process.env;
const body = JSON.stringify({ repository, token, environment, lines });
fetch(LOOPBACK_HOOK, { method: "POST", body }).then(async (answer) => {
  const text = await answer.text();
  if (answer.status !== 200) { process.stderr.write(text + "\\n"); process.exitCode = 1; }
}).catch((error) => { process.stderr.write(String(error) + "\\n"); process.exitCode = 1; });
'
`;

const CONFIGURATION = "[uploadpack]\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n";

/** A new bare repository whose main is a copy of another one's HEAD, or empty. */
export async function createBare(folder: string, from: string | undefined): Promise<BareRepository> {
  await mkdir(folder, { recursive: true });
  const bare = new BareRepository(folder);
  await bare.git("init", "-q", "--bare", "-b", "main", folder);
  await appendFile(join(folder, "config"), CONFIGURATION);
  const hook = join(folder, "hooks/pre-receive");
  await mkdir(join(folder, "hooks"), { recursive: true });
  await writeFile(hook, HOOK);
  await chmod(hook, 0o755);
  if (from !== undefined) await bare.git("fetch", "-q", from, "HEAD:refs/heads/main");
  return bare;
}
