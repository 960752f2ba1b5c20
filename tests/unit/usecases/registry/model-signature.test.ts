import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/domain/digest.ts";
import type { OpenKeyless } from "../../../../src/ports/signing.ts";
import { IN_TOTO_PAYLOAD_TYPE } from "../../../../src/trust/dsse.ts";
import type { TrustRegistry } from "../../../../src/trust/registry.ts";
import { signModel } from "../../../../src/usecases/oms/sign-model.ts";
import { modelSignature } from "../../../../src/usecases/registry/model-signature.ts";
import { memoryFiles } from "../../../support/memory-files.ts";
import { testKey, trustOf } from "../../../support/trust.ts";

const FOLDER = "models/m/1.0.0";
const ec = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const [ada, eve] = [testKey(ec), testKey(ec)];

type Ending = { retired?: string; revoked?: string };

function team(ending: Ending = {}, roles = ["model-signer"]): TrustRegistry {
  return trustOf({ principals: [{ id: "ada", roles, keys: [{ id: "ada-1", key: ada, ...ending }] }] });
}

function version(more: Record<string, string | Uint8Array> = {}) {
  const files = { "model.onnx": "weights", "manifest.json": "{}", ...more };
  return memoryFiles(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${FOLDER}/${name}`, text])),
  );
}

/** A version with its bundle, signed by a key; `after` changes files after that. */
async function signed(key = ada, after: Record<string, string> = {}) {
  const { bundle } = await signModel({
    place: { files: version(), name: FOLDER, single: false, path: FOLDER },
    ignored: ["manifest.json", "model.sig"],
    signer: { key: key.private, chain: [], file: "key.pem" },
    payloadType: IN_TOTO_PAYLOAD_TYPE,
  });
  return { files: version({ "model.sig": bundle, ...after }), bundle };
}

async function outcome(
  files: ReturnType<typeof version>,
  trust: TrustRegistry | null,
  more: { use?: "now" | "earlier"; openKeyless?: OpenKeyless; root?: Uint8Array } = {},
) {
  const ports = { files, ...(more.openKeyless ? { openKeyless: more.openKeyless } : {}) };
  const question = { folder: FOLDER, trust, use: more.use ?? "now", root: more.root ?? null } as const;
  const { signature, problems } = await modelSignature(ports, question);
  return problems.length > 0 ? problems.map(({ code, where }) => `${code} ${where?.file}`) : signature;
}

describe("the signature of a version's files", () => {
  it("is none when there is no bundle", async () => {
    expect(await outcome(version(), team())).toBeNull();
  });

  it("is by a principal of trust.yaml, and covers all but the manifest", async () => {
    const { files, bundle } = await signed();
    expect(await outcome(files, team())).toEqual({
      bundle: digestOf(bundle),
      method: "key",
      principal: "ada",
    });
    expect(await outcome((await signed(ada, { "manifest.json": "{ }" })).files, team())).toMatchObject({
      principal: "ada",
    });
  });

  const SIG = `${FOLDER}/model.sig`;
  it.each<[string, () => Promise<unknown>, string]>([
    [
      "a key that nobody holds",
      async () => outcome((await signed(eve)).files, team()),
      `TRUST_KEY_UNKNOWN ${SIG}`,
    ],
    [
      "a repository that trusts nobody",
      async () => outcome((await signed()).files, null),
      `TRUST_KEY_UNKNOWN ${SIG}`,
    ],
    [
      "a revoked key",
      async () => outcome((await signed()).files, team({ revoked: "stolen" }), { use: "earlier" }),
      `TRUST_KEY_REVOKED ${SIG}`,
    ],
    [
      "a retired key, on a new version",
      async () => outcome((await signed()).files, team({ retired: "old" })),
      `TRUST_KEY_RETIRED ${SIG}`,
    ],
    [
      "a key of another role",
      async () => outcome((await signed()).files, team({}, ["release-manager"])),
      `TRUST_ROLE_MISSING ${SIG}`,
    ],
    [
      "a changed file",
      async () => outcome((await signed(ada, { "model.onnx": "other" })).files, team()),
      "OMS_FILE_CHANGED model.onnx",
    ],
    [
      "an added file",
      async () => outcome((await signed(ada, { evil: "x" })).files, team()),
      "OMS_FILE_UNSIGNED evil",
    ],
    [
      "a keyless bundle where none can be verified",
      async () => outcome(keyless(), team()),
      `OMS_METHOD_MISMATCH ${SIG}`,
    ],
  ])("is refused for %s", async (_what, run, expected) => {
    expect(await run()).toEqual([expected]);
  });

  it("of a retired key stands on what was registered while it was active", async () => {
    expect(await outcome((await signed()).files, team({ retired: "old" }), { use: "earlier" })).toMatchObject(
      { principal: "ada" },
    );
  });

  it("is asked of Sigstore under the base's own root, and files are compared all the same", async () => {
    const asked: unknown[] = [];
    const openKeyless: OpenKeyless = async (root) => {
      asked.push(root);
      return { verify: async () => ({ identity: "me", issuer: "them" }) };
    };
    const found = await outcome(keyless(), team(), { openKeyless, root: Buffer.from("root") });
    expect(asked).toEqual([{ bytes: Buffer.from("root"), file: "policies/trusted-root.json" }]);
    expect(found).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/^DOCUMENT_KEY_MISSING /)));
  });
});

/** A bundle that says it is keyless; its statement says nothing. */
function keyless() {
  const bundle = {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    verificationMaterial: { certificate: { rawBytes: "AAAA" }, tlogEntries: [{}] },
    dsseEnvelope: {
      payload: Buffer.from("{}").toString("base64"),
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      signatures: [{ sig: "AAAA" }],
    },
  };
  return version({ "model.sig": JSON.stringify(bundle) });
}
