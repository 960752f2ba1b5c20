import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import { LIMITS } from "../../../src/domain/limits.ts";
import { fileProblems } from "../../../src/domain/registry/check-files.ts";
import type { Training } from "../../../src/domain/registry/training.ts";
import type { Files } from "../../../src/ports/files.ts";
import { sourceProblems } from "../../../src/usecases/registry/check-sources.ts";
import { readVersionFolder } from "../../../src/usecases/registry/read-version-folder.ts";
import { validate } from "../../../src/usecases/registry/validate.ts";
import { memoryFiles } from "../../support/memory-files.ts";
import { codes, problemsOf } from "../../support/problems.ts";
import { MANIFEST } from "../../support/sample-manifest.ts";
import { FOLDER, registryRepo } from "../../support/registry.ts";

/** The same files, and how often each path was read or hashed. */
function counted(files: Files): { files: Files; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const count = (path: string): void => void reads.set(path, (reads.get(path) ?? 0) + 1);
  return {
    reads,
    files: {
      ...files,
      read: (path, limit) => (count(path), files.read(path, limit)),
      digest: (path) => (count(path), files.digest(path)),
    },
  };
}

function trainingWith(code: readonly string[]) {
  const sha256 = digestOf("x");
  const listed = code.map((path) => ({ path, sha256, size: 1 }));
  const value = { code: listed, dataset: { snapshot_id: "s", files: [] } } as unknown as Training;
  return { document: parseJson(Buffer.from(formatJson(value)), "training.json"), value };
}

describe("one file that is named many times", () => {
  it("is read once, and the list is refused", async () => {
    const asked: string[] = [];
    const now = async (path: string) => (asked.push(path), digestOf("x"));
    const atOrigin = async () => undefined;
    const training = trainingWith(Array.from({ length: 64 }, () => "data/large.bin"));
    const found = await sourceProblems({ now, atOrigin }, training);
    expect(asked).toEqual(["data/large.bin"]);
    expect(codes(found)).toEqual(Array.from({ length: 63 }, () => "MANIFEST_SOURCE_LISTED_TWICE"));
  });

  it.each([
    ["by one spelling", "a.bin", "a.bin is listed twice."],
    ["by two that fold to one", "A.bin", "a.bin and A.bin are one name on some file systems."],
  ])("among the files of a version, %s, is refused by its own code", (_, twin, message) => {
    const files = [twin, "a.bin"].map((path) => ({ path, sha256: digestOf("x"), size: 1 }));
    const manifest = { ...MANIFEST, files };
    const document = parseJson(Buffer.from(formatJson(manifest)), "manifest.json");
    const present = [...new Set([twin, "a.bin"])].map((path) => ({
      path,
      digest: digestOf("x"),
      size: 1,
      head: new Uint8Array(),
    }));
    const found = fileProblems({
      manifest,
      document,
      folder: "models/m/1.0.0",
      files: present,
      unreadable: [],
    });
    expect(found.map((one) => [one.code, one.message])).toEqual([["MANIFEST_FILE_LISTED_TWICE", message]]);
  });
});

describe("validate", () => {
  it("reads every file of a version once", async () => {
    using registry = await registryRepo();
    const { files, reads } = counted(registry.ports.files);
    const { problems } = await validate({ ...registry.ports, files }, { all: true });
    expect(problems).toEqual([]);
    const often = [...reads].filter(
      ([path, count]) => path.startsWith(FOLDER) && !path.includes("test_data_set_") && count > 1,
    );
    expect(often).toEqual([]);
    expect(reads.get(`${FOLDER}/model.onnx`)).toBe(1);
  });
});

describe("thousands of small files", () => {
  it("are counted before one of them is read", async () => {
    const folder = "models/m/1.0.0";
    const many = Array.from({ length: LIMITS.versionFiles + 1 }, (_, n) => [
      `${folder}/test_data_set_${n}/input_0.pb`,
      "x",
    ]);
    const { files, reads } = counted(memoryFiles(Object.fromEntries(many)));
    const of = { artifact: "model.onnx", expected: new Map<string, string>() };
    const found = await problemsOf(() => readVersionFolder(files, { id: "m", version: "1.0.0" }, of));
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ["MANIFEST_TOO_MANY_FILES", "The folder has 4098 files; a version has at most 4097."],
    ]);
    expect(reads.size).toBe(0);
  });
});
