import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openKeylessSigner } from "../../src/adapters/sigstore/sign-keyless.ts";
import { openKeylessVerifier } from "../../src/adapters/sigstore/verify-keyless.ts";
import type { ExpectedIdentity } from "../../src/ports/signing.ts";
import { signModel } from "../../src/usecases/oms/sign-model.ts";
import { keyPair, type LooseJson, MODEL, placeOf, signed, verify } from "../support/oms.ts";
import { codes, problemsOf } from "../support/problems.ts";
import { identityToken, type LoopbackSigstore, startSigstore } from "../support/sigstore.ts";

const ISSUER = "https://token.actions.example.com";
const IDENTITY = "https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main";
const ME: ExpectedIdentity = { identity: IDENTITY, issuer: ISSUER, pattern: false };

describe("keyless signatures, on a Sigstore of our own", () => {
  let sigstore: LoopbackSigstore;
  let bundle: Uint8Array;
  beforeAll(async () => {
    sigstore = await startSigstore();
    bundle = await sign(identityToken(IDENTITY, ISSUER));
  });
  afterAll(() => sigstore[Symbol.asyncDispose]());

  async function sign(token: string, url = sigstore.url): Promise<Uint8Array> {
    const signer = openKeylessSigner({ staging: false, token, fulcioUrl: url, rekorUrl: url });
    const made = await signModel({
      place: placeOf(MODEL),
      ignored: [],
      signer,
      payloadType: "application/vnd.in-toto+json",
    });
    return Buffer.from(made.bundle);
  }

  function trusted(expected: ExpectedIdentity, root = sigstore.root) {
    const keyless = openKeylessVerifier({ bytes: Buffer.from(root), file: "root.json" });
    return { method: "sigstore", keyless, expected } as const;
  }

  async function outcome(bytes: Uint8Array, expected = ME, root = sigstore.root): Promise<string[]> {
    return codes(await problemsOf(() => verify(bytes, trusted(expected, root))));
  }

  function changed(change: (bundle: LooseJson) => unknown): Uint8Array {
    const loose: LooseJson = JSON.parse(Buffer.from(bundle).toString());
    change(loose);
    return Buffer.from(JSON.stringify(loose));
  }

  it("say who signed", async () => {
    expect((await verify(bundle, trusted(ME))).signer).toBe(`${IDENTITY} (${ISSUER})`);
  });

  it("fit a pattern only as a whole", async () => {
    const pattern = (identity: string) => outcome(bundle, { identity, issuer: ISSUER, pattern: true });
    expect(await pattern("https://github.com/acme/*/.github/workflows/train.yml@refs/heads/*")).toEqual([]);
    for (const identity of [
      "*",
      "https://github.com/*",
      "acme/models",
      ".*",
      "https://github.com/*/.github/workflows/train.yml@refs/heads/main",
    ])
      expect(await pattern(identity)).toEqual(["OMS_IDENTITY_MISMATCH"]);
  });

  it("are refused of anybody else: another identity, a part of it, an expression that fits, another issuer", async () => {
    for (const identity of ["eve@example.com", IDENTITY.slice(0, -1), "https://github.com/.*", ""])
      expect(await outcome(bundle, { ...ME, identity })).toEqual(["OMS_IDENTITY_MISMATCH"]);
    expect(await outcome(bundle, { ...ME, issuer: `${ISSUER}.evil.com` })).toEqual(["OMS_IDENTITY_MISMATCH"]);
  });

  it("are refused under another root", async () => {
    await using other = await startSigstore();
    expect(await outcome(bundle, ME, other.root)).toEqual(["OMS_KEYLESS_INVALID"]);
    const production = openKeylessVerifier({ staging: false });
    const found = await problemsOf(() =>
      verify(bundle, { method: "sigstore", keyless: production, expected: ME }),
    );
    expect(codes(found)).toEqual(["OMS_KEYLESS_INVALID"]);
  });

  const changes: readonly [string, (bundle: LooseJson) => unknown][] = [
    ["no log entry", (b) => void (b.verificationMaterial.tlogEntries = [])],
    [
      "a log entry of something else",
      (b) =>
        void (b.verificationMaterial.tlogEntries[0].canonicalizedBody = Buffer.from("{}").toString("base64")),
    ],
    ["a changed time of entry", (b) => void (b.verificationMaterial.tlogEntries[0].integratedTime = "1")],
    ["another statement", (b) => void (b.dsseEnvelope.payload = Buffer.from("{}").toString("base64"))],
    ["another signature", (b) => void (b.dsseEnvelope.signatures[0].sig = "MAYCAQECAQE=")],
  ];
  it.each(changes)("are refused with %s", async (_what, change) => {
    expect(await outcome(changed(change))).toEqual(["OMS_KEYLESS_INVALID"]);
  });

  it("are not taken for those of a key, nor the other way round", async () => {
    const { privateKey, publicKey } = keyPair();
    expect(codes(await problemsOf(() => verify(bundle, { method: "key", key: publicKey })))).toEqual([
      "OMS_METHOD_MISMATCH",
    ]);
    expect(await outcome(await signed(privateKey))).toEqual(["OMS_METHOD_MISMATCH"]);
  });

  it("fail without telling the token", async () => {
    const [bad] = await problemsOf(() => sign("secret-token"));
    expect(bad?.message).toBe("Signing without a key failed: IDENTITY_TOKEN_PARSE_ERROR.");
    const [closed] = await problemsOf(() => sign(identityToken("me", ISSUER), "http://127.0.0.1:1"));
    expect(closed?.code).toBe("OMS_KEYLESS_FAILED");
  });
});
