import { appendFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Files } from "../../../../src/ports/files.ts";
import { register } from "../../../../src/usecases/registry/register.ts";
import { validate, type ValidateOptions } from "../../../../src/usecases/registry/validate.ts";
import { formatModelRef } from "../../../../src/domain/model-ref.ts";
import { codes, problemsOf } from "../../../support/problems.ts";
import { copyOf, FOLDER, registryRepo, type RegistryRepo } from "../../../support/registry.ts";

const NEXT = "models/flight-delay/1.0.1";
let template: RegistryRepo;
let registry: RegistryRepo;
beforeAll(async () => {
  template = await registryRepo();
});
afterAll(() => template[Symbol.dispose]());
beforeEach(async () => {
  registry = await copyOf(template);
  registry.repo.git("checkout", "-q", "-b", "topic");
});
afterEach(() => registry[Symbol.dispose]());

async function addVersion(folder: string = NEXT): Promise<void> {
  cpSync(registry.at(FOLDER), registry.at(folder), { recursive: true });
  await register(registry.ports, folder);
}

async function outcome(options: ValidateOptions = {}, files: Files = registry.ports.files) {
  const report = await validate({ ...registry.ports, files }, options);
  return {
    checked: report.checked.map(formatModelRef),
    codes: codes(report.problems),
  };
}

describe("which versions are checked", () => {
  it("none, when nothing differs from main", async () => {
    expect(await outcome()).toEqual({ checked: [], codes: [] });
  });

  it("a version that was added and committed", async () => {
    await addVersion();
    registry.repo.commit({});
    expect(await outcome()).toEqual({ checked: ["flight-delay@1.0.1"], codes: [] });
  });

  it("a version that is not committed yet", async () => {
    await addVersion();
    expect(await outcome()).toEqual({ checked: ["flight-delay@1.0.1"], codes: [] });
  });

  it("all, when asked", async () => {
    await addVersion();
    expect(await outcome({ all: true })).toEqual({
      checked: ["flight-delay@1.0.0", "flight-delay@1.0.1"],

      codes: [],
    });
  });

  it.each([
    ["models/flight-delay/1.0.0", ["flight-delay@1.0.0"]],
    ["models/flight-delay/", ["flight-delay@1.0.0", "flight-delay@1.0.1"]],
    ["models/flight-delay/1.0.1/model.onnx", ["flight-delay@1.0.1"]],
    ["models", ["flight-delay@1.0.0", "flight-delay@1.0.1"]],
  ])("those at or below %s", async (path, checked) => {
    await addVersion();
    expect(await outcome({ paths: [path] })).toEqual({ checked, codes: [] });
  });

  it("a path that names no version is a problem, not a pass", async () => {
    expect(await outcome({ paths: ["models/flight-delay/9.9.9"] })).toMatchObject({
      checked: [],
      codes: ["FILE_MISSING"],
    });
  });

  it("a base that does not exist is refused", async () => {
    expect(codes(await problemsOf(() => validate(registry.ports, { base: "nowhere" })))).toEqual([
      "GIT_UNKNOWN_REVISION",
    ]);
  });

  it("unchanged versions are not even read", async () => {
    await addVersion();
    const touched = new Set<string>();
    const spy = (path: string) => void touched.add(path);
    const { files } = registry.ports;
    const watched: Files = {
      ...files,
      read: (path, limit) => (spy(path), files.read(path, limit)),
      readIfExists: (path, limit) => (spy(path), files.readIfExists(path, limit)),
      digest: (path) => (spy(path), files.digest(path)),
      list: (folder) => (spy(folder), files.list(folder)),
    };
    await outcome({}, watched);
    expect([...touched].filter((path) => path.startsWith(FOLDER))).toEqual([]);
    expect([...touched].some((path) => path.startsWith(NEXT))).toBe(true);
  });
});

describe("a version that is on the base branch already", () => {
  it("edited in the work tree is refused, file by file", async () => {
    appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "x");
    const { problems } = await validate(registry.ports);
    expect(
      problems.filter((one) => one.code === "MANIFEST_VERSION_IMMUTABLE").map((one) => one.where?.file),
    ).toEqual([`${FOLDER}/CHANGES.md`]);
  });

  it("edited, registered anew by hand and committed is refused although it is sound", async () => {
    appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "x");
    await register(registry.ports, FOLDER, { base: emptyBase() });
    registry.repo.commit({});
    expect(await outcome()).toEqual({
      checked: ["flight-delay@1.0.0"],

      codes: ["MANIFEST_VERSION_IMMUTABLE", "MANIFEST_VERSION_IMMUTABLE"],
    });
  });

  it("with a file more is refused", async () => {
    writeFileSync(registry.at(`${FOLDER}/extra.txt`), "x");
    expect((await outcome()).codes).toEqual(["MANIFEST_VERSION_IMMUTABLE", "MANIFEST_FILE_UNLISTED"]);
  });

  it("removed is refused, every file of it", async () => {
    rmSync(registry.at(FOLDER), { recursive: true });
    registry.repo.commit({});
    const found = await outcome();
    expect(found.checked).toEqual([]);
    expect(new Set(found.codes)).toEqual(new Set(["MANIFEST_VERSION_IMMUTABLE"]));
  });

  it("changed and changed back is fine", async () => {
    const before = registry.read(`${FOLDER}/CHANGES.md`);
    registry.repo.commit({ [`${FOLDER}/CHANGES.md`]: "other\n" });
    registry.repo.write(`${FOLDER}/CHANGES.md`, before);
    expect(await outcome()).toEqual({ checked: ["flight-delay@1.0.0"], codes: [] });
  });

  it("that a branch behind the base does not have yet is no removal", async () => {
    const behind = registry.repo.git("rev-parse", "HEAD");
    await addVersion();
    registry.repo.commit({});
    registry.repo.git("branch", "-f", "main", "HEAD");
    registry.repo.git("checkout", "-q", "-b", "older", behind);
    expect((await outcome()).codes).toEqual([]);
  });
});

describe("names of folders", () => {
  it.each([
    "models/flight-delay/1.0",
    "models/flight-delay/v1.0.1",
    "models/flight-delay/01.0.1",
    "models/Flight/1.0.1",
  ])("%s is no version folder", async (folder) => {
    cpSync(registry.at(FOLDER), registry.at(folder), { recursive: true });
    expect((await outcome()).codes).toContain("MANIFEST_FOLDER_NAME");
    expect((await outcome({ all: true })).codes).toContain("MANIFEST_FOLDER_NAME");
  });

  it.each([
    ["models/flight-delay/1.0.1-RC.1", "models/flight-delay/1.0.1-rc.1"],
    ["models/flight-delay/1.0.1", "models/flight-delay/1.0.1+build"],
    ["models/flight-delay/1.0.1", "models/flight-delay/v1.0.1"],
  ])("%s and %s are one version number", async (one, other) => {
    await addVersion(one);
    cpSync(registry.at(one), registry.at(other), { recursive: true });
    const { problems } = await validate(registry.ports);
    const twin = problems.filter(({ code }) => code === "MANIFEST_VERSION_DUPLICATE");
    expect(twin.map(({ where }) => where?.file)).toEqual([other]);
  });

  it("training code beside the versions is no version", async () => {
    registry.repo.write("models/flight-delay/training/new.py", "x\n");
    expect(await outcome()).toEqual({ checked: [], codes: [] });
  });
});

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** A commit without any model. */
function emptyBase(): string {
  return registry.repo.git("commit-tree", EMPTY_TREE, "-m", "empty");
}
