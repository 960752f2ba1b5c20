import { relative, resolve } from "node:path";
import { readNamedFile, readPrivateKey } from "../../adapters/fs/key-file.ts";
import { openModelPlace } from "../../adapters/fs/model-place.ts";
import { writeNamedFile } from "../../adapters/fs/named-file.ts";
import { gateError } from "../../errors.ts";
import { parseCertificates } from "../../trust/oms/certificate.ts";
import type { OmsMethod } from "../../trust/oms/bundle.ts";
import { IN_TOTO_PAYLOAD_TYPE } from "../../trust/dsse.ts";
import { signModel, type SignRequest } from "../../usecases/oms/sign-model.ts";
import type { CommandContext } from "../context.ts";

export interface SignOptions {
  readonly method: OmsMethod;
  readonly modelPath: string;
  readonly outputBundle: string;
  readonly privateKey?: string;
  readonly signingCert?: string;
  readonly certChain?: readonly string[];
  readonly ignorePaths?: readonly string[];
  readonly identityToken?: string;
  readonly fulcioUrl?: string;
  readonly rekorUrl?: string;
  readonly useStaging?: boolean;
}

/** `modelgate sign-model`: writes an OpenSSF Model Signing bundle; arguments are those of the conformance suite. */
export async function run({ console }: CommandContext, options: SignOptions): Promise<number> {
  const place = openModelPlace(options.modelPath);
  const outside = [...(options.ignorePaths ?? []), options.outputBundle];
  const signed = await signModel({
    place,
    ignored: insideOf(place, outside),
    signer: await signerOf(options),
    payloadType: IN_TOTO_PAYLOAD_TYPE,
  });
  await writeNamedFile(options.outputBundle, signed.bundle);
  console.data({
    result: "signed",
    bundle: options.outputBundle,
    method: options.method,
    files: signed.files,
  });
  console.text(`Signed ${signed.files.length} files of ${place.name}: ${options.outputBundle}`);
  return 0;
}

/** Paths as somebody typed them, relative to the model; those outside of it have nothing to leave out. */
export function insideOf(
  { path, single }: { readonly path: string; readonly single: boolean },
  typed: readonly string[],
): readonly string[] {
  const root = single ? resolve(path, "..") : path;
  return typed
    .map((each) => relative(root, openedPath(each)).replaceAll("\\", "/"))
    .filter((each) => each !== "" && each !== ".." && !each.startsWith("../"));
}

function openedPath(typed: string): string {
  try {
    return openModelPlace(typed).path;
  } catch {
    return resolve(typed);
  }
}

async function signerOf(options: SignOptions): Promise<SignRequest["signer"]> {
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

async function keylessSigner(options: SignOptions): Promise<SignRequest["signer"]> {
  const { openKeylessSigner } = await import("../../adapters/sigstore/sign-keyless.ts");
  const { identityToken: token, useStaging: staging = false, fulcioUrl, rekorUrl } = options;
  return openKeylessSigner({
    staging,
    ...(token === undefined ? {} : { token }),
    ...(fulcioUrl === undefined ? {} : { fulcioUrl }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  });
}

export function required(option: string, method: OmsMethod, value: string | undefined): string {
  if (value !== undefined) return value;
  throw gateError("HOST_ARGUMENT_INVALID", `--method ${method} needs ${option}.`);
}
