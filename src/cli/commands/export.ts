import packageJson from "../../../package.json" with { type: "json" };
import { openModelPlace } from "../../adapters/fs/model-place.ts";
import { writeNamedFile } from "../../adapters/fs/named-file.ts";
import { openGit } from "../../adapters/git/open.ts";
import { createFiles } from "../../adapters/fs/files.ts";
import { IN_TOTO_PAYLOAD_TYPE } from "../../trust/dsse.ts";
import { requireSigner, signBundle } from "../../trust/oms/sign.ts";
import { type ExportKind, exportDecision } from "../../usecases/attestation/export-decision.ts";
import { type SignerOptions, signerOf } from "../bundle-options.ts";
import type { CommandContext } from "../context.ts";
import { belowRoot } from "../below-root.ts";

interface ExportOptions extends SignerOptions {
  readonly outputBundle: string;
  readonly verifierId: string;
  readonly resourceUri?: string;
}

/** `modelgate export KIND EVIDENCE_DIR`: a stored decision as an in-toto statement, signed, in a Sigstore bundle. */
export async function run(
  { console, surroundings }: CommandContext,
  kind: ExportKind,
  folder: string,
  options: ExportOptions,
): Promise<number> {
  const signer = await signerOf(options);
  if ("key" in signer) requireSigner(signer, signer.file);
  const { root } = await openGit(surroundings.repo);
  const payload = await exportDecision(createFiles(root), {
    kind,
    folder: belowRoot(root, openModelPlace(folder).path),
    version: packageJson.version,
    verifierId: options.verifierId,
    resourceUri: options.resourceUri ?? null,
  });
  const bundle =
    "key" in signer ? signBundle(payload, signer) : await signer.sign(payload, IN_TOTO_PAYLOAD_TYPE);
  await writeNamedFile(options.outputBundle, bundle);
  console.data({
    result: "exported",
    kind,
    bundle: options.outputBundle,
    statement: JSON.parse(Buffer.from(payload).toString()),
  });
  console.text(`Exported the decision as ${kind}: ${options.outputBundle}`);
  return 0;
}
