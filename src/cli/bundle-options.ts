import { readNamedFile, readPrivateKey } from "../adapters/fs/key-file.ts";
import { gateError } from "../errors.ts";
import type { OmsMethod } from "../trust/oms/bundle.ts";
import { parseCertificates } from "../trust/oms/certificate.ts";
import { parseOmsPublicKey } from "../trust/oms/key.ts";
import type { SignRequest } from "../usecases/oms/sign-model.ts";
import type { OmsTrust } from "../usecases/oms/verify-model.ts";

/** How a bundle is signed, as the options of a verb say. */
export interface SignerOptions {
  readonly method: OmsMethod;
  readonly privateKey?: string;
  readonly signingCert?: string;
  readonly certChain?: readonly string[];
  readonly identityToken?: string;
  readonly fulcioUrl?: string;
  readonly rekorUrl?: string;
  readonly useStaging?: boolean;
}

/** Who must have signed a bundle, as the options of a verb say. */
export interface TrustOptions {
  readonly method: OmsMethod;
  readonly publicKey?: string;
  readonly certChain?: readonly string[];
  readonly identity?: string;
  readonly identityPattern?: string;
  readonly identityProvider?: string;
  readonly trustedRoot?: string;
  readonly useStaging?: boolean;
}

/** Who signs. HOST_ARGUMENT_INVALID, OMS_KEY_UNSUPPORTED, OMS_CERTIFICATE_MALFORMED, FILE_*. */
export async function signerOf(options: SignerOptions): Promise<SignRequest["signer"]> {
  const { method, privateKey, signingCert, certChain = [] } = options;
  if (method === "sigstore") return keylessSigner(options);
  const file = required("--private-key", method, privateKey);
  const key = readPrivateKey(file, process.env["MODELGATE_KEY_PASSPHRASE"]);
  if (method === "key") return { key, chain: [], file };
  const certificates = [required("--signing-cert", method, signingCert), ...certChain];
  const chain = certificates.flatMap((path) => parseCertificates(readNamedFile(path), path));
  return { key, chain: withoutRepeats(chain), file };
}

/** A self-signed certificate is often named twice: as the signer's and as its own chain. */
function withoutRepeats(chain: readonly Uint8Array[]): readonly Uint8Array[] {
  return chain.filter((der, n) => chain.findIndex((each) => Buffer.from(each).equals(der)) === n);
}

async function keylessSigner(options: SignerOptions): Promise<SignRequest["signer"]> {
  const { openKeylessSigner } = await import("../adapters/sigstore/sign-keyless.ts");
  const { identityToken: token, useStaging: staging = false, fulcioUrl, rekorUrl } = options;
  return openKeylessSigner({
    staging,
    ...(token === undefined ? {} : { token }),
    ...(fulcioUrl === undefined ? {} : { fulcioUrl }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  });
}

/** Whom to trust. HOST_ARGUMENT_INVALID, OMS_IDENTITY_MISSING, OMS_KEY_UNSUPPORTED, OMS_CERTIFICATE_MALFORMED, FILE_*. */
export async function trustOf(options: TrustOptions): Promise<OmsTrust> {
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

function expectedIdentity(options: TrustOptions): Extract<OmsTrust, { method: "sigstore" }>["expected"] {
  const { identity, identityPattern, identityProvider: issuer } = options;
  const wanted = identity ?? identityPattern;
  if (wanted === undefined || issuer === undefined) {
    const message = "A keyless signature says who signed; whom to expect has to be said too.";
    throw gateError("OMS_IDENTITY_MISSING", message);
  }
  return { identity: wanted, pattern: identity === undefined, issuer };
}

async function keylessVerifier({ trustedRoot, useStaging = false }: TrustOptions) {
  const { openKeylessVerifier } = await import("../adapters/sigstore/verify-keyless.ts");
  if (trustedRoot === undefined) return openKeylessVerifier({ staging: useStaging });
  return openKeylessVerifier({ bytes: readNamedFile(trustedRoot), file: trustedRoot });
}

function required(option: string, method: OmsMethod, value: string | undefined): string {
  if (value !== undefined) return value;
  throw gateError("HOST_ARGUMENT_INVALID", `--method ${method} needs ${option}.`);
}
