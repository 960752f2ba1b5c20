import { appendFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { GateError, tried } from "../../../src/errors.ts";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { codesOf } from "../../support/check-scene.ts";

const FOLDER = "models/flight-delay/1.1.0";
const SHADOW = { event: "PROMOTE_TO_SHADOW", version: "1.1.0", environment: "prod" } as const;
let scene: AuditScene;
let start: string;

beforeAll(async () => {
  scene = await auditScene();
  start = scene.git("rev-parse", "main");
  return () => scene[Symbol.dispose]();
});

const at = (path: string): string => join(scene.root, path);
const bytesOf = (codes: readonly string[]): string[] =>
  [...new Set(codes)].filter((code) => /^(?:MANIFEST|FILE|CHECK_PATH)_/.test(code)).toSorted();

/** Registers 1.1.0 on main, where something was done to its folder; the commit. */
function pushed(change: () => void): string {
  scene.git("checkout", "-q", "-f", "-B", "main", start);
  scene.git("clean", "-q", "-fdx");
  scene.check.team.add("flight-delay", "1.1.0");
  change();
  return scene.commit({}, "register 1.1.0");
}

describe("a version that is pushed to main without the bytes that its manifest lists", () => {
  it.each([
    ["its model ignored", () => appendFileSync(at(".gitignore"), "*.onnx\n"), ["MANIFEST_FILE_MISSING"]],
    [
      "its test data ignored",
      () => appendFileSync(at(".gitignore"), "test_data_set_*/\n"),
      ["MANIFEST_FILE_MISSING"],
    ],
    [
      "a document edited",
      () => appendFileSync(at(`${FOLDER}/CHANGES.md`), "x"),
      ["MANIFEST_FILE_HASH_MISMATCH", "MANIFEST_FILE_SIZE_MISMATCH"],
    ],
    ["one file more", () => scene.check.repo.write(`${FOLDER}/more.md`, "x"), ["MANIFEST_FILE_UNLISTED"]],
    ["one file missing", () => rmSync(at(`${FOLDER}/parity.json`)), ["MANIFEST_FILE_MISSING"]],
    [
      "a link in the place of a file",
      () => {
        rmSync(at(`${FOLDER}/CHANGES.md`));
        symlinkSync("parity.json", at(`${FOLDER}/CHANGES.md`));
      },
      ["CHECK_PATH_HOSTILE"],
    ],
  ])("%s: the audit says what the check says of the commit", async (_, change, expected) => {
    const commit = pushed(change);
    const audited = await scene.lastOf(commit);
    const checked = codesOf(await scene.check.check(start, commit));
    expect(bytesOf(audited.split(" "))).toEqual(expect.arrayContaining(expected));
    expect(audited).toMatch(/^FAIL /);
    // What no byte needs to be read for ends the check before the bytes are compared.
    const comparable = expected.includes("CHECK_PATH_HOSTILE") ? expected : bytesOf(audited.split(" "));
    expect(bytesOf(checked)).toEqual(comparable);
  });

  it("is promoted nowhere, and the refusal names the rule that ignored the file", async () => {
    pushed(() => appendFileSync(at(".gitignore"), "*.onnx\n"));
    const refusal = await tried(() => scene.check.propose(SHADOW));
    const problems = refusal instanceof GateError ? refusal.problems : [];
    expect(problems.map(({ code }) => code)).toEqual(["MANIFEST_FILE_MISSING", "MANIFEST_FILE_IGNORED"]);
    expect(problems[1]?.message).toBe("Git ignores the file: .gitignore:1: *.onnx");
    expect(problems[0]?.fix).toContain("git add -f models/flight-delay/");
  });

  it("can be retired and revoked all the same", async () => {
    pushed(() => appendFileSync(at(".gitignore"), "*.onnx\n"));
    const ask = { version: "1.1.0", environment: null, reason: "no bytes" } as const;
    await scene.promote({ ...ask, event: "REVOKE" });
    expect(await scene.lastOf("main")).toMatch(/^PASS/);
  });
});

describe("a version whose bytes are all in Git", () => {
  it("lacks nothing", async () => {
    pushed(() => undefined);
    expect(bytesOf((await scene.lastOf("main")).split(" "))).toEqual([]);
  });
});
