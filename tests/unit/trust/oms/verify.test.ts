import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../../../src/trust/base64.ts";
import { keyHint, parseOmsPublicKey } from "../../../../src/trust/oms/key.ts";
import { keyPair, type LooseJson, MODEL, signed, verify } from "../../../support/oms.ts";
import { codes, problemsOf } from "../../../support/problems.ts";

const { privateKey, publicKey } = keyPair();
const other = keyPair();
const trust = { method: "key", key: publicKey } as const;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("a model that is what was signed", () => {
  it("is verified, and named by the digest of its list", async () => {
    const digests = Object.keys(MODEL).map((name) => sha256(MODEL[name] ?? ""));
    const root = createHash("sha256")
      .update(Buffer.from(digests.join(""), "hex"))
      .digest("hex");
    expect(await verify(await signed(privateKey), trust)).toEqual({
      root,
      files: Object.keys(MODEL),
      signer: `key ${keyHint(publicKey)}`,
    });
  });

  it.each(["P-256", "P-384", "P-521"])("by a key on %s", async (curve) => {
    const keys = keyPair(curve);
    const found = await verify(await signed(keys.privateKey), { method: "key", key: keys.publicKey });
    expect(found.files).toEqual(Object.keys(MODEL));
  });

  it("writes the statement as the format spells it", async () => {
    const files = { "b.bin": "b", "\u{1F600}.bin": "smile", "\uFFFC.bin": "x", ".gitignore": "*" };
    const bundle: LooseJson = JSON.parse(
      Buffer.from(await signed(privateKey, { files, ignored: ["b.bin"] })).toString(),
    );
    const names = ["\uFFFC.bin", "\u{1F600}.bin"];
    const digests = [sha256("x"), sha256("smile")];
    expect(JSON.parse(decodeBase64(bundle.dsseEnvelope.payload)?.toString() ?? "")).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "model", digest: { sha256: sha256Hex(digests) } }],
      predicateType: "https://model_signing/signature/v1.0",
      predicate: {
        resources: names.map((name, n) => ({ name, digest: digests[n], algorithm: "sha256" })),
        serialization: {
          method: "files",
          hash_type: "sha256",
          allow_symlinks: false,
          ignore_paths: [".git", ".gitattributes", ".github", ".gitignore", "b.bin"],
        },
      },
    });
    expect(bundle.verificationMaterial).toEqual({ publicKey: { hint: keyHint(publicKey) }, tlogEntries: [] });
    expect(bundle.mediaType).toBe("application/vnd.dev.sigstore.bundle.v0.3+json");
  });

  const spellings: readonly [string, Parameters<typeof signed>[1]][] = [
    [
      "whose key is named by itself, as before 1.1.0",
      {
        bundle: (b) =>
          void (b.verificationMaterial = {
            publicKey: { rawBytes: pem64(), keyDetails: "PKIX_ECDSA_P256_SHA_256" },
          }),
      },
    ],
    ["without a hint", { bundle: (b) => void (b.verificationMaterial = { publicKey: {} }) }],
    ["with no keyid", { bundle: (b) => void delete b.dsseEnvelope.signatures[0].keyid }],
    ["with keyid null", { bundle: (b) => void (b.dsseEnvelope.signatures[0].keyid = null) }],
    ["whose list is in another order", { statement: (s) => reorder(s) }],
    ["whose statement is spelled with spaces", { statement: (s) => JSON.stringify(s, null, 2) }],
    [
      "whose resources carry fields that nobody knows",
      { statement: (s) => void (s.predicate.resources[0].uri = "x") },
    ],
    [
      "that was signed without ignored paths",
      { statement: (s) => void delete s.predicate.serialization.ignore_paths },
    ],
    ["that was signed in parts", { statement: (s) => inParts(s, 4) }],
  ];
  it.each(spellings)("is verified by a bundle %s", async (_what, change) => {
    expect((await verify(await signed(privateKey, change), trust)).files.toSorted()).toEqual(
      Object.keys(MODEL),
    );
  });

  it("may hold what the caller leaves out, and what is left out always", async () => {
    const files = { ...MODEL, "notes.txt": "draft", ".git/config": "[core]", ".gitignore": "*" };
    const bundle = await signed(privateKey);
    expect((await verify(bundle, trust, { files, ignored: ["notes.txt"] })).files).toEqual(
      Object.keys(MODEL),
    );
    expect((await verify(bundle, trust, { files, unsignedAllowed: true })).files).toEqual(Object.keys(MODEL));
  });
});

describe("a bundle that anybody could have changed", () => {
  const changes: readonly [string, (bundle: LooseJson) => unknown, string[]][] = [
    ["of another media type", (b) => void (b.mediaType = "application/json"), ["OMS_MEDIA_TYPE"]],
    ["without a media type", (b) => void delete b.mediaType, ["DOCUMENT_KEY_MISSING"]],
    ["without an envelope", (b) => void delete b.dsseEnvelope, ["DOCUMENT_KEY_MISSING"]],
    ["without a signature", (b) => void (b.dsseEnvelope.signatures = []), ["DOCUMENT_VALUE_INVALID"]],
    [
      "with a second signature",
      (b) => void b.dsseEnvelope.signatures.push({ sig: "AAAA" }),
      ["DOCUMENT_VALUE_INVALID"],
    ],
    [
      "of another payload type",
      (b) => void (b.dsseEnvelope.payloadType = "application/json"),
      ["OMS_PAYLOAD_TYPE"],
    ],
    [
      "with two kinds of material",
      (b) => void (b.verificationMaterial.certificate = { rawBytes: "AAAA" }),
      ["OMS_BUNDLE_MALFORMED"],
    ],
    ["without material", (b) => void (b.verificationMaterial = {}), ["OMS_BUNDLE_MALFORMED"]],
    ["whose payload is no base64", (b) => void (b.dsseEnvelope.payload += "!"), ["OMS_BUNDLE_MALFORMED"]],
    [
      "whose signature is base64 of two spellings",
      (b) => void (b.dsseEnvelope.signatures[0].sig = "AB=="),
      ["OMS_BUNDLE_MALFORMED"],
    ],
    [
      "whose signature is of something else",
      (b) => void (b.dsseEnvelope.signatures[0].sig = "MAYCAQECAQE="),
      ["OMS_SIGNATURE_INVALID"],
    ],
    [
      "whose statement was exchanged",
      (b) => void (b.dsseEnvelope.payload = Buffer.from("{}").toString("base64")),
      ["OMS_SIGNATURE_INVALID"],
    ],
    [
      "that names another key",
      (b) => void (b.verificationMaterial.publicKey.hint = keyHint(other.publicKey)),
      ["OMS_KEY_HINT_MISMATCH"],
    ],
    [
      "that brings another key along",
      (b) => void (b.verificationMaterial.publicKey = { rawBytes: pem64(other.publicKey) }),
      ["OMS_KEY_HINT_MISMATCH"],
    ],
    [
      "that says it is signed by a certificate",
      (b) =>
        void (b.verificationMaterial = { x509CertificateChain: { certificates: [{ rawBytes: "AAAA" }] } }),
      ["OMS_METHOD_MISMATCH"],
    ],
    [
      "that says it is keyless",
      (b) => void (b.verificationMaterial = { certificate: { rawBytes: "AAAA" }, tlogEntries: [{}] }),
      ["OMS_METHOD_MISMATCH"],
    ],
    [
      "of model-signing 0.2.0",
      (b) =>
        void (b.dsseEnvelope.payload = Buffer.from(
          '{"predicateType":"https://model_signing/Digests/v0.1"}',
        ).toString("base64")),
      ["OMS_PREDICATE_DEPRECATED"],
    ],
  ];
  it.each(changes)("is refused when it is one %s", async (_what, bundle, expected) => {
    const bytes = await signed(privateKey, { bundle });
    expect(codes(await problemsOf(() => verify(bytes, trust)))).toEqual(expected);
  });

  it("is refused when it is empty, cut, or holds a key twice", async () => {
    const whole = Buffer.from(await signed(privateKey)).toString();
    const twice = whole.replace('{"', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","');
    const outcomes = ["", whole.slice(0, -20), twice].map((text) =>
      problemsOf(() => verify(Buffer.from(text), trust)),
    );
    expect((await Promise.all(outcomes)).map((each) => each[0]?.code)).toEqual([
      "DOCUMENT_EMPTY",
      "DOCUMENT_TRUNCATED",
      "DOCUMENT_DUPLICATE_KEY",
    ]);
  });

  it("is refused by any key but the signer's", async () => {
    const bytes = await signed(privateKey, {
      bundle: (b) => void (b.verificationMaterial = { publicKey: {} }),
    });
    const found = await problemsOf(() => verify(bytes, { method: "key", key: other.publicKey }));
    expect(codes(found)).toEqual(["OMS_SIGNATURE_INVALID"]);
  });

  it("is refused with any bit of the signature flipped", async () => {
    const bytes = await signed(privateKey);
    const signature = decodeBase64(JSON.parse(Buffer.from(bytes).toString()).dsseEnvelope.signatures[0].sig);
    for (let at = 0; at < (signature?.length ?? 0); at += 1) {
      const flipped = Buffer.from(signature ?? []);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      const changed: LooseJson = JSON.parse(Buffer.from(bytes).toString());
      changed.dsseEnvelope.signatures[0].sig = flipped.toString("base64");
      const found = await problemsOf(() => verify(Buffer.from(JSON.stringify(changed)), trust));
      expect(codes(found)).toEqual(["OMS_SIGNATURE_INVALID"]);
    }
    expect(signature?.length).toBeGreaterThan(60);
  });
});

describe("a statement that a dishonest signer signed", () => {
  const changes: readonly [string, (statement: LooseJson) => unknown, string[]][] = [
    [
      "of another statement type",
      (s) => ({ ...s, _type: "https://in-toto.io/Statement/v0.1" }),
      ["OMS_STATEMENT_TYPE"],
    ],
    [
      "of another predicate",
      (s) => void (s.predicateType = "https://example.com/v1"),
      ["OMS_PREDICATE_TYPE"],
    ],
    ["without a predicate", (s) => void delete s.predicate, ["DOCUMENT_KEY_MISSING"]],
    ["without a subject", (s) => void (s.subject = []), ["DOCUMENT_VALUE_INVALID"]],
    ["with two subjects", (s) => void s.subject.push(s.subject[0]), ["DOCUMENT_VALUE_INVALID"]],
    ["that lists nothing", (s) => void (s.predicate.resources = []), ["DOCUMENT_VALUE_INVALID"]],
    ["of another root", (s) => void (s.subject[0].digest.sha256 = "0".repeat(64)), ["OMS_ROOT_MISMATCH"]],
    [
      "that followed links",
      (s) => void (s.predicate.serialization.allow_symlinks = true),
      ["OMS_SYMLINKS_ALLOWED"],
    ],
    [
      "hashed by another algorithm",
      (s) => void (s.predicate.serialization.hash_type = "blake2b"),
      ["OMS_HASH_UNSUPPORTED"],
    ],
    [
      "with one file hashed otherwise",
      (s) => void (s.predicate.resources[1].algorithm = "md5"),
      ["OMS_HASH_UNSUPPORTED"],
    ],
    [
      "that lists a file twice",
      (s) => void s.predicate.resources.push(s.predicate.resources[0]),
      ["OMS_RESOURCE_DUPLICATE"],
    ],
    ["that leaves the model", (s) => void (s.predicate.resources[0].name = "../x"), ["OMS_NAME_UNSAFE"]],
    [
      "with an absolute name",
      (s) => void (s.predicate.resources[0].name = "/etc/passwd"),
      ["OMS_NAME_UNSAFE"],
    ],
    [
      "with a name that is not canonical",
      (s) => void (s.predicate.resources[0].name = "a/./b"),
      ["OMS_NAME_UNSAFE"],
    ],
    [
      "with parts but no size of parts",
      (s) => void (s.predicate.serialization.method = "shards"),
      ["OMS_SHARD_INVALID"],
    ],
    [
      "with a gap between parts",
      (s) => void (inParts(s, 4).predicate.resources.splice(2, 1), reroot(s)),
      ["OMS_SHARD_INVALID"],
    ],
    [
      "with parts that are no parts",
      (s) => void (inParts(s, 4).predicate.resources[0].name = "config.json"),
      ["OMS_SHARD_INVALID"],
    ],
  ];
  it.each(changes)("is refused when it is one %s", async (_what, statement, expected) => {
    const bytes = await signed(privateKey, { statement });
    expect(codes(await problemsOf(() => verify(bytes, trust)))).toEqual(expected);
  });
});

describe("a model that is not what was signed", () => {
  const changes: readonly [string, Parameters<typeof verify>[2], [string, string][]][] = [
    ["a changed file", { files: { ...MODEL, "config.json": "{ }" } }, [["OMS_FILE_CHANGED", "config.json"]]],
    [
      "a missing file",
      { files: { "config.json": "{}", "weights/part-1.bin": "0123456789" } },
      [["OMS_FILE_MISSING", "weights/part-2.bin"]],
    ],
    [
      "a file that was added",
      { files: { ...MODEL, "weights/evil.bin": "x" } },
      [["OMS_FILE_UNSIGNED", "weights/evil.bin"]],
    ],
    [
      "a file whose name differs in case",
      { files: { ...without("config.json"), "Config.json": "{}" } },
      [
        ["OMS_FILE_MISSING", "config.json"],
        ["OMS_FILE_UNSIGNED", "Config.json"],
      ],
    ],
    [
      "a link",
      { files: { ...MODEL, "weights/link.bin": { symlink: "part-1.bin" } } },
      [["OMS_SYMLINK", "weights/link.bin"]],
    ],
    [
      "a file that is hidden like git's own, deeper down",
      { files: { ...MODEL, "weights/.git": "x" } },
      [["OMS_FILE_UNSIGNED", "weights/.git"]],
    ],
  ];
  it.each(changes)("is refused for %s", async (_what, more, expected) => {
    const found = await problemsOf(async () => verify(await signed(privateKey), trust, more));
    expect(found.map(({ code, where }) => [code, where?.file])).toEqual(expected);
  });

  it("is refused for a file that the signer wanted hidden", async () => {
    const files = { ...MODEL, "evil.bin": "x" };
    const bytes = await signed(privateKey, { files, ignored: ["evil.bin"] });
    expect(codes(await problemsOf(() => verify(bytes, trust, { files })))).toEqual(["OMS_FILE_UNSIGNED"]);
    expect((await verify(bytes, trust, { files, ignored: ["evil.bin"] })).files).toEqual(Object.keys(MODEL));
  });

  it("is refused for a signed file that the caller leaves out", async () => {
    const files = { ...MODEL, "config.json": "{ }" };
    const found = await problemsOf(async () =>
      verify(await signed(privateKey), trust, { files, ignored: ["config.json"] }),
    );
    expect(codes(found)).toEqual(["OMS_FILE_CHANGED"]);
  });

  it("is refused for changed bytes in a part, and for bytes behind the last", async () => {
    const bytes = await signed(privateKey, { statement: (s) => inParts(s, 4) });
    const longer = { ...MODEL, "weights/part-2.bin": "abcd" };
    const changed = { ...MODEL, "weights/part-1.bin": "0123X56789" };
    expect(codes(await problemsOf(() => verify(bytes, trust, { files: longer })))).toEqual([
      "OMS_FILE_CHANGED",
    ]);
    expect(codes(await problemsOf(() => verify(bytes, trust, { files: changed })))).toEqual([
      "OMS_FILE_CHANGED",
    ]);
  });

  it("is not signed when it is empty or holds a link", async () => {
    expect(codes(await problemsOf(() => signed(privateKey, { files: { ".git/x": "1" } })))).toEqual([
      "OMS_MODEL_EMPTY",
    ]);
    const linked = { ...MODEL, link: { symlink: "config.json" } };
    expect(codes(await problemsOf(() => signed(privateKey, { files: linked })))).toEqual(["OMS_SYMLINK"]);
  });
});

describe("a key that is none", () => {
  const pem = (text: string) => problemsOf(() => parseOmsPublicKey(Buffer.from(text), "key.pem"));
  it("is refused: words, a private key, an Ed25519 key, two keys", async () => {
    const spki = publicKey.export({ type: "spki", format: "pem" }).toString();
    const secret = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    for (const text of ["key", secret, `${spki}${spki}`, spki.replace("M", "!")])
      expect(codes(await pem(text))).toEqual(["OMS_KEY_UNSUPPORTED"]);
    expect(parseOmsPublicKey(Buffer.from(`Public key in words\n${spki}`), "key.pem").type).toBe("public");
  });
});

function pem64(key = publicKey): string {
  return Buffer.from(key.export({ type: "spki", format: "pem" })).toString("base64");
}

function sha256Hex(digests: readonly string[]): string {
  return createHash("sha256")
    .update(Buffer.from(digests.join(""), "hex"))
    .digest("hex");
}

function reroot(statement: LooseJson): LooseJson {
  const digests = statement.predicate.resources.map(({ digest }: { digest: string }) => digest);
  statement.subject[0].digest.sha256 = sha256Hex(digests);
  return statement;
}

function reorder(statement: LooseJson): LooseJson {
  statement.predicate.resources.reverse();
  return reroot(statement);
}

function inParts(statement: LooseJson, size: number): LooseJson {
  statement.predicate.serialization.method = "shards";
  statement.predicate.serialization.shard_size = size;
  statement.predicate.resources = Object.entries(MODEL).flatMap(([name, text]) =>
    Array.from({ length: Math.ceil(text.length / size) }, (_, n) => {
      const [start, end] = [n * size, Math.min(text.length, (n + 1) * size)];
      return { name: `${name}:${start}:${end}`, digest: sha256(text.slice(start, end)), algorithm: "sha256" };
    }),
  );
  return reroot(statement);
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(MODEL).filter(([each]) => each !== name));
}
