import { readNamedFile } from "../../adapters/fs/key-file.ts";
import { isDigest } from "../../domain/digest.ts";
import { gateError } from "../../errors.ts";
import { parseOmsBundle } from "../../trust/oms/bundle.ts";
import { checkSummary } from "../../trust/attestation/vsa.ts";
import { proveSigner } from "../../usecases/oms/verify-model.ts";
import { type TrustOptions, trustOf } from "../bundle-options.ts";
import type { CommandContext } from "../context.ts";

interface Options extends TrustOptions {
  readonly bundle: string;
  readonly subject: string;
  readonly resourceUri: string;
  readonly verifierId: string;
  readonly level: string;
}

/** `modelgate verify-attestation`: 0 when a trusted signer says just that about just this artifact. */
export async function run({ console }: CommandContext, options: Options): Promise<number> {
  const { subject, resourceUri, verifierId, level } = options;
  if (!isDigest(subject)) {
    throw gateError(
      "HOST_ARGUMENT_INVALID",
      `--subject is "${subject}"; write it as sha256:<64 hex digits>.`,
    );
  }
  const trust = await trustOf(options);
  const bundle = parseOmsBundle(readNamedFile(options.bundle), options.bundle);
  const signer = await proveSigner(bundle, trust);
  checkSummary(bundle.payload, bundle.file, { subject, resourceUri, verifierId, level });
  console.data({ result: "verified", signer, subject, resourceUri, verifierId, level });
  console.text(`Verified: ${level} for ${subject}\nSigned by ${signer}`);
  return 0;
}
