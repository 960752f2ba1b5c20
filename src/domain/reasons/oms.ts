import type { Reason } from "./reason.ts";

/** OpenSSF Model Signing bundles: what `verify-model` refuses and `sign-model` does not sign. */
export const omsReasons = {
  OMS_MEDIA_TYPE: {
    meaning: "The bundle's media type is not that of a Sigstore bundle v0.3.",
    fix: "Sign the model again with a tool that writes bundles v0.3, for example modelgate sign-model.",
    exit: 2,
  },
  OMS_BUNDLE_MALFORMED: {
    meaning: "The bundle holds something that is not spelled as the format demands.",
    fix: "Take the bundle from whoever signed the model again; it was cut, edited or mangled.",
    exit: 2,
  },
  OMS_METHOD_MISMATCH: {
    meaning: "The bundle was signed by another method than the one that is asked for.",
    fix: "Ask for the method that the signer used, if that is what you trust: --method key, certificate or sigstore.",
    exit: 1,
  },
  OMS_PAYLOAD_TYPE: {
    meaning: "The envelope holds something else than an in-toto statement.",
    fix: "Take the bundle of the model itself; this one signs another kind of thing.",
    exit: 1,
  },
  OMS_STATEMENT_TYPE: {
    meaning: "The signed statement is no in-toto statement v1.",
    fix: "Take the bundle of the model itself; this one signs another kind of thing.",
    exit: 1,
  },
  OMS_PREDICATE_TYPE: {
    meaning: "The signed statement is about something else than a model's files.",
    fix: "Take the bundle of the model itself; this one signs another kind of thing.",
    exit: 1,
  },
  OMS_PREDICATE_DEPRECATED: {
    meaning:
      "The bundle is of model-signing 0.2.0, whose signatures are over other bytes than its format says.",
    fix: "Sign the model again with model-signing 1.0 or later, or with modelgate sign-model.",
    exit: 1,
  },
  OMS_HASH_UNSUPPORTED: {
    meaning: "The files of the bundle are hashed by something else than SHA-256.",
    fix: "Sign the model again with sha256, which every verifier must know.",
    exit: 1,
  },
  OMS_SYMLINKS_ALLOWED: {
    meaning: "The signer followed symbolic links, so that what was signed may lie outside of the model.",
    fix: "Replace the links by files and sign the model again.",
    exit: 1,
  },
  OMS_NAME_UNSAFE: {
    meaning: "A signed file name is not a plain relative path.",
    fix: "Sign the model again with a tool that writes canonical paths.",
    exit: 1,
  },
  OMS_RESOURCE_DUPLICATE: {
    meaning: "A file stands twice in the signed list.",
    fix: "Sign the model again; no honest signer lists a file twice.",
    exit: 1,
  },
  OMS_SHARD_INVALID: {
    meaning: "The signed parts of a file do not cover it from its first byte to its last.",
    fix: "Sign the model again.",
    exit: 1,
  },
  OMS_ROOT_MISMATCH: {
    meaning: "The statement's digest of the whole model is not that of its list of files.",
    fix: "Sign the model again; whoever wrote this statement computed it wrongly.",
    exit: 1,
  },
  OMS_SIGNATURE_INVALID: {
    meaning: "The signature is not one of this statement by the trusted key.",
    fix: "Check that you trust the right key. If you do, the bundle was changed or was never signed by it.",
    exit: 1,
  },
  OMS_KEY_UNSUPPORTED: {
    meaning: "The key is none that models are signed with: ECDSA on P-256, P-384 or P-521.",
    fix: "Make one: openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
    exit: 2,
  },
  OMS_KEY_HINT_MISMATCH: {
    meaning: "The bundle says that another key signed it than the one that is trusted.",
    fix: "Verify with the public key of whoever signed the model, if you trust them.",
    exit: 1,
  },
  OMS_CERTIFICATE_MALFORMED: {
    meaning: "A certificate cannot be read.",
    fix: "Check the file: openssl x509 -in FILE -noout -text",
    exit: 2,
  },
  OMS_CERTIFICATE_UNTRUSTED: {
    meaning: "No chain leads from the signer's certificate to a trusted one.",
    fix: "Name the certificates that you trust with --cert-chain; if you did, somebody else's authority issued this one.",
    exit: 1,
  },
  OMS_CERTIFICATE_EXPIRED: {
    meaning: "A certificate of the chain is not valid now.",
    fix: "Renew the certificate and sign the model again with it.",
    exit: 1,
  },
  OMS_CERTIFICATE_USAGE: {
    meaning: "A certificate of the chain may not be used for what it is used for here.",
    fix: "Issue a certificate with keyUsage digitalSignature for signing, and CA certificates with basicConstraints CA.",
    exit: 1,
  },
  OMS_IDENTITY_MISSING: {
    meaning: "Without an expected identity and issuer, anybody with an account could have signed.",
    fix: "Name both: --identity and --identity-provider.",
    exit: 2,
  },
  OMS_IDENTITY_MISMATCH: {
    meaning: "Somebody else than the expected identity signed the model.",
    fix: "Compare the signer with the one that you expect; do not loosen the identity to make it pass.",
    exit: 1,
  },
  OMS_KEYLESS_INVALID: {
    meaning: "The keyless signature does not hold: certificate, transparency log, timestamp or signature.",
    fix: "Take the bundle from whoever signed the model again; verify with the trusted root that it was made under.",
    exit: 1,
  },
  OMS_FILE_MISSING: {
    meaning: "A signed file is not there.",
    fix: "Get the whole model again.",
    exit: 1,
  },
  OMS_FILE_CHANGED: {
    meaning: "A file is not the one that was signed.",
    fix: "Get the model again; if it still differs, it was changed after it was signed.",
    exit: 1,
  },
  OMS_FILE_UNSIGNED: {
    meaning: "A file lies in the model that nobody signed.",
    fix: "Remove it, or sign the model again. What a signer left out counts only when you leave it out too: --ignore-paths.",
    exit: 1,
  },
  OMS_SYMLINK: {
    meaning: "A symbolic link lies in the model.",
    fix: "Replace the link by the file that it points to.",
    exit: 1,
  },
  OMS_MODEL_EMPTY: {
    meaning: "There is no file to sign.",
    fix: "Name the folder or file of the model with --model-path.",
    exit: 2,
  },
  OMS_KEYLESS_FAILED: {
    meaning: "The signing service gave no certificate or no log entry.",
    fix: "In Actions, give the job id-token: write; elsewhere pass --identity-token. Then try again.",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
