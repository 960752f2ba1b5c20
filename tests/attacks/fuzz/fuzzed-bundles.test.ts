import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { GateError } from "../../../src/errors.ts";
import { checkSummary } from "../../../src/trust/attestation/vsa.ts";
import { decodeBase64 } from "../../../src/trust/base64.ts";
import { isSignedBy, preAuthenticationEncoding } from "../../../src/trust/dsse.ts";
import { parseOmsBundle } from "../../../src/trust/oms/bundle.ts";
import { parseOmsStatement } from "../../../src/trust/oms/statement.ts";
import { BOUNDED, edited, edits, isRefused, latin1, outcome } from "../../support/fuzz.ts";
import { keyPair, type LooseJson, signed, verify } from "../../support/oms.ts";

const { privateKey, publicKey } = keyPair();
const trust = { method: "key", key: publicKey } as const;
const TYPE = "application/vnd.in-toto+json";

let good: Buffer;
let envelope: { payload: string; signatures: { sig: string }[] };

beforeAll(async () => {
  good = Buffer.from(await signed(privateKey));
  envelope = JSON.parse(good.toString()).dsseEnvelope;
});

/** Whether a bundle verifies; whatever is thrown that is no refusal fails the test. */
async function passes(bundle: Uint8Array): Promise<boolean> {
  try {
    await verify(bundle, trust);
    return true;
  } catch (error) {
    if (error instanceof GateError) return false;
    throw error;
  }
}

function saysTheSame(bundle: Buffer): boolean {
  const { payload, payloadType } = JSON.parse(bundle.toString()).dsseEnvelope;
  return payload === envelope.payload && payloadType === TYPE;
}

describe("a bundle of a model", () => {
  test("of bytes at random is refused", () => {
    fc.assert(
      fc.property(latin1(400), (text) => {
        expect(isRefused(() => parseOmsBundle(Buffer.from(text, "latin1"), "b"))).toBe(true);
      }),
      BOUNDED,
    );
  });

  test("edited in any way still says what was signed, or is refused", async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (by) => {
        const bent = edited(good, by);
        const passed = await passes(bent);
        expect(passed && !saysTheSame(bent)).toBe(false);
      }),
      BOUNDED,
    );
  });

  test("with any JSON in place of one of its values is refused, or was no different", async () => {
    const paths = [
      "mediaType",
      "verificationMaterial",
      "dsseEnvelope",
      "dsseEnvelope.payload",
      "dsseEnvelope.payloadType",
      "dsseEnvelope.signatures",
      "dsseEnvelope.signatures.0.sig",
      "verificationMaterial.publicKey",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), async (path, value) => {
        const bundle: LooseJson = JSON.parse(good.toString());
        const keys = path.split(".");
        const last = keys.pop() ?? "";
        const holder: LooseJson = keys.reduce((at: LooseJson, key) => at[key], bundle);
        holder[last] = value;
        // The key is the caller's: what the bundle says about it may be left out.
        const leftOut = path === "verificationMaterial.publicKey" && !Object.hasOwn(Object(value), "hint");
        const passed = await passes(Buffer.from(JSON.stringify(bundle)));
        expect(passed && !leftOut).toBe(false);
      }),
      BOUNDED,
    );
  });
});

describe("a statement", () => {
  test("of any JSON, or of bytes at random, is refused", () => {
    const statement = Buffer.from(envelope.payload, "base64");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 300 }),
        ),
        (bytes) => {
          expect(isRefused(() => parseOmsStatement(bytes, "b"))).toBe(true);
          const expected = { subject: digestOf(""), verifierId: "v", resourceUri: "r", level: "l" };
          expect(isRefused(() => checkSummary(bytes, "b", expected))).toBe(true);
        },
      ),
      BOUNDED,
    );
    fc.assert(
      fc.property(edits, (by) => void outcome(() => parseOmsStatement(edited(statement, by), "b"))),
      BOUNDED,
    );
  });
});

describe("a DSSE envelope", () => {
  test("binds type and payload: no other pair has the same bytes, and no edit of any part is signed", () => {
    const payload = Buffer.from(envelope.payload, "base64");
    const signature = decodeBase64(envelope.signatures[0]?.sig ?? "") ?? Buffer.alloc(0);
    expect(isSignedBy(publicKey, { payloadType: TYPE, payload, signature })).toBe(true);
    const text = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(text, text, text, text, (typeA, payloadA, typeB, payloadB) => {
        const [a, b] = [
          preAuthenticationEncoding(typeA, Buffer.from(payloadA)),
          preAuthenticationEncoding(typeB, Buffer.from(payloadB)),
        ];
        expect(a.equals(b)).toBe(typeA === typeB && payloadA === payloadB);
      }),
      BOUNDED,
    );
    fc.assert(
      fc.property(edits, fc.constantFrom("payload", "signature", "payloadType"), (by, part) => {
        const whole = { payload, signature, payloadType: Buffer.from(TYPE) };
        const bent = edited(whole[part], by);
        const parts = { ...whole, [part]: bent };
        const held = isSignedBy(publicKey, { ...parts, payloadType: parts.payloadType.toString() });
        expect(held).toBe(bent.equals(whole[part]));
      }),
      BOUNDED,
    );
  });
});
