import { beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/domain/digest.ts";
import { Snapshots } from "../../../../src/usecases/audit/snapshots.ts";
import { ObjectStore } from "../../../../src/usecases/audit/store.ts";
import { auditInMemory, gist, lastOf } from "../../../support/memory-audit.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { SyntheticHistory } from "../../../support/synthetic-history.ts";
import { CODE, syntheticVersion } from "../../../support/synthetic-version.ts";

const FOLDER = "models/m/1.0.0";
const MODEL = `${FOLDER}/model.onnx`;
const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;

let history: SyntheticHistory;

beforeEach(() => {
  history = new SyntheticHistory({ versions: [], policies: SMALL_POLICIES });
  history.register("m", "1.0.0");
});

const last = async (): Promise<string> => gist(lastOf(await auditInMemory(history)));
const pointerTo = (text: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid ${digestOf(text)}\nsize ${text.length}\n`;

describe("a commit that registers a version", () => {
  it.each([
    ["with every byte", () => undefined, "PASS"],
    ["without the model", () => history.tree.write(MODEL, null), "FAIL MANIFEST_FILE_MISSING"],
    [
      "with another model of the same size",
      () => history.tree.write(MODEL, "m@1.0.1"),
      "FAIL MANIFEST_FILE_HASH_MISMATCH MANIFEST_ARTIFACT_HASH_MISMATCH",
    ],
    [
      "with a longer model",
      () => history.tree.write(MODEL, "m@1.0.0!"),
      "FAIL MANIFEST_FILE_SIZE_MISMATCH MANIFEST_FILE_HASH_MISMATCH MANIFEST_ARTIFACT_HASH_MISMATCH",
    ],
    [
      "with a folder in the place of the model",
      () => {
        history.tree.write(MODEL, null);
        history.tree.write(`${MODEL}/x`, "x");
      },
      "FAIL MANIFEST_FILE_MISSING MANIFEST_FILE_UNLISTED",
    ],
    [
      "with a file that is not listed",
      () => history.tree.write(`${FOLDER}/more.bin`, "x"),
      "FAIL MANIFEST_FILE_UNLISTED",
    ],
    [
      "without its training code",
      () => history.tree.write(CODE.path, null),
      "FAIL MANIFEST_TRAINER_CODE_MISSING",
    ],
    [
      "with other training code",
      () => history.tree.write(CODE.path, "fit(2)\n"),
      "FAIL MANIFEST_TRAINER_CODE_CHANGED",
    ],
    ["with a Git LFS pointer to the model", () => history.tree.write(MODEL, pointerTo("m@1.0.0")), "PASS"],
    [
      "with a Git LFS pointer to another model",
      () => history.tree.write(MODEL, pointerTo("m@1.0.1")),
      "FAIL MANIFEST_FILE_HASH_MISMATCH MANIFEST_ARTIFACT_HASH_MISMATCH",
    ],
  ])("%s", async (_, change, expected) => {
    change();
    history.commit("register\n");
    expect(await last()).toBe(expected);
  });

  it("makes no claim of what it does not hold", async () => {
    history.tree.write(MODEL, null);
    history.commit("register\n");
    const { claims, outcome } = await auditInMemory(history);
    expect(outcome).toBe("FAIL");
    expect(claims.filter(({ holds }) => holds).map(({ id }) => id)).toEqual(["SLSA_SOURCE_LEVEL_1"]);
  });

  it("says which bytes are in Git LFS and not in Git", async () => {
    history.tree.write(MODEL, pointerTo("m@1.0.0"));
    history.commit("register\n");
    history.promote(SHADOW);
    const { commits, outcome, unproven } = await auditInMemory(history);
    expect(outcome).toBe("PASS");
    expect(commits.map(({ in_lfs }) => in_lfs)).toEqual([undefined, [MODEL], [MODEL]]);
    expect(unproven.join("\n")).toContain(MODEL);
  });
});

describe("a commit that brings a version to serve", () => {
  it("fails when the version that it promotes lacks bytes, also where its registration was taken as given", async () => {
    history.tree.write(MODEL, null);
    const from = history.commit("register\n");
    history.promote(SHADOW);
    const { commits } = await auditInMemory(history, { from });
    expect(commits.map(gist)).toEqual(["PASS", "FAIL MANIFEST_FILE_MISSING"]);
  });

  it("is told what it lacks, and not stopped, where it is a way out", async () => {
    history.register("m", "1.1.0");
    history.commit("register\n");
    for (const version of ["1.0.0", "1.1.0"]) {
      history.promote({ ...SHADOW, version });
      history.promote({ event: "PROMOTE_TO_CANARY", model: "m", version, phase: "5%" });
      history.promote({ event: "PROMOTE_TO_PRODUCTION", model: "m", version });
    }
    history.tree.write(MODEL, null);
    const from = history.commit("lose the bytes\n");
    history.promote({ event: "ROLLBACK", model: "m", version: "1.0.0" });
    history.promote({ event: "DISABLE", model: "m", version: "1.0.0" });
    const { commits } = await auditInMemory(history, { from });
    expect(commits.map(gist)).toEqual(["PASS", "WARN MANIFEST_FILE_MISSING", "PASS"]);
  });
});

describe("what was found out before", () => {
  const TRAINING = "training.json";
  const places = async (): Promise<(string | undefined)[]> =>
    lastOf(await auditInMemory(history)).reasons.map(({ code, where }) => `${code} ${where?.file}`);

  it("names the file of each version that holds the same broken training.json", async () => {
    history.register("m", "1.1.0");
    for (const version of ["1.0.0", "1.1.0"]) history.tree.write(`models/m/${version}/${TRAINING}`, "{\n");
    history.commit("register\n");
    const found = (await places()).filter((one) => one?.startsWith("DOCUMENT_"));
    expect(found).toEqual([
      `DOCUMENT_TRUNCATED models/m/1.0.0/${TRAINING}`,
      `DOCUMENT_TRUNCATED models/m/1.1.0/${TRAINING}`,
    ]);
  });

  it("looks for the code that the same training.json lists in the tree of each commit", async () => {
    history.commit("register\n");
    history.register("m", "1.1.0");
    history.tree.write(CODE.path, null);
    history.commit("register another without the code\n");
    expect(await places()).toEqual([`MANIFEST_TRAINER_CODE_MISSING models/m/1.1.0/${TRAINING}`]);
  });

  it("is never said of another version with the same folder", async () => {
    history.commit("register\n");
    for (const [path, text] of syntheticVersion("m", "1.0.0"))
      history.tree.write(`models/m/1.1.0/${path}`, text);
    history.commit("copy\n");
    expect(await places()).toEqual(["MANIFEST_REF_MISMATCH models/m/1.1.0/manifest.json"]);
  });

  it("is never said of another repository", async () => {
    history.commit("register\n");
    history.promote(SHADOW);
    expect(await last()).toBe("PASS");
    const other = new SyntheticHistory({ versions: [], policies: SMALL_POLICIES });
    other.register("m", "1.0.0");
    other.commit("register\n");
    other.promote(SHADOW);
    expect(other.head).toBe(history.head);
    const model = other.objects.add("blob", "m@1.0.0");
    const digest = other.objects.digest.bind(other.objects);
    other.objects.digest = async (id) => (id === model ? undefined : digest(id));
    expect((await auditInMemory(other)).commits.map(gist)).toEqual([
      "PASS",
      "FAIL GIT_OBJECT_MISSING",
      "FAIL GIT_OBJECT_MISSING",
    ]);
  });

  it("is never said of a submodule whose id is that of a folder", async () => {
    history.commit("register\n");
    const { objects } = history;
    const snapshots = new Snapshots(new ObjectStore(objects));
    const ref = { id: "m", version: "1.0.0" };
    const root = history.tree.tree();
    expect((await snapshots.committed(root, ref)).problems).toEqual([]);
    const folder = await snapshots.store.find(root, FOLDER);
    const within = (mode: string, name: string, id: string): string =>
      objects.add("tree", Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]));
    const m = within("160000", "1.0.0", folder?.id ?? "");
    const other = within("40000", "models", within("40000", "m", m));
    const { problems } = await snapshots.committed(other, ref);
    expect(problems.map(({ code }) => code)).toEqual(["MANIFEST_MISSING"]);
  });
});

describe("the cost", () => {
  it("hashes a blob once, however many versions and promotions have it", async () => {
    for (let at = 1; at < 40; at += 1) history.register("m", `1.0.${at}`);
    history.commit("register\n");
    history.promote(SHADOW);
    history.objects.hashed.length = 0;
    expect((await auditInMemory(history)).outcome).toBe("PASS");
    // Four small documents and the code are the same for all.
    const documents = syntheticVersion("m", "1.0.0").size - 2;
    const once = new Set(history.objects.hashed);
    expect([history.objects.hashed.length, once.size]).toEqual([40 + documents + 1, 40 + documents + 1]);
  });
});
