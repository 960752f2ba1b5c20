import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, digestOfJson } from "../../../../src/domain/digest.ts";
import { manifestHash } from "../../../../src/domain/manifest.ts";
import type { FileSwap } from "../../../../src/ports/files.ts";
import { register, type RegisterPorts } from "../../../../src/usecases/registry/register.ts";
import { loadVersion } from "../../../../src/usecases/registry/load-version.ts";
import { memoryFiles } from "../../../support/memory-files.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import {
  editJson,
  FOLDER,
  REGISTERED_AT,
  type RegistryRepo,
  unregisteredRepo,
} from "../../../support/registry.ts";

const REF = { id: "flight-delay", version: "1.0.0" };
let registry: RegistryRepo;
beforeEach(async () => {
  registry = await unregisteredRepo();
});
afterEach(() => registry[Symbol.dispose]());

const later = (): RegisterPorts => ({
  ...registry.ports,
  clock: { now: () => new Date("2027-01-01T00:00:00Z") },
});

describe("a complete folder", () => {
  it("gets a manifest whose every field follows from the files", async () => {
    const { manifest, written, ref } = await register(registry.ports, FOLDER);
    const json = (path: string) => JSON.parse(registry.read(`${FOLDER}/${path}`).toString());
    const [training, sidecar, parity] = [json("training.json"), json("sidecar.json"), json("parity.json")];
    expect(written).toEqual([`${FOLDER}/manifest.json`]);
    expect(ref).toEqual(REF);
    const { files, manifest_hash, ...rest } = manifest;
    expect(rest).toEqual({
      schema_version: "modelgate/manifest/v1",
      model_id: "flight-delay",
      version: "1.0.0",
      artifact_uri: "model.onnx",
      artifact_hash: digestOf(registry.read(`${FOLDER}/model.onnx`)),
      trainer_code_hash: digestOfJson(training.code),
      inference_runtime_hash: digestOfJson(parity.runtime),
      inference_runtime: parity.runtime,
      feature_schema_id: sidecar.feature_schema_id,
      feature_schema_version: sidecar.feature_schema_version,
      feature_schema_crc32: sidecar.crc32,
      dataset_snapshot_id: training.dataset.snapshot_id,
      dataset_hash: digestOfJson(training.dataset.files),
      evaluation_report_hash: digestOf(registry.read(`${FOLDER}/evaluation.json`)),
      signature: null,
      signing_key_id: null,
      training_window: training.window,
      cv_scheme: "expanding-blocks, 5 folds, gap P1D",
      features: training.features,
      licence: "Apache-2.0",
      created_at: REGISTERED_AT,
    });
    expect(manifest_hash).toBe(manifestHash(manifest));
    const names = readdirSync(registry.at(FOLDER), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files).toHaveLength(names.length - 1);
    expect(files.map(({ path }) => path)).toEqual(files.map(({ path }) => path).sort());
  });

  it("is loaded as it was registered", async () => {
    const { manifest, manifestDigest } = await register(registry.ports, FOLDER);
    const version = await loadVersion(registry.ports.files, REF);
    expect(version).toEqual({
      ref: REF,
      folder: FOLDER,
      manifest,
      manifestDigest,
      subject: {
        model_id: "flight-delay",
        version: "1.0.0",
        manifest_digest: manifestDigest,
        artifact_digest: manifest.artifact_hash,
      },
    });
    const sidecar = await registry.ports.files.read(`${version.folder}/sidecar.json`);
    expect(JSON.parse(Buffer.from(sidecar).toString())).toMatchObject({
      crc32: manifest.feature_schema_crc32,
    });
  });

  it("registered again an hour later changes nothing", async () => {
    const first = await register(registry.ports, FOLDER);
    const again = await register(later(), FOLDER);
    expect(again).toEqual({ ...first, written: [] });
  });

  it("registered again after a change gets a new time and new hashes", async () => {
    const first = await register(registry.ports, FOLDER);
    writeFileSync(registry.at(`${FOLDER}/CHANGES.md`), "# Another text\n");
    const again = await register(later(), FOLDER);
    expect(again.written).toEqual([`${FOLDER}/manifest.json`]);
    expect(again.manifest.created_at).toBe("2027-01-01T00:00:00Z");
    expect(again.manifest.artifact_hash).toBe(first.manifest.artifact_hash);
  });

  it("replaces a manifest that cannot be read", async () => {
    writeFileSync(registry.at(`${FOLDER}/manifest.json`), "{");
    expect((await register(registry.ports, FOLDER)).written).toEqual([`${FOLDER}/manifest.json`]);
  });

  it("a sidecar without a CRC gets one", async () => {
    const before = registry.read(`${FOLDER}/sidecar.json`);
    editJson(registry, `${FOLDER}/sidecar.json`, (sidecar) => delete sidecar["crc32"]);
    const { written } = await register(registry.ports, FOLDER);
    expect(written).toEqual([`${FOLDER}/sidecar.json`, `${FOLDER}/manifest.json`]);
    expect(registry.read(`${FOLDER}/sidecar.json`)).toEqual(before);
  });
});

describe("what is refused, and then nothing is written", () => {
  const refusal = async (folder = FOLDER, ports = registry.ports): Promise<string[]> => {
    const found = codes(await problemsOf(() => register(ports, folder)));
    return readdirSync(registry.at(FOLDER)).includes("manifest.json")
      ? [...found, "a manifest was written"]
      : found;
  };

  it("a folder that lacks files: all of them are named", async () => {
    for (const path of ["model.onnx", "training.json", "parity.json"])
      rmSync(registry.at(`${FOLDER}/${path}`));
    const problems = await problemsOf(() => register(registry.ports, FOLDER));
    expect(problems.map(({ code, where }) => [code, where?.file])).toEqual([
      ["MANIFEST_REQUIRED_FILE_MISSING", `${FOLDER}/model.onnx`],
      ["MANIFEST_REQUIRED_FILE_MISSING", `${FOLDER}/training.json`],
      ["MANIFEST_REQUIRED_FILE_MISSING", `${FOLDER}/parity.json`],
    ]);
  });

  it("a sidecar with a wrong CRC: an accident is not covered up", async () => {
    editJson(registry, `${FOLDER}/sidecar.json`, (sidecar) => (sidecar["crc32"] = "00000000"));
    expect(await refusal()).toEqual(["SIDECAR_CRC_MISMATCH"]);
  });

  it("documents that do not fit their schemas: all problems of all of them", async () => {
    editJson(registry, `${FOLDER}/training.json`, (training) => delete training["seed"]);
    editJson(registry, `${FOLDER}/parity.json`, (parity) => (parity["casses"] = 1));
    expect(await refusal()).toEqual(["DOCUMENT_KEY_MISSING", "DOCUMENT_KEY_UNKNOWN"]);
  });

  it("what is wrong with the small files comes before anything large is read", async () => {
    editJson(registry, `${FOLDER}/sidecar.json`, (sidecar) => (sidecar["crc32"] = "00000000"));
    editJson(registry, `${FOLDER}/training.json`, (training) => delete training["seed"]);
    writeFileSync(registry.at(`${FOLDER}/.hidden`), "x");
    const { files } = registry.ports;
    const hashed: string[] = [];
    const watched = {
      ...files,
      digest: (path: string) => (hashed.push(path), files.digest(path)),
    };
    expect(await refusal(FOLDER, { ...registry.ports, files: watched })).toEqual([
      "MANIFEST_FILE_NAME_UNSAFE",
      "SIDECAR_CRC_MISMATCH",
      "DOCUMENT_KEY_MISSING",
    ]);
    expect(hashed.filter((path) => !path.endsWith(".json"))).toEqual([]);
  });

  it.each(["sidecar.json", "manifest.json"])(
    "%s that another process writes meanwhile: nothing of it is lost",
    async (name) => {
      const { files } = registry.ports;
      const theirs = `{"written by": "another process"}\n`;
      const late = {
        ...files,
        swap: async (change: FileSwap) => {
          writeFileSync(registry.at(`${FOLDER}/${name}`), theirs);
          return files.swap(change);
        },
      };
      const failure = problemsOf(() => register({ ...registry.ports, files: late }, FOLDER));
      expect(codes(await failure)).toEqual(["FILE_CHANGED"]);
      expect(registry.read(`${FOLDER}/${name}`).toString()).toBe(theirs);
    },
  );

  it("training code that is not there as listed", async () => {
    registry.repo.write("models/flight-delay/training/export.py", "# other\n");
    expect(await refusal()).toEqual(["MANIFEST_TRAINER_CODE_CHANGED"]);
  });

  it("a broken model", async () => {
    writeFileSync(registry.at(`${FOLDER}/model.onnx`), "junk");
    expect(await refusal()).toEqual([expect.stringMatching(/^MODEL_/)]);
  });

  it("a model that draws random numbers", async () => {
    cpSync("tests/cases/random-models/refused-Bernoulli.onnx", registry.at(`${FOLDER}/model.onnx`));
    expect(await refusal()).toContain("MODEL_RANDOM");
  });

  it.each([
    "models/flight-delay",
    "models/Flight/1.0.0",
    "models/flight-delay/1.0",
    "models/flight-delay/1.0.0+b",
    "elsewhere/a/1.0.0",
    "models/../a/1.0.0",
  ])("the folder %s", async (folder) => {
    expect(await refusal(folder)).toEqual(["MANIFEST_FOLDER_NAME"]);
  });

  it("a version with build metadata, and says what to write", async () => {
    const [found] = await problemsOf(() => register(registry.ports, "models/flight-delay/1.3.0+build.5"));
    expect(found?.message).toBe(
      '"models/flight-delay/1.3.0+build.5" is not models/<id>/<version> with a strict SemVer. +build.5 is build metadata, which does not tell two versions apart: write 1.3.0, or 1.3.0-build.5 for a pre-release.',
    );
  });

  it.each(["FILE_READ_ONLY", "FILE_NO_SPACE"] as const)("%s while writing", async (code) => {
    const files = memoryFiles();
    for (const { path } of await registry.ports.files.list("models"))
      files.entries.set(path, registry.read(path));
    files.failWrites = code;
    expect(await refusal(FOLDER, { ...registry.ports, files })).toEqual([code]);
    expect(files.entries.has(`${FOLDER}/manifest.json`)).toBe(false);
  });
});

describe("a version that is on the base branch already", () => {
  it("may not be registered with other bytes", async () => {
    await register(registry.ports, FOLDER);
    registry.repo.commit({});
    registry.repo.git("checkout", "-q", "-b", "topic");
    const before = registry.read(`${FOLDER}/manifest.json`);
    writeFileSync(registry.at(`${FOLDER}/CHANGES.md`), "# Another text\n");
    expect(codes(await problemsOf(() => register(registry.ports, FOLDER)))).toEqual([
      "MANIFEST_VERSION_IMMUTABLE",
    ]);
    expect(registry.read(`${FOLDER}/manifest.json`)).toEqual(before);
  });

  it("may be registered again as long as nothing changes", async () => {
    await register(registry.ports, FOLDER);
    registry.repo.commit({});
    expect((await register(later(), FOLDER)).written).toEqual([]);
  });
});
