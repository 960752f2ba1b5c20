import { readNamedFile } from "../../adapters/fs/key-file.ts";
import { openModelPlace } from "../../adapters/fs/model-place.ts";
import { gateError } from "../../errors.ts";
import type { OmsMethod } from "../../trust/oms/bundle.ts";
import { parseCertificates } from "../../trust/oms/certificate.ts";
import { parseOmsPublicKey } from "../../trust/oms/key.ts";
import { type OmsTrust, verifyModel } from "../../usecases/oms/verify-model.ts";
import type { CommandContext } from "../context.ts";
import { insideOf, required } from "./sign-model.ts";

interface VerifyOptions {
  readonly method: OmsMethod;
  readonly modelPath: string;
  readonly bundle: string;
  readonly publicKey?: string;
  readonly certChain?: readonly string[];
  readonly ignorePaths?: readonly string[];
  readonly ignoreUnsignedFiles?: boolean;
  readonly identity?: string;
  readonly identityPattern?: string;
  readonly identityProvider?: string;
  readonly trustedRoot?: string;
  readonly useStaging?: boolean;
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
  const count = `${verified.files.length} ${verified.files.length === 1 ? "file" : "files"}`;
  console.text(
    `Verified ${place.name}: ${count}, signed by ${verified.signer}\nModel sha256:${verified.root}`,
  );
  return 0;
}

async function trustOf(options: VerifyOptions): Promise<OmsTrust> {
  const { method, certChain = [] } = options;
  switch (method) {
    case "key": {
      const file = required("--public-key", method, options.publicKey);
      return { method, key: parseOmsPublicKey(readNamedFile(file), file) };
    }
    case "certificate": {
      required("--cert-chain", method, certChain[0]);
      const anchors = certChain.flatMap((path) => parseCertificates(readNamedFile(path), path));
      return { method, anchors, now: new Date() };
    }
    case "sigstore":
      return { method, expected: expectedIdentity(options), keyless: await keylessVerifier(options) };
  }
}

function expectedIdentity(options: VerifyOptions): Extract<OmsTrust, { method: "sigstore" }>["expected"] {
  const { identity, identityPattern, identityProvider: issuer } = options;
  const wanted = identity ?? identityPattern;
  if (wanted === undefined || issuer === undefined) {
    const message = "A keyless signature says who signed; whom to expect has to be said too.";
    throw gateError("OMS_IDENTITY_MISSING", message);
  }
  return { identity: wanted, pattern: identity === undefined, issuer };
}

async function keylessVerifier({ trustedRoot, useStaging = false }: VerifyOptions) {
  const { openKeylessVerifier } = await import("../../adapters/sigstore/verify-keyless.ts");
  if (trustedRoot === undefined) return openKeylessVerifier({ staging: useStaging });
  return openKeylessVerifier({ root: readNamedFile(trustedRoot), file: trustedRoot });
}
