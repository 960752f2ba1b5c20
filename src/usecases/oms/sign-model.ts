import type { KeylessSigner, ModelPlace } from "../../ports/signing.ts";
import { DEFAULT_IGNORES } from "../../trust/oms/paths.ts";
import { omsPayload, type OmsSigner, requireSigner, signBundle } from "../../trust/oms/sign.ts";
import { modelFiles } from "./model-files.ts";

export interface SignRequest {
  readonly place: ModelPlace;
  /** Left out besides what is left out always, relative to the model. */
  readonly ignored: readonly string[];
  /** Who signs: a key, or nobody's key. `file` names the key in errors. */
  readonly signer: (OmsSigner & { readonly file: string }) | KeylessSigner;
  readonly payloadType: string;
}

export interface SignedModel {
  readonly bundle: string;
  /** Names of the signed files. */
  readonly files: readonly string[];
}

/**
 * Signs a model as OpenSSF Model Signing v1.0 describes it: every file, whole, by SHA-256, links refused.
 * OMS_MODEL_EMPTY, OMS_SYMLINK, OMS_KEY_UNSUPPORTED, OMS_CERTIFICATE_USAGE, OMS_KEYLESS_FAILED, FILE_*.
 */
export async function signModel({ place, ignored, signer, payloadType }: SignRequest): Promise<SignedModel> {
  if ("key" in signer) requireSigner(signer, signer.file);
  const left = [...new Set([...DEFAULT_IGNORES, ...ignored])];
  const files: { name: string; digest: string }[] = [];
  for (const { name, path } of await modelFiles(place, left)) {
    const { digest } = await place.files.digest(path);
    files.push({ name, digest: digest.slice("sha256:".length) });
  }
  const payload = omsPayload({ name: place.name, files, ignored: left });
  const bundle = "key" in signer ? signBundle(payload, signer) : await signer.sign(payload, payloadType);
  return { bundle, files: files.map(({ name }) => name) };
}
