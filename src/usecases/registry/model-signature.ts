import { TRUSTED_ROOT } from "../../domain/policy-files.ts";
import { digestOf } from "../../domain/digest.ts";
import { MODEL_BUNDLE, type ModelSignature } from "../../domain/model-signature.ts";
import { GateError, gateError, type Problem } from "../../errors.ts";
import type { Files } from "../../ports/files.ts";
import type { ModelPlace, OpenKeyless } from "../../ports/signing.ts";
import { isTrusted, judgeKey, type KeyUse } from "../../trust/judge-key.ts";
import { type OmsBundle, parseOmsBundle } from "../../trust/oms/bundle.ts";
import { keyHint } from "../../trust/oms/key.ts";
import type { TrustedKey, TrustRegistry } from "../../trust/registry.ts";
import { type OmsTrust, proveSigner, verifyFiles } from "../oms/verify-model.ts";

export interface ModelSignaturePorts {
  readonly files: Files;
  /** Left out where keyless bundles cannot be verified: they are refused then. */
  readonly openKeyless?: OpenKeyless;
}

export interface ModelSignatureQuestion {
  /** `models/<id>/<version>`. */
  readonly folder: string;
  readonly trust: TrustRegistry | null;
  readonly use: KeyUse["use"];
  /** The base's own trusted root of Sigstore; null: that of the public good instance, as it is pinned here. */
  readonly root: Uint8Array | null;
}

/** What came out: who signed, nobody (both empty), or what is wrong with the bundle that is there. */
export interface ModelSignatureAnswer {
  readonly signature: ModelSignature | null;
  readonly problems: readonly Problem[];
}

/** The manifest lists the bundle, so the bundle cannot list the manifest. */
const NOT_SIGNED = ["manifest.json", MODEL_BUNDLE];

/**
 * Verifies the OpenSSF Model Signing bundle of a version, if it has one: by a key of trust.yaml whose role is model-signer,
 * or keyless. Whether it must be signed, and by whom, is for policies to say.
 */
export async function modelSignature(
  ports: ModelSignaturePorts,
  question: ModelSignatureQuestion,
): Promise<ModelSignatureAnswer> {
  const file = `${question.folder}/${MODEL_BUNDLE}`;
  try {
    const bytes = await ports.files.readIfExists(file);
    if (!bytes) return { signature: null, problems: [] };
    const bundle = parseOmsBundle(bytes, file);
    const signer = await proveWho(bundle, ports, question);
    await verifyFiles({
      place: placeOf(ports.files, question.folder),
      bundle,
      ignored: NOT_SIGNED,
      unsignedAllowed: false,
    });
    return { signature: { bundle: digestOf(bytes), ...signer }, problems: [] };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    return { signature: null, problems: error.problems };
  }
}

type Signer = { method: "key"; principal: string } | { method: "sigstore"; identity: string; issuer: string };

async function proveWho(
  bundle: OmsBundle,
  { openKeyless }: ModelSignaturePorts,
  question: ModelSignatureQuestion,
): Promise<Signer> {
  const { material, file } = bundle;
  if (material.method === "sigstore" && openKeyless) {
    const root = question.root && { bytes: question.root, file: TRUSTED_ROOT };
    return { method: "sigstore", ...(await (await openKeyless(root)).verify(bundle)) };
  }
  if (material.method === "key")
    return { method: "key", principal: await proveKey(bundle, material.hint, question) };
  const message = `A registry takes models signed by a key of trust.yaml or keyless; this one is signed by ${material.method}.`;
  throw gateError("OMS_METHOD_MISMATCH", message, { where: { file } });
}

async function proveKey(
  bundle: OmsBundle,
  hint: string | null,
  { trust, use }: ModelSignatureQuestion,
): Promise<string> {
  const where = { file: bundle.file };
  const known = trust && hint !== null ? keyNamed(trust, hint) : undefined;
  if (!trust || !known?.key) {
    const message = `Nobody in trust.yaml holds the key ${hint?.slice(0, 64) ?? "that is not named"}.`;
    throw gateError("TRUST_KEY_UNKNOWN", message, { where });
  }
  const trusted: OmsTrust = { method: "key", key: known.key.key };
  await proveSigner(bundle, trusted);
  const judged = judgeKey(trust, { fingerprint: known.fingerprint, roles: ["model-signer"], use });
  if (isTrusted(judged)) return judged.principal;
  throw new GateError([{ ...judged, where }]);
}

function keyNamed({ principals }: TrustRegistry, hint: string): TrustedKey | undefined {
  return principals.flatMap(({ keys }) => keys).find(({ key }) => key !== null && keyHint(key.key) === hint);
}

function placeOf(files: Files, folder: string): ModelPlace {
  return { files, name: folder, single: false, path: folder };
}
