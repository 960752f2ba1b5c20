import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileNameProblems } from "../../../../src/domain/registry/file-names.ts";
import { duplicateVersionProblems, registryPlace } from "../../../../src/domain/registry/version-paths.ts";
import { codes } from "../../../support/problems.ts";

describe("where a path of the registry belongs", () => {
  it.each([
    ["models/a/1.0.0", { kind: "version", ref: { id: "a", version: "1.0.0" } }],
    [
      "models/a/1.0.0-rc.1/test_data_set_0/input_0.pb",
      { kind: "version", ref: { id: "a", version: "1.0.0-rc.1" } },
    ],
    ["models/a/training/train.py", { kind: "other" }],
    ["models/a/README.md", { kind: "other" }],
    ["models/README.md", { kind: "other" }],
    ["evidence/a/1.0.0/x", { kind: "other" }],
    ["models/a/1.0/x", { kind: "misnamed", folder: "models/a/1.0" }],
    ["models/a/V1.0.0/x", { kind: "misnamed", folder: "models/a/V1.0.0" }],
    ["models/a/1.0.0+b/x", { kind: "misnamed", folder: "models/a/1.0.0+b" }],
    ["models/A/1.0.0/x", { kind: "misnamed", folder: "models/A/1.0.0" }],
    ["models/a/latest/manifest.json", { kind: "misnamed", folder: "models/a/latest" }],
    ["models/a/__proto__/manifest.json", { kind: "misnamed", folder: "models/a/__proto__" }],
  ])("%s", (path, place) => {
    expect(registryPlace(path)).toEqual(place);
  });
});

describe("versions that are one number", () => {
  it.each([
    [["1.0.0", "1.0.0+a", "1.0.0+b"], 2],
    [["1.0.0", "v1.0.0"], 1],
    [["1.0.0", "1.0"], 1],
    [["1.0.0", "01.0.0"], 1],
    [["1.0.0-rc.1", "1.0.0-RC.1"], 1],
    [["1.0.0", "1.0.0-rc.1", "1.0.1", "training"], 0],
  ])("%j: %d too many", (names, count) => {
    expect(codes(duplicateVersionProblems("a", names))).toEqual(
      Array(count).fill("MANIFEST_VERSION_DUPLICATE"),
    );
  });
});

describe("file names", () => {
  it("plain ASCII paths pass, whatever they are", () => {
    const name = fc.stringMatching(/^[a-z0-9_][a-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"))),
        (paths) => {
          expect(fileNameProblems(paths)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    "",
    "a//b",
    "/a",
    "a/",
    "../a",
    "a/../b",
    ".git/x",
    "-x",
    "a b",
    "a\\b",
    "é",
    "a\u202eb",
    "a\u0000",
    "a".repeat(256),
  ])("%j does not", (path) => {
    expect(codes(fileNameProblems([path]))).toEqual(["MANIFEST_FILE_NAME_UNSAFE"]);
  });
});
