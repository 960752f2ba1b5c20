import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../../src/adapters/signing/key-object.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { signerOf } from "../../../../src/trust/manifest-signature.ts";
import { checkVersion } from "../../../../src/usecases/registry/check-version.ts";
import { register } from "../../../../src/usecases/registry/register.ts";
import { validate } from "../../../../src/usecases/registry/validate.ts";
import { groundOf } from "../../../../src/usecases/trust/ground.ts";
import { requireKey } from "../../../../src/usecases/trust/named-key.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import { copyOf, FOLDER, type RegistryRepo, unregisteredRepo } from "../../../support/registry.ts";
import { type KeyEntry, testKey, trustText } from "../../../support/trust.ts";

const REF = { id: "flight-delay", version: "1.0.0" };
const TRUST = "policies/trust.yaml";
const ada = testKey();
const signer = keyObjectSigner(ada.private);
const trusting = (more: Partial<KeyEntry>, required = true) =>
  trustText({
    principals: [{ id: "ada", roles: ["model-signer"], keys: [{ id: "ada", key: ada, ...more }] }],
    more: required ? ["manifest_signature: required"] : [],
  });

let template: RegistryRepo;
let registry: RegistryRepo;
beforeAll(async () => {
  template = await unregisteredRepo();
});
afterAll(() => template[Symbol.dispose]());
beforeEach(async () => {
  registry = await copyOf(template);
});
afterEach(() => registry[Symbol.dispose]());

/** The folder stays uncommitted: main has trust.yaml alone. */
const trust = (text: string): void => {
  registry.repo.write(TRUST, text);
  registry.repo.git("add", TRUST);
  registry.repo.git("commit", "-q", "-m", "trust");
};
const base = () => registry.repo.git("rev-parse", "HEAD");
const problems = async () =>
  (await checkVersion(registry.ports, REF, await groundOf(registry.ports.git, base()))).problems;

describe("register with a key", () => {
  it("writes a manifest that is signed by it, and signs it once", async () => {
    trust(trusting({}));
    const first = await register(registry.ports, FOLDER, { signer });
    expect(signerOf(first.manifest, first.manifest.signature ?? "").fingerprint).toBe(ada.fingerprint);
    expect(await problems()).toEqual([]);
    expect((await register(registry.ports, FOLDER, { signer })).written).toEqual([]);
    expect((await register(registry.ports, FOLDER)).manifest).toEqual(first.manifest);
  });

  it("writes nothing with a key that the base does not trust with it", async () => {
    trust(trusting({ retired: "rotated" }));
    const found = await problemsOf(() => register(registry.ports, FOLDER, { signer }));
    expect(codes(found)).toEqual(["TRUST_KEY_RETIRED"]);
    expect(await registry.ports.files.readIfExists(`${FOLDER}/manifest.json`)).toBeUndefined();
  });

  it("makes a manifest anew that was edited since it was signed", async () => {
    trust(trusting({}, false));
    const { manifest } = await register(registry.ports, FOLDER, { signer });
    const edited = { ...manifest, created_at: "2020-01-01T00:00:00Z" };
    registry.repo.write(`${FOLDER}/manifest.json`, formatJson(edited));
    const again = await register(registry.ports, FOLDER);
    expect(again.manifest).toMatchObject({ signature: null, signing_key_id: null });
    expect(again.manifest.created_at).not.toBe(edited.created_at);
    expect(again.written).toEqual([`${FOLDER}/manifest.json`]);
    expect(await problems()).toEqual([]);
  });

  it("asks for a signature where the base requires one", async () => {
    trust(trusting({}));
    expect(codes(await problemsOf(() => register(registry.ports, FOLDER)))).toEqual(["MANIFEST_UNSIGNED"]);
  });
});

describe("validate", () => {
  it("judges by the trust of the base, not by that of the work tree", async () => {
    trust(trusting({}));
    await register(registry.ports, FOLDER, { signer });
    registry.repo.write(TRUST, trustText({}));
    expect((await validate(registry.ports, { base: base(), all: true })).problems).toEqual([]);
    trust(trustText({ version: 2 }));
    const { problems } = await validate(registry.ports, { base: base(), all: true });
    expect(codes(problems)).toEqual(["TRUST_KEY_UNKNOWN"]);
  });

  it("keeps what a retired key signed once it is on the base, and nothing that a revoked one signed", async () => {
    trust(trusting({}));
    await register(registry.ports, FOLDER, { signer });
    registry.repo.commit({ [TRUST]: trusting({ retired: "rotated" }) });
    expect(await problems()).toEqual([]);
    registry.repo.commit({ [TRUST]: trusting({ revoked: "stolen" }) });
    expect(codes(await problems())).toEqual(["TRUST_KEY_REVOKED"]);
  });

  it("says what is wrong with the trust of the base, once, and looks on", async () => {
    trust(`${trusting({})}kind: Trust\n`);
    const { problems } = await validate(registry.ports, { base: base(), all: true });
    expect(codes(problems)).toEqual(["DOCUMENT_DUPLICATE_KEY", "MANIFEST_MISSING"]);
  });
});

describe("a key that is named", () => {
  it("is the one to sign with, by id or fingerprint", async () => {
    trust(trusting({}));
    const named = (name: string) => problemsOf(() => requireKey(registry.ports.git, ada.public, name));
    expect(await named("ada")).toEqual([]);
    expect(await named(ada.fingerprint)).toEqual([]);
    expect(codes(await named(testKey().fingerprint))).toEqual(["TRUST_KEY_OTHER"]);
    expect(codes(await named("bob"))).toEqual(["TRUST_ENTRY_UNKNOWN"]);
  });
});
