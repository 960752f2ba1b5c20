import { relative, resolve } from "node:path";
import { openPorts } from "../../host/wiring.ts";
import { register } from "../../usecases/registry/register.ts";
import type { CommandContext } from "../context.ts";

/** `modelgate register FOLDER`: writes the manifest, or says all that is wrong with the folder. */
export async function run(context: CommandContext, folder: string): Promise<number> {
  const ports = await openPorts(context.surroundings);
  const clock = { now: () => new Date() };
  const done = await register(
    { ...ports, clock },
    belowRoot(ports.git.root, context.surroundings.repo, folder),
  );
  const { ref, manifest, manifestDigest, written } = done;
  context.console.data({ result: "registered", ...ref, manifest_digest: manifestDigest, written });
  context.console.text(
    [
      written.length > 0 ? `Wrote ${written.join(", ")}` : "The manifest is up to date.",
      `${ref.id} ${ref.version}: ${manifest.files.length} files, manifest ${manifestDigest}`,
      manifest.signature === null ? "Not signed." : `Signed with ${manifest.signing_key_id}.`,
    ].join("\n"),
  );
  return 0;
}

/** A path as the user typed it, relative to the repository's root and with `/`. */
function belowRoot(root: string, repo: string, folder: string): string {
  return relative(root, resolve(repo, folder)).replaceAll("\\", "/");
}
