import { appendFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rootOf } from "../../../src/trust/oms/resource.ts";
import type { LooseJson } from "../../support/oms.ts";
import {
  ecKey,
  type SignedVersionScene,
  signedVersionScene,
  VERSION_FOLDER,
} from "../../support/signed-version.ts";

/**
 * Attack 14: a version whose manifest fits its files, beside an OpenSSF Model Signing bundle that does not, registered by
 * a change on a real repository. The signer may be honest and the files changed, or the signer dishonest.
 */
describe("a version whose bundle is not of its files", () => {
  let scene: SignedVersionScene;
  beforeAll(async () => void (scene = await signedVersionScene()));
  afterAll(() => scene[Symbol.dispose]());

  const at = (name: string): string => join(scene.check.repo.root, VERSION_FOLDER, name);
  const registering = (bundle: Uint8Array, change = () => undefined as void): Promise<readonly string[]> =>
    scene.registering({ bundle, change });

  it("passes when nothing is wrong, so that the next tests mean something", async () => {
    expect(await registering(await scene.bundle())).toEqual([]);
  });

  it.each<[string, () => void, string[]]>([
    ["changed", () => appendFileSync(at("CHANGES.md"), "x\n"), ["OMS_FILE_CHANGED"]],
    ["added", () => writeFileSync(at("notes.md"), "x\n"), ["OMS_FILE_UNSIGNED"]],
    ["taken away", () => rmSync(at("bench.json")), ["OMS_FILE_MISSING"]],
    [
      "exchanged",
      () => cpSync(at("test_data_set_1/input_0.pb"), at("test_data_set_0/input_0.pb")),
      ["OMS_FILE_CHANGED"],
    ],
  ])("is refused with a file that was %s after it was signed", async (_, change, codes) => {
    const found = await registering(await scene.bundle(), change);
    expect(found.filter((code) => code.startsWith("OMS_"))).toEqual(codes);
  });

  const resealed = (statement: LooseJson): void => {
    statement.subject[0].digest.sha256 = rootOf(statement.predicate.resources);
  };
  const resources =
    (change: (resources: LooseJson[]) => void) =>
    (statement: LooseJson): void => {
      change(statement.predicate.resources);
      resealed(statement);
    };
  const serialization =
    (change: LooseJson) =>
    (statement: LooseJson): void =>
      void Object.assign(statement.predicate.serialization, change);

  it.each<[string, (statement: LooseJson) => unknown, string[]]>([
    [
      "hides a file by ignoring it",
      (statement) => {
        statement.predicate.serialization.ignore_paths.push("model.onnx");
        resources(
          (all) =>
            void all.splice(
              all.findIndex(({ name }) => name === "model.onnx"),
              1,
            ),
        )(statement);
      },
      ["OMS_FILE_UNSIGNED"],
    ],
    ["allows symbolic links", serialization({ allow_symlinks: true }), ["OMS_SYMLINKS_ALLOWED"]],
    ["names a file twice", resources((all) => void all.push({ ...all[0] })), ["OMS_RESOURCE_DUPLICATE"]],
    [
      "names a file outside",
      resources((all) => void all.push({ ...all[0], name: "../model.onnx" })),
      ["OMS_NAME_UNSAFE"],
    ],
    [
      "names a file by its root",
      resources((all) => void all.push({ ...all[0], name: "/etc/passwd" })),
      ["OMS_NAME_UNSAFE"],
    ],
    [
      "names a twin in other letters",
      resources((all) => void all.push({ ...all[0], name: "Model.onnx" })),
      ["OMS_FILE_MISSING"],
    ],
    [
      "hashes by what nobody here computes",
      resources((all) => void (all[0].algorithm = "blake2b")),
      ["OMS_HASH_UNSUPPORTED"],
    ],
    ["says another hash than it uses", serialization({ hash_type: "blake3" }), ["OMS_HASH_UNSUPPORTED"]],
    ["names parts without a size", serialization({ method: "shards" }), ["OMS_SHARD_INVALID"]],
    [
      "calls the list by another digest",
      (s) => void (s.subject[0].digest.sha256 = "0".repeat(64)),
      ["OMS_ROOT_MISMATCH"],
    ],
    ["lists nothing", resources((all) => void all.splice(0)), ["DOCUMENT_VALUE_INVALID"]],
    ["has no predicate", (s) => void delete s.predicate, ["DOCUMENT_KEY_MISSING"]],
    ["has no subject", (s) => void delete s.subject, ["DOCUMENT_KEY_MISSING"]],
    [
      "is of another kind",
      (s) => void (s.predicateType = "https://slsa.dev/provenance/v1"),
      ["OMS_PREDICATE_TYPE"],
    ],
    [
      "is no statement",
      (s) => void Object.assign(s, { _type: "https://in-toto.io/Statement/v0.1" }),
      ["OMS_STATEMENT_TYPE"],
    ],
    [
      "is of the deprecated format",
      (s) => void (s.predicateType = "https://model_signing/Digests/v0.1"),
      ["OMS_PREDICATE_TYPE"],
    ],
  ])("is refused when who signs it %s", async (_, statement, codes) => {
    expect(await registering(await scene.bundle({ statement }))).toEqual(codes);
  });

  it.each<[string, (bundle: LooseJson) => unknown, string[]]>([
    ["without a signature", (b) => void (b.dsseEnvelope.signatures = []), ["DOCUMENT_VALUE_INVALID"]],
    [
      "with an empty signature",
      (b) => void (b.dsseEnvelope.signatures[0].sig = ""),
      ["DOCUMENT_VALUE_INVALID"],
    ],
    ["of another media type", (b) => void (b.mediaType = "application/json"), ["OMS_MEDIA_TYPE"]],
    [
      "of another payload type",
      (b) => void (b.dsseEnvelope.payloadType = "text/plain"),
      ["OMS_PAYLOAD_TYPE"],
    ],
    ["without an envelope", (b) => void delete b.dsseEnvelope, ["DOCUMENT_KEY_MISSING"]],
  ])("is refused by a bundle %s", async (_, bundle, codes) => {
    expect(await registering(await scene.bundle({ bundle }))).toEqual(codes);
  });

  it("is refused by a bundle that is cut, or of another model's key", async () => {
    const whole = await scene.bundle();
    expect(await registering(whole.subarray(0, whole.length - 9))).toEqual(["DOCUMENT_TRUNCATED"]);
    expect(await registering(await scene.bundle({ key: ecKey() }))).toEqual(["TRUST_KEY_UNKNOWN"]);
  });
});
