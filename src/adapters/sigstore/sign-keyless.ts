import { bundleToJSON } from "@sigstore/bundle";
import { CIContextProvider, DSSEBundleBuilder, FulcioSigner, RekorWitness } from "@sigstore/sign";
import { formatJson } from "../../domain/document/format.ts";
import { gateError } from "../../errors.ts";
import type { KeylessSigner } from "../../ports/signing.ts";

/** Where to sign, and as whom. Without a token, Actions is asked for one (id-token: write). */
export interface KeylessOptions {
  readonly staging: boolean;
  readonly token?: string;
  /** Of a private deployment, instead of Sigstore's own. */
  readonly fulcioUrl?: string;
  readonly rekorUrl?: string;
}

const SERVICES = {
  production: { fulcio: "https://fulcio.sigstore.dev", rekor: "https://rekor.sigstore.dev" },
  staging: { fulcio: "https://fulcio.sigstage.dev", rekor: "https://rekor.sigstage.dev" },
} as const;

const TRIES = 2;
const TIMEOUT_MS = 30_000;

/** Signs by a certificate that lives for minutes, and enters the signature into the transparency log. OMS_KEYLESS_FAILED. */
export function openKeylessSigner(options: KeylessOptions): KeylessSigner {
  const services = SERVICES[options.staging ? "staging" : "production"];
  const calls = { retry: TRIES, timeout: TIMEOUT_MS };
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({
      fulcioBaseURL: options.fulcioUrl ?? services.fulcio,
      identityProvider: identityOf(options.token),
      ...calls,
    }),
    witnesses: [new RekorWitness({ rekorBaseURL: options.rekorUrl ?? services.rekor, ...calls })],
  });
  return {
    async sign(payload, type) {
      try {
        return formatJson(bundleToJSON(await builder.create({ data: Buffer.from(payload), type })));
      } catch (error) {
        throw failure(error);
      }
    },
  };
}

function identityOf(token: string | undefined): { getToken(): Promise<string> } {
  return token === undefined ? new CIContextProvider("sigstore") : { getToken: async () => token };
}

/** The library's own message may hold the token, so only its code is told. */
function failure(error: unknown): Error {
  const code = (error as { code?: unknown } | null)?.code;
  const why = typeof code === "string" ? code : "no identity token";
  return gateError("OMS_KEYLESS_FAILED", `Signing without a key failed: ${why}.`);
}
