import { counted } from "../../domain/counted.ts";
import { readNamedFile } from "../../adapters/fs/key-file.ts";
import { openModelPlace } from "../../adapters/fs/model-place.ts";
import { verifyModel } from "../../usecases/oms/verify-model.ts";
import { type TrustOptions, trustOf } from "../bundle-options.ts";
import type { CommandContext } from "../context.ts";
import { insideOf } from "./sign-model.ts";

interface VerifyOptions extends TrustOptions {
  readonly modelPath: string;
  readonly bundle: string;
  readonly ignorePaths?: readonly string[];
  readonly ignoreUnsignedFiles?: boolean;
}

/** 16 MiB: a bundle lists every file of the model. */
const BUNDLE_LIMIT = 16 * 1024 * 1024;

/** `modelgate verify-model`: 0 when the model is what was signed; arguments are those of the conformance suite. */
export async function run({ console }: CommandContext, options: VerifyOptions): Promise<number> {
  const place = openModelPlace(options.modelPath);
  const trust = await trustOf(options);
  const bytes = readNamedFile(options.bundle, BUNDLE_LIMIT);
  const verified = await verifyModel({
    place,
    bundle: { bytes, file: options.bundle },
    trust,
    ignored: insideOf(place, [...(options.ignorePaths ?? []), options.bundle]),
    unsignedAllowed: options.ignoreUnsignedFiles ?? false,
  });
  console.data({ result: "verified", ...verified });
  const count = counted(verified.files.length, "file");
  console.text(
    `Verified ${place.name}: ${count}, signed by ${verified.signer}\nModel sha256:${verified.root}`,
  );
  return 0;
}
