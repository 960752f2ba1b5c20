import type { ModelRef } from "../../domain/model-ref.ts";
import { gateError } from "../../errors.ts";
import { renderFindings } from "../../report/validation.ts";
import { openPorts } from "../../host/wiring.ts";
import type { Git } from "../../ports/git.ts";
import type { Signer } from "../../ports/signing.ts";
import { register } from "../../usecases/registry/register.ts";
import { requireKey } from "../../usecases/trust/named-key.ts";
import { belowRoot } from "../below-root.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly key?: string;
  readonly keyId?: string;
}

/** `modelgate register FOLDER`: writes the manifest, or says all that is wrong with the folder. */
export async function run(context: CommandContext, folder: string, options: Options): Promise<number> {
  const ports = await openPorts(context.surroundings);
  const signer = await signerFrom(ports.git, options);
  const clock = { now: () => new Date() };
  const done = await register(
    { ...ports, clock },
    belowRoot(ports.git.root, folder, context.surroundings.repo),
    signer ? { signer } : {},
  );
  const { ref, manifest, manifestDigest, written, findings } = done;
  context.console.data({ result: "registered", ...ref, manifest_digest: manifestDigest, written, findings });
  if (findings.length > 0) context.console.text(renderFindings(findings));
  context.console.text(
    [
      written.length > 0 ? `Wrote ${written.join(", ")}` : "The manifest is up to date.",
      `${ref.id} ${ref.version}: ${manifest.files.length} files, manifest ${manifestDigest}`,
      manifest.signature === null ? "Not signed." : `Signed with ${manifest.signing_key_id}.`,
      nextStep(ref),
    ].join("\n"),
  );
  return 0;
}

/** Whether the engine loads the model, and answers as the references say, is for the gate to measure. */
function nextStep({ id, version }: ModelRef): string {
  return `The model was not run. Next: modelgate gate ${id}@${version} --event REGISTER`;
}

/** The key to sign with, if any; it must be the one that was named. */
async function signerFrom(git: Git, { key, keyId }: Options): Promise<Signer | undefined> {
  if (key === undefined) {
    if (keyId === undefined) return undefined;
    throw gateError("TRUST_KEY_OTHER", `${keyId} is to sign, but no key is given.`, {
      fix: "Pass the key too: --key PATH",
    });
  }
  const { openSigner } = await import("../../adapters/signing/open-signer.ts");
  const signer = await openSigner(key, process.env);
  if (keyId !== undefined) await requireKey(git, signer.key, keyId);
  return signer;
}
