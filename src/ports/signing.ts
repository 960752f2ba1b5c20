import type { PublicKey } from "../trust/public-key.ts";
import type { Files } from "./files.ts";

/** A model that lies anywhere on disk: a folder, or a single file. */
export interface ModelPlace {
  /** The folder that holds the model. */
  readonly files: Files;
  /** Of the model in that folder. */
  readonly name: string;
  readonly single: boolean;
  /** Absolute, links resolved. */
  readonly path: string;
}

/** Signs statements with one key. */
export interface Signer {
  readonly key: PublicKey;
  /**
   * The SSHSIG blob (OpenSSH's PROTOCOL.sshsig, not armored) over a payload for one purpose.
   * SIGNING_KEY_LOCKED, SIGNING_TOOL_MISSING, SIGNING_FAILED; nothing ever prompts.
   */
  sign(payload: Uint8Array, namespace: string): Promise<Uint8Array>;
}

/** Signs a payload without a key of one's own: a short-lived certificate and a transparency log. OMS_KEYLESS_FAILED. */
export interface KeylessSigner {
  /** The whole bundle, as JSON text. */
  sign(payload: Uint8Array, payloadType: string): Promise<string>;
}

/** Who must have signed. `pattern` is an exact identity, or with `*` for any run of characters without "/". */
export interface ExpectedIdentity {
  readonly identity: string;
  readonly pattern: boolean;
  readonly issuer: string;
}

/** Who signed, as their identity provider vouched; empty texts when the certificate does not say. */
export interface KeylessIdentity {
  readonly identity: string;
  readonly issuer: string;
}

/**
 * A verifier under a pinned trusted root of Sigstore's own (null), or one that somebody gives. `file` names it in errors.
 * OMS_BUNDLE_MALFORMED, DOCUMENT_*.
 */
export type OpenKeyless = (
  root: { readonly bytes: Uint8Array; readonly file: string } | null,
) => Promise<KeylessVerifier>;

/** Proves keyless bundles, as JSON, under a pinned trusted root, and says who signed. OMS_KEYLESS_INVALID. */
export interface KeylessVerifier {
  verify(bundle: { readonly json: unknown; readonly file: string }): Promise<KeylessIdentity>;
}
