import { describe, expect, it } from "vitest";
import { checkSchema, schemaProblems } from "../../../../src/domain/document/check-schema.ts";
import { parseJson } from "../../../../src/domain/document/json.ts";
import type { Manifest } from "../../../../src/domain/manifest.ts";
import { codes, placed, problemsOf, utf8 } from "../../../support/problems.ts";
import { MANIFEST } from "../../../support/sample-manifest.ts";
import { apply } from "../../../../src/ledger/apply.ts";
import { GENESIS } from "../../../../src/ledger/ledger-text.ts";
import { ENVIRONMENTS, toShadow } from "../../../support/transitions.ts";
import { DEPLOYED_V1 } from "../../../../src/generated/deployed-v1.js";
import { EVIDENCE_V1 } from "../../../../src/generated/evidence-v1.js";
import { MANIFEST_V1 } from "../../../../src/generated/manifest-v1.js";
import { SIDECAR_V1 } from "../../../../src/generated/sidecar-v1.js";

const launched = apply(GENESIS, toShadow("1.0.0"), ENVIRONMENTS);
const read = (text: string) => parseJson(utf8(text), "manifest.json");
const withField = (field: string, value: unknown) => read(JSON.stringify({ ...MANIFEST, [field]: value }));

describe("a manifest", () => {
  it("that fits is returned as it is", () => {
    expect(checkSchema<Manifest>(read(JSON.stringify(MANIFEST)), MANIFEST_V1)).toEqual(MANIFEST);
  });

  it("with wrong, missing, extra and nested mistakes lists all of them with their places", () => {
    const { licence: _licence, cv_scheme: _scheme, ...rest } = MANIFEST;
    const text = JSON.stringify(
      {
        ...rest,
        version: 3,
        model_id: "Über",
        modle_id: "x",
        files: [{ path: "../x", sha256: "x", size: -1, zz: 1 }],
      },
      null,
      1,
    );
    const lines = text.split("\n");
    const at = (needle: string) => lines.findIndex((line) => line.includes(needle)) + 1;
    const problems = schemaProblems(read(text), MANIFEST_V1);
    expect(placed(problems)).toEqual([
      "1:1 DOCUMENT_KEY_MISSING",
      "1:1 DOCUMENT_KEY_MISSING",
      `${at("modle_id")}:2 DOCUMENT_KEY_UNKNOWN`,
      `${at('"Über"')}:14 DOCUMENT_VALUE_INVALID`,
      `${at('"version"')}:13 DOCUMENT_TYPE_WRONG`,
      `${at('"zz"')}:4 DOCUMENT_KEY_UNKNOWN`,
      `${at('"../x"')}:12 DOCUMENT_VALUE_INVALID`,
      `${at('"sha256": "x"')}:14 DOCUMENT_VALUE_INVALID`,
      `${at('"size": -1')}:12 DOCUMENT_VALUE_INVALID`,
    ]);
  });

  it("names the key that was meant", () => {
    const [found] = schemaProblems(withField("modle_id", "x"), MANIFEST_V1);
    expect(found).toMatchObject({
      code: "DOCUMENT_KEY_UNKNOWN",
      message: 'There is no key "modle_id" here.',
      fix: expect.stringMatching(/^Did you mean model_id\? Known keys: /),
    });
  });

  it("of another version is refused as such", () => {
    const [found] = schemaProblems(withField("schema_version", "modelgate/manifest/v2"), MANIFEST_V1);
    expect(found).toMatchObject({ code: "DOCUMENT_VERSION_UNKNOWN", where: { pointer: "/schema_version" } });
    expect(found?.fix).toContain("modelgate/manifest/v1");
  });

  it("does not take an inherited name for a required key", async () => {
    const problems = await problemsOf(() => checkSchema(read("{}"), MANIFEST_V1));
    expect(codes(problems)).toEqual(Object.keys(MANIFEST).map(() => "DOCUMENT_KEY_MISSING"));
  });

  it.each([
    ["model_id", "Flight"],
    ["model_id", "a".repeat(65)],
    ["version", "1.0"],
    ["version", "1.0.0+build"],
    ["version", "v1.0.0"],
    ["artifact_hash", "SHA256:00"],
    ["artifact_hash", `sha256:${"A".repeat(64)}`],
    ["artifact_uri", "/etc/passwd"],
    ["artifact_uri", "a/../../b"],
    ["artifact_uri", ".hidden"],
    ["artifact_uri", "a\\b"],
    ["feature_schema_crc32", "ABCDEF00"],
    ["created_at", "2026-11-21"],
    ["created_at", "2026-13-01T00:00:00Z"],
    ["licence", ""],
    ["licence", "MIT\u001b[2J"],
    ["licence", "x".repeat(129)],
    ["features", Array(4097).fill("f")],
    ["files", []],
  ])("%s may not be %j", (field, value) => {
    const problems = schemaProblems(withField(field, value), MANIFEST_V1);
    expect(new Set(codes(problems))).toEqual(new Set(["DOCUMENT_VALUE_INVALID"]));
    expect(problems[0]?.where?.pointer).toBe(`/${field}`);
  });

  it("says a pattern in words", () => {
    const [found] = schemaProblems(withField("artifact_hash", "x"), MANIFEST_V1);
    expect(found?.message).toBe(
      'The value of "/artifact_hash" must be a digest: sha256: and 64 lower-case hex digits.',
    );
  });
});

describe("other documents", () => {
  it("an unknown kind of evidence gets the nearest one", () => {
    const problems = schemaProblems(read('{"kind": "parrity"}'), EVIDENCE_V1);
    expect(problems.find((one) => one.code === "DOCUMENT_VALUE_UNKNOWN")).toMatchObject({
      where: { line: 1, column: 10 },
      fix: "Did you mean parity? Known values: integrity, parity, benchmark.",
    });
  });

  it("a bad key of a free map is placed at the key, once", () => {
    const text = `{"schema_version":"modelgate/deployed/v1",\n"models":{"A B":${JSON.stringify(launched.models["m"])}}}`;
    expect(placed(schemaProblems(read(text), DEPLOYED_V1))).toEqual(["2:11 DOCUMENT_VALUE_INVALID"]);
  });

  it("lists at most a hundred problems", () => {
    const text = JSON.stringify({ ...MANIFEST, files: Array.from({ length: 500 }, () => ({})) });
    expect(schemaProblems(read(text), MANIFEST_V1)).toHaveLength(100);
  });
});

describe("a value of several types", () => {
  const messages = (shape: unknown) => {
    const spec = { name: "x", dtype: "float32", shape };
    const sidecar = {
      schema_version: "modelgate/sidecar/v1",
      feature_schema_id: "x",
      feature_schema_version: "1.0.0",
      columns: [],
      inputs: [spec],
      outputs: [{ ...spec, shape: [] }],
      crc32: "00000000",
    };
    return schemaProblems(read(JSON.stringify(sidecar)), SIDECAR_V1).map(({ message }) => message);
  };

  it("of none of them is one problem", () => {
    expect(messages([true])).toEqual(['The value of "/inputs/0/shape/0" must be integer or string.']);
    expect(messages(4)).toEqual(['The value of "/inputs/0/shape" must be array or null.']);
  });

  it("of one of them is told what that one lacks, in words that go on with the sentence", () => {
    expect(messages(["batch-size"])).toEqual([
      'The value of "/inputs/0/shape/0" must be a name of letters, digits and underscores, such as N for the batch axis.',
    ]);
    expect(messages([-1])).toEqual(['The value of "/inputs/0/shape/0" must be >= 0.']);
  });
});
