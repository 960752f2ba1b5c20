import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { parseJson } from "../../domain/document/json.ts";
import { gateError } from "../../errors.ts";
import type { KeylessVerifier } from "../../ports/signing.ts";
import publicGood from "./roots/public-good.json" with { type: "json" };
import staging from "./roots/staging.json" with { type: "json" };

/** Which authorities and logs are trusted: those of Sigstore as they are pinned here, or a file. */
export type RootChoice =
  | { readonly staging: boolean }
  | { readonly bytes: Uint8Array; readonly file: string };

/**
 * Verifies keyless bundles offline: certificate with its own log entry, at least one entry of the transparency log and one
 * time, all under a pinned trusted root. Who signed is left to the caller to compare: the library would take an expected
 * identity for a pattern that may match anywhere.
 */
export function openKeylessVerifier(choice: RootChoice): KeylessVerifier {
  const verifier = new Verifier(toTrustMaterial(trustedRoot(choice)), {
    tlogThreshold: 1,
    ctlogThreshold: 1,
    timestampThreshold: 1,
  });
  return {
    async verify(bundle) {
      const { identity } = proveSigner(verifier, bundle);
      return { identity: identity?.subjectAlternativeName ?? "", issuer: identity?.extensions?.issuer ?? "" };
    },
  };
}

function trustedRoot(choice: RootChoice): TrustedRoot {
  if ("staging" in choice) return TrustedRoot.fromJSON(choice.staging ? staging : publicGood);
  const { value } = parseJson(choice.bytes, choice.file);
  try {
    return TrustedRoot.fromJSON(value);
  } catch (cause) {
    const message = "The file is no trusted root of Sigstore.";
    throw gateError("OMS_BUNDLE_MALFORMED", message, { where: { file: choice.file }, cause });
  }
}

function proveSigner(verifier: Verifier, { json, file }: { json: unknown; file: string }): Signer {
  try {
    return verifier.verify(toSignedEntity(bundleFromJSON(json)));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.slice(0, 200) : "unknown";
    throw gateError("OMS_KEYLESS_INVALID", `Sigstore says: ${why}.`, { where: { file }, cause });
  }
}
