import {
  appendFileSync,
  chmodSync,
  cpSync,
  linkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/domain/digest.ts";
import type { Manifest } from "../../../../src/domain/manifest.ts";
import { sidecarCrc32 } from "../../../../src/domain/registry/sidecar.ts";
import { checkVersion } from "../../../../src/usecases/registry/check-version.ts";
import { register } from "../../../../src/usecases/registry/register.ts";
import { codes, placed } from "../../../support/problems.ts";
import {
  copyOf,
  editJson,
  editManifest,
  FOLDER,
  registryRepo,
  type RegistryRepo,
} from "../../../support/registry.ts";
import { NO_TRUST } from "../../../support/trust.ts";
import { unprivileged } from "../../../support/unprivileged.ts";

const REF = { id: "flight-delay", version: "1.0.0" };
const OTHER = digestOf("other");
let template: RegistryRepo;
let registry: RegistryRepo;
beforeAll(async () => {
  template = await registryRepo();
});
afterAll(() => template[Symbol.dispose]());
beforeEach(async () => {
  registry = await copyOf(template);
});
afterEach(() => registry[Symbol.dispose]());

const check = async () => (await checkVersion(registry.ports, REF, NO_TRUST)).problems;
const at = (path: string) => registry.at(`${FOLDER}/${path}`);

describe("a version that is as registered", () => {
  it("has no problem, and every file was verified", async () => {
    const { problems, facts } = await checkVersion(registry.ports, REF, NO_TRUST);
    const manifest = JSON.parse(registry.read(`${FOLDER}/manifest.json`).toString()) as Manifest;
    expect(problems).toEqual([]);
    expect(facts?.files.map(({ path, digest, size }) => ({ path, sha256: digest, size }))).toEqual(
      manifest.files,
    );
  });
});

describe("each field of the manifest, flipped, with the hash made to fit", () => {
  const flips: Readonly<Record<keyof Manifest, readonly [value: unknown, codes: readonly string[]]>> = {
    schema_version: ["modelgate/manifest/v0", ["DOCUMENT_VERSION_UNKNOWN"]],
    model_id: ["flight-delays", ["MANIFEST_REF_MISMATCH"]],
    version: ["1.0.1", ["MANIFEST_REF_MISMATCH"]],
    artifact_uri: [
      "sidecar.json",
      ["MANIFEST_ARTIFACT_NOT_ONNX", "MANIFEST_ARTIFACT_HASH_MISMATCH", "MODEL_MALFORMED"],
    ],
    artifact_hash: [OTHER, ["MANIFEST_ARTIFACT_HASH_MISMATCH"]],
    manifest_hash: [OTHER, ["MANIFEST_HASH_MISMATCH"]],
    trainer_code_hash: [OTHER, ["MANIFEST_TRAINER_CODE_HASH_MISMATCH"]],
    inference_runtime_hash: [OTHER, ["MANIFEST_RUNTIME_HASH_MISMATCH"]],
    inference_runtime: [
      {
        engine: "onnxruntime",
        version: "1.29.0",
        execution_provider: "cpu",
        optimization_level: "basic",
        threads: 1,
      },
      ["MANIFEST_RUNTIME_HASH_MISMATCH", "MANIFEST_RUNTIME_MISMATCH"],
    ],
    feature_schema_id: ["arrivals", ["MANIFEST_FEATURE_SCHEMA_MISMATCH"]],
    feature_schema_version: ["9.0.0", ["MANIFEST_FEATURE_SCHEMA_MISMATCH"]],
    feature_schema_crc32: ["00000000", ["MANIFEST_FEATURE_SCHEMA_MISMATCH"]],
    dataset_snapshot_id: ["nycflights14", ["MANIFEST_DATASET_SNAPSHOT_MISMATCH"]],
    dataset_hash: [OTHER, ["MANIFEST_DATASET_HASH_MISMATCH"]],
    evaluation_report_hash: [OTHER, ["MANIFEST_EVALUATION_HASH_MISMATCH"]],
    signature: ["c2lnbmVk", ["MANIFEST_SIGNATURE_INCOMPLETE"]],
    signing_key_id: ["SHA256:abc", ["MANIFEST_SIGNATURE_INCOMPLETE"]],
    training_window: [
      { from: "2013-04-01T00:00:00Z", to: "2013-01-01T00:00:00Z" },
      ["MANIFEST_TRAINING_WINDOW_MISMATCH", "MANIFEST_TRAINING_WINDOW_INVERTED"],
    ],
    cv_scheme: ["hold-out", ["MANIFEST_CV_SCHEME_MISMATCH"]],
    // Against the sidecar, and against training.json.
    features: [["distance"], ["MANIFEST_FEATURES_MISMATCH", "MANIFEST_FEATURES_MISMATCH"]],
    licence: ["MIT", ["MANIFEST_LICENCE_MISMATCH"]],
    // A statement of the author that nothing in the folder can confirm; the hash alone covers it.
    created_at: ["2020-01-01T00:00:00Z", []],
    files: [[], ["DOCUMENT_VALUE_INVALID"]],
  };
  it.each(Object.entries(flips))("%s", async (field, [value, expected]) => {
    editManifest(registry, (manifest) => (manifest[field] = value));
    const problems = await check();
    expect(codes(problems).sort()).toEqual([...expected].sort());
    expect(
      problems.every(
        (one) => one.where?.file === `${FOLDER}/manifest.json` || one.code === "MODEL_MALFORMED",
      ),
    ).toBe(true);
  });

  it("every field that the hash covers breaks it when it is not made to fit", async () => {
    const uncovered = new Set(["manifest_hash", "signature", "schema_version", "files"]);
    for (const [field, [value]] of Object.entries(flips)) {
      if (uncovered.has(field)) continue;
      const before = registry.read(`${FOLDER}/manifest.json`);
      editManifest(registry, (manifest) => (manifest[field] = value), { keepHash: true });
      const problems = await check();
      expect([field, codes(problems).includes("MANIFEST_HASH_MISMATCH")]).toEqual([field, true]);
      writeFileSync(at("manifest.json"), before);
    }
  });

  it("the list of files: a hash, a size, an entry more, an entry less, the order", async () => {
    const edits: readonly (readonly [
      edit: (files: Record<string, unknown>[]) => void,
      codes: readonly string[],
    ])[] = [
      [(files) => Object.assign(files[0] ?? {}, { sha256: OTHER }), ["MANIFEST_FILE_HASH_MISMATCH"]],
      [(files) => Object.assign(files[0] ?? {}, { size: 1 }), ["MANIFEST_FILE_SIZE_MISMATCH"]],
      [(files) => files.push({ path: "z.txt", sha256: OTHER, size: 1 }), ["MANIFEST_FILE_MISSING"]],
      [(files) => files.shift(), ["MANIFEST_FILE_UNLISTED"]],
      [(files) => files.reverse(), ["MANIFEST_FILES_NOT_SORTED"]],
      [(files) => files.unshift({ ...files[0] }), ["MANIFEST_FILE_LISTED_TWICE"]],
    ];
    const before = registry.read(`${FOLDER}/manifest.json`);
    for (const [edit, expected] of edits) {
      editManifest(registry, (manifest) => edit(manifest["files"] as Record<string, unknown>[]));
      expect(codes(await check())).toEqual(expected);
      writeFileSync(at("manifest.json"), before);
    }
  });
});

describe("the text of the manifest", () => {
  it("in another spelling is refused at the first line that differs", async () => {
    const text = registry
      .read(`${FOLDER}/manifest.json`)
      .toString()
      .replace('  "cv_scheme"', '    "cv_scheme"');
    writeFileSync(at("manifest.json"), text);
    const line = text.split("\n").findIndex((one) => one.includes("cv_scheme")) + 1;
    expect(placed(await check())).toEqual([`${line}:1 DOCUMENT_NOT_CANONICAL`]);
  });

  it("without its last line feed is refused", async () => {
    const text = registry.read(`${FOLDER}/manifest.json`).toString();
    writeFileSync(at("manifest.json"), text.trimEnd());
    expect(codes(await check())).toEqual(["DOCUMENT_NOT_CANONICAL"]);
  });

  it.each([
    ["a duplicate field", (text: string) => text.replace("{", '{"licence":"MIT",'), "DOCUMENT_DUPLICATE_KEY"],
    ["__proto__", (text: string) => text.replace("{", '{"__proto__":{},'), "DOCUMENT_KEY_FORBIDDEN"],
    ["a truncated text", (text: string) => text.slice(0, -20), "DOCUMENT_TRUNCATED"],
    ["an empty text", () => "", "DOCUMENT_EMPTY"],
    ["a huge text", (text: string) => text + " ".repeat(9 * 1024 * 1024), "FILE_TOO_LARGE"],
  ])("with %s is refused", async (_what, edit, code) => {
    writeFileSync(at("manifest.json"), edit(registry.read(`${FOLDER}/manifest.json`).toString()));
    expect(codes(await check())).toEqual([code]);
  });

  it("that is missing is refused", async () => {
    rmSync(at("manifest.json"));
    expect(await check()).toMatchObject([
      { code: "MANIFEST_MISSING", where: { file: `${FOLDER}/manifest.json` } },
    ]);
  });
});

describe("hostile files in the folder", () => {
  const hostile: readonly (readonly [what: string, act: () => void, codes: readonly string[]])[] = [
    ["a symlink", () => symlinkSync("model.onnx", at("alias.onnx")), ["FILE_SYMLINK"]],
    [
      "a hard link from outside",
      () => {
        registry.repo.write("outside.txt", "x");
        linkSync(registry.at("outside.txt"), at("x.py"));
      },
      ["FILE_HARDLINK"],
    ],
    ["an unlisted file", () => writeFileSync(at("weights.data"), "x"), ["MANIFEST_FILE_UNLISTED"]],
    ["a missing file", () => rmSync(at("CHANGES.md")), ["MANIFEST_FILE_MISSING"]],
    [
      "a changed file",
      () => appendFileSync(at("CHANGES.md"), "x"),
      ["MANIFEST_FILE_SIZE_MISMATCH", "MANIFEST_FILE_HASH_MISMATCH"],
    ],
    [
      "a pickle by its bytes",
      () => writeFileSync(at("w.data"), Buffer.from("80049512000000000000008c", "hex")),
      ["MANIFEST_FILE_PICKLE", "MANIFEST_FILE_UNLISTED"],
    ],
    [
      "a torch archive called .onnx",
      () => writeFileSync(at("model.onnx"), "PK\x03\x04rest"),
      [
        "MANIFEST_FILE_ARCHIVE",
        "MANIFEST_FILE_SIZE_MISMATCH",
        "MANIFEST_FILE_HASH_MISMATCH",
        "MANIFEST_ARTIFACT_HASH_MISMATCH",
      ],
    ],
    [
      "a name with a space",
      () => writeFileSync(at("a b.txt"), "x"),
      ["MANIFEST_FILE_NAME_UNSAFE", "MANIFEST_FILE_UNLISTED"],
    ],
    [
      "a name with a line feed",
      () => writeFileSync(at("a\n::set-output.txt"), "x"),
      ["MANIFEST_FILE_NAME_UNSAFE", "MANIFEST_FILE_UNLISTED"],
    ],
    [
      "a name like an option",
      () => writeFileSync(at("-rf"), "x"),
      ["MANIFEST_FILE_NAME_UNSAFE", "MANIFEST_FILE_UNLISTED"],
    ],
    [
      "a case twin",
      () => writeFileSync(at("MODEL.onnx"), "x"),
      ["MANIFEST_FILE_NAME_TWIN", "MANIFEST_FILE_UNLISTED"],
    ],
  ];
  it.each(hostile)("%s", async (_what, act, expected) => {
    act();
    expect(codes(await check()).sort()).toEqual([...expected].sort());
  });

  it("NFC and NFD twins", async () => {
    writeFileSync(at("\u00e9.txt"), "x");
    writeFileSync(at("e\u0301.txt"), "x");
    expect(codes(await check())).toContain("MANIFEST_FILE_NAME_TWIN");
  });

  it("an LFS pointer is told from the file, and from a pointer to something else", async () => {
    const manifest = JSON.parse(registry.read(`${FOLDER}/manifest.json`).toString()) as Manifest;
    const pointer = (oid: string) => `version https://git-lfs.github.com/spec/v1\noid ${oid}\nsize 3703\n`;
    writeFileSync(at("model.onnx"), pointer(manifest.artifact_hash));
    const [own] = (await check()).filter((one) => one.code === "MANIFEST_FILE_LFS_POINTER");
    writeFileSync(at("model.onnx"), pointer(OTHER));
    const [foreign] = (await check()).filter((one) => one.code === "MANIFEST_FILE_LFS_POINTER");
    expect([own?.where, foreign?.where]).toEqual([
      { file: `${FOLDER}/model.onnx` },
      { file: `${FOLDER}/model.onnx` },
    ]);
    expect([own?.message, foreign?.message]).toEqual([
      expect.stringContaining("not fetched"),
      expect.stringContaining("other bytes"),
    ]);
  });

  it("an unreadable file is named once, and the rest is still checked", async () => {
    chmodSync(at("evaluation.json"), 0o000);
    rmSync(at("CHANGES.md"));
    const problems = await unprivileged(check);
    expect(problems.map(({ code, where }) => [code, where?.file])).toEqual([
      ["FILE_UNREADABLE", `${FOLDER}/evaluation.json`],
      ["MANIFEST_FILE_MISSING", `${FOLDER}/manifest.json`],
    ]);
  });

  it("a truncated model", async () => {
    truncateSync(at("model.onnx"), 100);
    expect(codes(await check()).sort()).toEqual([
      "MANIFEST_ARTIFACT_HASH_MISMATCH",
      "MANIFEST_FILE_HASH_MISMATCH",
      "MANIFEST_FILE_SIZE_MISMATCH",
      "MODEL_TRUNCATED",
    ]);
  });

  it("a model that runs as in training", async () => {
    cpSync("tests/cases/random-models/refused-Dropout-constant.onnx", at("model.onnx"));
    expect(codes(await check())).toContain("MODEL_TRAINING_MODE");
  });

  it("a version folder that is itself a symlink", async () => {
    renameSync(registry.at(FOLDER), registry.at("models/elsewhere"));
    symlinkSync("../elsewhere", registry.at(FOLDER));
    expect(codes(await check())).toEqual(["FILE_SYMLINK"]);
  });
});

/** Edits a document and registers the new bytes by hand, so that only what the document says is wrong. */
async function reword(
  path: string,
  edit: (value: Record<string, unknown>) => void,
): Promise<readonly string[]> {
  editJson(registry, `${FOLDER}/${path}`, edit);
  const bytes = registry.read(`${FOLDER}/${path}`);
  editManifest(registry, (manifest) => {
    const files = manifest["files"] as { path: string; sha256: string; size: number }[];
    Object.assign(files.find((file) => file.path === path) ?? {}, {
      sha256: digestOf(bytes),
      size: bytes.length,
    });
  });
  return placed(await check()).map((one) => one.replace(/^[\d-]+:[\d-]+ /, ""));
}

type Sidecar = {
  columns: { name: string; dtype: string }[];
  inputs: { name: string; columns: string[]; shape: unknown[]; dtype: string }[];
  outputs: { name: string }[];
};

describe("the sidecar against the model", () => {
  const resealed = (edit: (sidecar: Sidecar) => void) => (value: Record<string, unknown>) => {
    edit(value as unknown as Sidecar);
    value["crc32"] = sidecarCrc32(value);
  };

  it("a CRC that does not fit", async () => {
    expect(await reword("sidecar.json", (value) => (value["feature_schema_id"] = "other"))).toEqual([
      "MANIFEST_FEATURE_SCHEMA_MISMATCH",
      "SIDECAR_CRC_MISMATCH",
    ]);
  });

  const swap = (names: string[]) => ([names[0], names[1]] = [names[1] ?? "", names[0] ?? ""]);
  it.each([
    [
      "two columns swapped in both lists",
      (s: Sidecar): void => {
        swap(s.inputs[0]!.columns);
        [s.columns[0], s.columns[1]] = [s.columns[1]!, s.columns[0]!];
      },
      ["MANIFEST_FEATURES_MISMATCH", "SIDECAR_COLUMNS_MISMATCH"],
    ],
    [
      "two columns swapped in one list",
      (s: Sidecar): unknown => swap(s.inputs[0]!.columns),
      ["SIDECAR_COLUMNS_MISMATCH"],
    ],
    [
      "an input of another name",
      (s: Sidecar): unknown => (s.inputs[0]!.name = "x"),
      ["SIDECAR_TENSOR_MISSING"],
    ],
    [
      "an output too many",
      (s: Sidecar): unknown => s.outputs.push({ ...s.outputs[0]!, name: "extra" }),
      ["SIDECAR_TENSOR_MISSING"],
    ],
    [
      "another element type",
      (s: Sidecar): void => {
        s.inputs[0]!.dtype = "float64";
        for (const column of s.columns) column.dtype = "float64";
      },
      ["SIDECAR_DTYPE_MISMATCH"],
    ],
    [
      "a column of another element type than its input",
      (s: Sidecar): unknown => (s.columns[3]!.dtype = "int64"),
      ["SIDECAR_DTYPE_MISMATCH"],
    ],
    [
      "another width",
      (s: Sidecar): unknown => (s.inputs[0]!.shape = ["N", 17]),
      ["SIDECAR_COLUMNS_MISMATCH", "SIDECAR_SHAPE_MISMATCH"],
    ],
    ["a fixed batch", (s: Sidecar): unknown => (s.inputs[0]!.shape = [1, 16]), ["SIDECAR_SHAPE_MISMATCH"]],
  ] as const)("%s", async (_what, edit, expected) => {
    const found = await reword("sidecar.json", resealed(edit));
    expect(found.filter((code) => code !== "MANIFEST_FEATURE_SCHEMA_MISMATCH")).toEqual(expected);
  });
});

describe("training code and data", () => {
  const CODE = "models/flight-delay/training/export.py";

  it("that moved on after the version was committed is found in the commit that added it", async () => {
    registry.repo.commit({ [CODE]: "# rewritten\n" });
    expect(await check()).toEqual([]);
  });

  it("that was removed after the version was committed is found there too", async () => {
    rmSync(registry.at(CODE));
    registry.repo.commit({});
    expect(await check()).toEqual([]);
  });

  it("that was never committed as listed is refused", async () => {
    const found = await reword("training.json", (value) => {
      Object.assign((value["code"] as { sha256: string }[])[0] ?? {}, { sha256: OTHER });
    });
    expect(found).toEqual(["MANIFEST_TRAINER_CODE_HASH_MISMATCH", "MANIFEST_TRAINER_CODE_CHANGED"]);
  });

  it("that was never there is refused", async () => {
    const found = await reword("training.json", (value) => {
      (value["code"] as unknown[]).push({
        path: "models/flight-delay/training/none.py",
        sha256: OTHER,
        size: 1,
      });
    });
    expect(found).toEqual(["MANIFEST_TRAINER_CODE_HASH_MISMATCH", "MANIFEST_TRAINER_CODE_MISSING"]);
  });

  it("data that is in the repository must have the listed bytes", async () => {
    registry.repo.write("nycflights13/data/weather.csv", "other weather\n");
    expect(await check()).toMatchObject([
      {
        code: "MANIFEST_DATASET_FILE_CHANGED",
        where: { file: `${FOLDER}/training.json`, pointer: "/dataset/files/1" },
      },
    ]);
  });
});

describe("a second version", () => {
  it("is checked on its own", async () => {
    cpSync(registry.at(FOLDER), registry.at("models/flight-delay/1.0.1"), { recursive: true });
    const { problems } = await checkVersion(
      registry.ports,
      { id: "flight-delay", version: "1.0.1" },
      NO_TRUST,
    );
    expect(codes(problems)).toEqual(["MANIFEST_REF_MISMATCH"]);
    await register(registry.ports, "models/flight-delay/1.0.1");
    expect(
      (await checkVersion(registry.ports, { id: "flight-delay", version: "1.0.1" }, NO_TRUST)).problems,
    ).toEqual([]);
  });
});
