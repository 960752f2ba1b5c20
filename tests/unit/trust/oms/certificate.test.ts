import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { signBundle } from "../../../../src/trust/oms/sign.ts";
import { signModel } from "../../../../src/usecases/oms/sign-model.ts";
import {
  AUTHORITY,
  type Issued,
  issue,
  keyPair,
  MODEL,
  placeOf,
  SIGNING,
  verify,
} from "../../../support/oms.ts";
import { codes, problemsOf } from "../../../support/problems.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const TYPE = "application/vnd.in-toto+json";

const root = await issue({ name: "root", extensions: AUTHORITY });
const middle = await issue({ name: "middle", issuer: root, extensions: AUTHORITY });
const leaf = await issue({ name: "signer", issuer: middle, extensions: SIGNING });

async function signedBy(signer: Issued, chain: readonly Issued[]): Promise<Uint8Array> {
  const { bundle } = await signModel({
    place: placeOf(MODEL),
    ignored: [],
    signer: { key: signer.key, chain: [signer, ...chain].map(({ der }) => der), file: "key.pem" },
    payloadType: TYPE,
  });
  return Buffer.from(bundle);
}

async function outcome(signer: Issued, chain: readonly Issued[], anchors: readonly Issued[], now = NOW) {
  const trust = { method: "certificate", anchors: anchors.map(({ der }) => der), now } as const;
  return codes(await problemsOf(async () => verify(await signedBy(signer, chain), trust)));
}

describe("a model signed by a certificate", () => {
  it("is verified through the certificates between, and names the signer", async () => {
    const trust = { method: "certificate", anchors: [root.der], now: NOW } as const;
    expect((await verify(await signedBy(leaf, [middle]), trust)).signer).toBe("certificate CN=signer");
  });

  it("is verified when the trusted one is the one between, or the signer's own", async () => {
    const own = await issue({ name: "self", extensions: SIGNING });
    expect(await outcome(leaf, [], [middle])).toEqual([]);
    expect(await outcome(leaf, [], [leaf])).toEqual([]);
    expect(await outcome(own, [], [own])).toEqual([]);
  });

  it("is verified by the certificates that the caller has, when the bundle brings none", async () => {
    expect(await outcome(leaf, [], [root, middle])).toEqual([]);
  });

  const old = { from: "2020-01-01T00:00:00Z", to: "2021-01-01T00:00:00Z" };
  const wishes: readonly [string, () => Promise<string[]>, string][] = [
    [
      "no chain to a trusted certificate",
      async () => outcome(leaf, [middle], [await issue({ name: "root", extensions: AUTHORITY })]),
      "OMS_CERTIFICATE_UNTRUSTED",
    ],
    ["a missing certificate between", () => outcome(leaf, [], [root]), "OMS_CERTIFICATE_UNTRUSTED"],
    [
      "an expired signer",
      async () => outcome(await issue({ name: "s", issuer: root, ...old, extensions: SIGNING }), [], [root]),
      "OMS_CERTIFICATE_EXPIRED",
    ],
    [
      "an expired authority",
      async () => {
        const stale = await issue({ name: "stale", issuer: root, ...old, extensions: AUTHORITY });
        return outcome(await issue({ name: "s", issuer: stale, extensions: SIGNING }), [stale], [root]);
      },
      "OMS_CERTIFICATE_EXPIRED",
    ],
    [
      "a signer that is not valid yet",
      () => outcome(leaf, [middle], [root], new Date("2025-12-31T23:59:59Z")),
      "OMS_CERTIFICATE_EXPIRED",
    ],
    [
      "a signer that may not sign",
      async () => outcome(await issue({ name: "s", issuer: root, extensions: [] }), [], [root]),
      "OMS_CERTIFICATE_USAGE",
    ],
    [
      "a signer for another purpose",
      async () => {
        const server = new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]);
        return outcome(
          await issue({ name: "s", issuer: root, extensions: [...SIGNING, server] }),
          [],
          [root],
        );
      },
      "OMS_CERTIFICATE_USAGE",
    ],
    [
      "an issuer that is no authority",
      async () => {
        const nobody = await issue({ name: "nobody", issuer: root, extensions: [] });
        return outcome(await issue({ name: "s", issuer: nobody, extensions: SIGNING }), [nobody], [root]);
      },
      "OMS_CERTIFICATE_USAGE",
    ],
    [
      "more authorities than one allows",
      async () => {
        const lone = await issue({
          name: "lone",
          extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
        });
        const below = await issue({ name: "below", issuer: lone, extensions: AUTHORITY });
        return outcome(await issue({ name: "s", issuer: below, extensions: SIGNING }), [below], [lone]);
      },
      "OMS_CERTIFICATE_USAGE",
    ],
    [
      "a critical extension that nobody knows",
      async () => {
        const strange = new x509.Extension("1.2.3.4", true, new Uint8Array([5, 0]));
        return outcome(
          await issue({ name: "s", issuer: root, extensions: [...SIGNING, strange] }),
          [],
          [root],
        );
      },
      "OMS_CERTIFICATE_USAGE",
    ],
    [
      "a bundle signed by a key",
      async () => {
        const { privateKey } = keyPair();
        const bundle = await signModel({
          place: placeOf(MODEL),
          ignored: [],
          signer: { key: privateKey, chain: [], file: "k" },
          payloadType: TYPE,
        });
        const trust = { method: "certificate", anchors: [root.der], now: NOW } as const;
        return codes(await problemsOf(() => verify(Buffer.from(bundle.bundle), trust)));
      },
      "OMS_METHOD_MISMATCH",
    ],
    [
      "a certificate of another key",
      async () => {
        const payload = Buffer.from("{}");
        const bundle = signBundle(payload, { key: keyPair().privateKey, chain: [leaf.der, middle.der] });
        const trust = { method: "certificate", anchors: [root.der], now: NOW } as const;
        return codes(await problemsOf(() => verify(Buffer.from(bundle), trust)));
      },
      "OMS_SIGNATURE_INVALID",
    ],
    [
      "what is no certificate",
      async () => {
        const bundle = JSON.parse(Buffer.from(await signedBy(leaf, [])).toString());
        bundle.verificationMaterial.x509CertificateChain.certificates[0].rawBytes = "AAAA";
        const trust = { method: "certificate", anchors: [root.der], now: NOW } as const;
        return codes(await problemsOf(() => verify(Buffer.from(formatJson(bundle)), trust)));
      },
      "OMS_CERTIFICATE_MALFORMED",
    ],
  ];
  it.each(wishes)("is refused for %s", async (_what, run, code) => {
    expect(await run()).toEqual([code]);
  });

  it("is not signed by the certificate of another key", async () => {
    const wrong = { ...leaf, key: keyPair().privateKey };
    expect(codes(await problemsOf(() => signedBy(wrong, [])))).toEqual(["OMS_CERTIFICATE_USAGE"]);
  });
});
