import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { type Manifest, manifestHash } from "../../../src/domain/manifest.ts";
import { signManifest } from "../../../src/usecases/registry/sign-manifest.ts";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";
import { type KeyEntry, testKey, trustText } from "../../support/trust.ts";

const TRUST = "policies/trust.yaml";
const FOLDER = "models/flight-delay/1.1.0";
const REGISTERED = JSON.parse(readFileSync(`${FOLDER}/manifest.json`, "utf8")) as Manifest;
const DRAFT = { ...REGISTERED, signature: null, signing_key_id: null };
const UNSIGNED: Manifest = { ...DRAFT, manifest_hash: manifestHash(DRAFT) };
const [ada, eve] = [testKey(), testKey()];
const ADA: KeyEntry = { id: "ada-1", key: ada };
const EVE: KeyEntry = { id: "eve-1", key: eve };
const trust = (version: number, more: { eve?: boolean; required?: boolean } = {}): string =>
  trustText({
    version,
    principals: [
      { id: "ada", roles: ["model-signer", "policy-owner"], keys: [ADA] },
      ...(more.eve ? [{ id: "eve", roles: ["model-signer"], keys: [EVE] }] : []),
    ],
    more: more.required === false ? [] : ["manifest_signature: required"],
  });

/** Attack 24: a change that would decide for itself who is trusted with it. */
describe("a change cannot bring the trust that it needs", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    scene.repo.commit({ [TRUST]: trust(2) }, "manifests are signed from now on");
  });
  afterAll(() => scene[Symbol.dispose]());

  let count = 0;
  /** A branch with flight-delay 1.1.0, signed as given, and whatever else a change brings. */
  const registering = async (key: typeof ada | null, files: Readonly<Record<string, string>> = {}) => {
    const signed = key ? await signManifest(UNSIGNED, keyObjectSigner(key.private)) : UNSIGNED;
    return scene.branch(`trusted-${(count += 1)}`, () => {
      scene.team.add("flight-delay", "1.1.0");
      scene.repo.write(`${FOLDER}/manifest.json`, formatJson(signed));
      for (const [path, content] of Object.entries(files)) scene.repo.write(path, content);
    });
  };
  const codesOfHead = async (head: string) => [...new Set(codesOf(await scene.check("main", head)))];

  it("passes with a signature of a model-signer of the base", async () => {
    expect(await codesOfHead(await registering(ada))).toEqual([]);
  });

  it("by a key of its own", async () => {
    expect(await codesOfHead(await registering(eve))).toEqual(["TRUST_KEY_UNKNOWN"]);
  });

  it("by a key of its own that it adds in the same change", async () => {
    const head = await registering(eve, { [TRUST]: trust(3, { eve: true }) });
    expect(await codesOfHead(head)).toEqual(["CHECK_MIXTURE"]);
  });

  it("by a key that another branch adds, which is not merged yet", async () => {
    const adding = scene.branch("adds-eve", () => scene.repo.write(TRUST, trust(3, { eve: true })));
    expect(await codesOfHead(adding)).toEqual([]);
    const head = await registering(eve);
    scene.repo.git("checkout", "-q", "-b", "both", head);
    scene.repo.git("merge", "-q", "--no-ff", "-m", "both at once", adding);
    scene.repo.git("checkout", "-q", "main");
    expect(await codesOfHead("both")).toEqual(["CHECK_MIXTURE"]);
  });

  it("by a lower threshold: it is told in words, is a change of its own, and counts for the next", async () => {
    const unsigned = await registering(null, { [TRUST]: trust(3, { required: false }) });
    expect(await codesOfHead(unsigned)).toEqual(["CHECK_MIXTURE"]);
    const lowering = scene.branch("lowering", () => scene.repo.write(TRUST, trust(3, { required: false })));
    const report = await scene.check("main", lowering);
    expect(report).toMatchObject({ kind: "trust", outcome: "PASS" });
    expect(report.notes).toContain("No longer requires a signature on new manifests.");
  });

  it("by no signature, while the base requires one", async () => {
    const head = await registering(null);
    expect(await codesOfHead(head)).toEqual(["MANIFEST_UNSIGNED"]);
  });

  it("counts from the commit after the one that brings it", async () => {
    using later = await checkScene();
    later.repo.commit({ [TRUST]: trust(2) }, "trust");
    later.repo.commit({ [TRUST]: trust(3, { eve: true }) }, "eve joins");
    const signed = await signManifest(UNSIGNED, keyObjectSigner(eve.private));
    const head = later.branch("by-eve", () => {
      later.team.add("flight-delay", "1.1.0");
      later.repo.write(`${FOLDER}/manifest.json`, formatJson(signed));
    });
    expect(codesOf(await later.check("main", head))).toEqual([]);
  });
});
