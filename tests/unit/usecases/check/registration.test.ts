import { cpSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { digestOf } from "../../../../src/domain/digest.ts";
import { type Manifest, manifestHash } from "../../../../src/domain/manifest.ts";
import { gateError } from "../../../../src/errors.ts";
import { check } from "../../../../src/usecases/check/check.ts";
import { type CheckScene, checkScene, codesOf, editJson, honest } from "../../../support/check-scene.ts";
import { GIT_ENV } from "../../../support/git-repo.ts";
import { tensor, tensorProto } from "../../../support/onnx-writer.ts";

const NEW = "models/flight-delay/1.1.0";

describe("a registration", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
  });
  afterAll(() => scene[Symbol.dispose]());

  const registered = (name: string, edit: () => void = () => undefined): string =>
    scene.branch(name, () => {
      scene.team.add("flight-delay", "1.1.0");
      edit();
    });
  const at = (path: string): string => join(scene.repo.root, path);

  it("passes with a sound version, judged by the base's policies for REGISTER", async () => {
    const report = await scene.check("main", registered("sound"));
    expect(report).toMatchObject({ kind: "registration", outcome: "PASS", problems: [] });
    expect(report.decisions.map(({ verdict }) => verdict.event)).toEqual(["REGISTER"]);
    expect(report.notes).toEqual(["Registers flight-delay@1.1.0."]);
  });

  it("may bring training code, and needs no checkout of the head", async () => {
    const head = registered("trained", () => scene.repo.write("models/flight-delay/import/notes.md", "x\n"));
    expect(scene.repo.git("status", "--porcelain")).toBe("");
    expect(await scene.check("main", head)).toMatchObject({ kind: "registration", outcome: "PASS" });
  });

  it("fails with every problem of every file", async () => {
    const head = registered("unsound", () => {
      writeFileSync(at(`${NEW}/model.onnx`), "not a model");
      writeFileSync(at(`${NEW}/weights.pkl`), "\x80\x04\x95");
    });
    const report = await scene.check("main", head);
    expect(report.outcome).toBe("FAIL");
    expect(codesOf(report)).toEqual(
      expect.arrayContaining([
        "MANIFEST_FILE_PICKLE",
        "MANIFEST_FILE_HASH_MISMATCH",
        "MANIFEST_FILE_UNLISTED",
      ]),
    );
  });

  it("fails with a model that the engine cannot load, before it is immutable", async () => {
    const head = registered("unloadable");
    scene.answer(() => {
      throw gateError("MODEL_LOAD_FAILED", "The engine has no kernel for QLinearConv.");
    });
    const report = await scene.check("main", head);
    scene.answer(honest);
    expect(report.outcome).toBe("FAIL");
    expect(report.problems).toEqual([]);
    const [decision] = report.decisions;
    const [integrity, ...parity] = decision?.verdict.policies.flatMap(({ objectives }) => objectives) ?? [];
    expect(integrity).toMatchObject({ id: "integrity", outcome: "PASS" });
    expect(parity.length).toBeGreaterThanOrEqual(9);
    for (const one of parity) expect(one).toMatchObject({ outcome: "FAIL", reason: "MODEL_LOAD_FAILED" });
  });

  it("fails when the stored test data can never be replayed, whatever its manifest says", async () => {
    const head = registered("unbindable", () => {
      const file = "test_data_set_0/output_0.pb";
      const wider = tensorProto(tensor("", "float64", [1], [0.5]));
      writeFileSync(at(`${NEW}/${file}`), wider);
      editJson<Manifest>(scene, `${NEW}/manifest.json`, (manifest) => {
        const entry = manifest.files.find(({ path }) => path === file);
        Object.assign(entry ?? {}, { sha256: digestOf(wider), size: wider.length });
        Object.assign(manifest, { signature: null, signing_key_id: null });
        Object.assign(manifest, { manifest_hash: manifestHash(manifest) });
      });
    });
    const report = await scene.check("main", head);
    expect(report.problems).toMatchObject([
      { code: "PARITY_REFERENCE_WRONG", where: { file: `${NEW}/test_data_set_0/output_0.pb` } },
    ]);
    expect(report.outcome).toBe("FAIL");
  });

  it("fails when the manifest cannot be read, or is not there", async () => {
    const broken = registered("broken", () => writeFileSync(at(`${NEW}/manifest.json`), "{"));
    expect((await scene.check("main", broken)).outcome).toBe("FAIL");
    const gone = registered("gone", () => rmSync(at(`${NEW}/manifest.json`)));
    expect(codesOf(await scene.check("main", gone))).toEqual(["MANIFEST_MISSING"]);
  });

  it.each([
    [
      "edits",
      (): void => writeFileSync(join(scene.repo.root, "models/flight-delay/1.0.0/CHANGES.md"), "new\n"),
    ],
    ["deletes", (): void => rmSync(join(scene.repo.root, "models/flight-delay/1.0.0"), { recursive: true })],
    ["adds to", (): void => scene.repo.write("models/flight-delay/1.0.0/extra.md", "x\n")],
  ])("that %s a merged version is refused", async (verb, edit) => {
    const report = await scene.check("main", scene.branch(verb.replace(" ", "-"), edit));
    expect(new Set(codesOf(report))).toEqual(new Set(["MANIFEST_VERSION_IMMUTABLE"]));
  });

  it.each(["v1.2.0", "1.2", "1.2.0+build"])(
    "in a folder that is no version, %s, is refused",
    async (name) => {
      const head = scene.branch(`misnamed-${name.replace("+", "-")}`, () => {
        cpSync(at("models/flight-delay/1.0.0"), at(`models/flight-delay/${name}`), { recursive: true });
      });
      expect(codesOf(await scene.check("main", head))).toContain("MANIFEST_FOLDER_NAME");
    },
  );

  it("of a version that is one with another is refused", async () => {
    const head = scene.branch("twin", () => {
      cpSync(at("models/flight-delay/1.0.0"), at("models/flight-delay/v1.0.0"), { recursive: true });
      scene.team.add("flight-delay", "1.1.0");
    });
    expect(codesOf(await scene.check("main", head))).toEqual(
      expect.arrayContaining(["MANIFEST_VERSION_DUPLICATE", "MANIFEST_FOLDER_NAME"]),
    );
  });

  it("with a symlink for its model is refused before anything is read", async () => {
    const head = registered("linked", () => {
      rmSync(at(`${NEW}/model.onnx`));
      symlinkSync("../1.0.0/model.onnx", at(`${NEW}/model.onnx`));
    });
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_PATH_HOSTILE"]);
  });

  it("with a submodule is refused", async () => {
    const head = registered("nested", () => {
      const commit = scene.repo.git("rev-parse", "HEAD");
      scene.repo.git("update-index", "--add", "--cacheinfo", `160000,${commit},${NEW}/lib`);
    });
    scene.repo.git("checkout", "-q", "nested");
    scene.repo.git("update-index", "--add", "--cacheinfo", `160000,${head},${NEW}/lib`);
    scene.repo.git("commit", "-q", "-m", "submodule");
    const nested = scene.repo.git("rev-parse", "HEAD");
    scene.repo.git("checkout", "-q", "-f", "main");
    expect(codesOf(await scene.check("main", nested))).toEqual(["CHECK_PATH_HOSTILE"]);
  });

  it("that loosens its own policy is refused as a mixture (attack 1)", async () => {
    const head = registered("loose", () => {
      const policy = scene.repo.git("show", "main:policies/gates/register.yaml");
      scene.repo.write("policies/gates/register.yaml", policy.replace("== 0", "<= 1000"));
    });
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_MIXTURE"]);
  });

  it("is a change of its base that the base made too: the branch must be brought up to date", async () => {
    using other = await checkScene();
    const head = other.branch("late", () => other.team.add("flight-delay", "1.1.0"));
    other.repo.git("checkout", "-q", "main");
    other.team.add("flight-delay", "1.1.0");
    editJson<{ note?: string }>(other, `${NEW}/bench.json`, (bench) => void (bench.note = "another"));
    other.repo.commit({}, "the same version, from somebody else");
    const codes = new Set(codesOf(await other.check("main", head)));
    expect(codes).toEqual(new Set(["CHECK_STALE"]));
  });

  it("of two versions judges both", async () => {
    const head = registered("both", () => scene.team.add("flight-delay", "1.2.0"));
    const report = await scene.check("main", head);
    expect(report.decisions.map(({ verdict }) => verdict.subject.version)).toEqual(["1.1.0", "1.2.0"]);
  });
});

describe("an unrelated change", () => {
  it("passes explicitly, and reads nothing of the registry, however large", async () => {
    using scene = await checkScene();
    scene.repo.commit({ "README.md": "1\n" });
    const base = scene.repo.git("rev-parse", "HEAD");
    const head = scene.repo.commit({ "README.md": "2\n", "src/a.ts": "x\n" });
    const calls: string[] = [];
    const git = spied(await openGit(scene.repo.root, GIT_ENV), calls);
    const files = spied(scene.ports.files, calls);
    const filesAt = (): never => {
      throw new Error("The files of a commit are read.");
    };
    const report = await check(
      { ...scene.ports, git, files, filesAt },
      { base, head },
      { start: { now: new Date(), nonce: "00000000", seed: 1 } },
    );
    expect(report).toMatchObject({ kind: "other", outcome: "PASS", problems: [], decisions: [] });
    expect(new Set(calls)).toEqual(new Set(["resolve", "facts", "diff"]));
    expect(calls.length).toBeLessThan(8);
  });

  it("of nothing at all passes too", async () => {
    using scene = await checkScene();
    expect(await scene.check("main", "main")).toMatchObject({ kind: "other", outcome: "PASS" });
  });

  it("is compared with where it left the base, not with what the base did since", async () => {
    using scene = await checkScene();
    const head = scene.branch("docs", () => scene.repo.write("README.md", "x\n"));
    scene.merge(await scene.propose({}));
    expect(await scene.check("main", head)).toMatchObject({ kind: "other", outcome: "PASS" });
  });

  it("of unknown commits says what to fetch", async () => {
    using scene = await checkScene();
    await expect(scene.check("nowhere", "main")).rejects.toMatchObject({ code: "GIT_UNKNOWN_REVISION" });
  });
});

/** Notes every call of a port. */
function spied<T extends object>(port: T, calls: string[]): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        calls.push(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}
