import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatAllowedSigners } from "../../../../src/trust/allowed-signers.ts";
import { SIGNERS_FILE } from "../../../../src/domain/policy-files.ts";
import { type CheckScene, checkScene, codesOf } from "../../../support/check-scene.ts";
import { type KeyEntry, testKey, trustOf, trustText, type TrustText } from "../../../support/trust.ts";

const TRUST = "policies/trust.yaml";
const [ada, bob] = [testKey(), testKey()];
const HELD: KeyEntry = { id: "ada-1", key: ada };
const at = (
  version: number,
  keys: readonly KeyEntry[] = [HELD],
  more: TrustText["more"] = [],
): TrustText => ({
  version,
  principals: [{ id: "ada", roles: ["policy-owner"], keys }],
  more,
});

describe("a change of trust", () => {
  let scene: CheckScene;
  beforeAll(async () => {
    scene = await checkScene();
    scene.repo.commit({ [TRUST]: trustText(at(2)) }, "trust v2");
    scene.repo.commit({ [TRUST]: trustText(at(5)) }, "trust v5");
  });
  afterAll(() => scene[Symbol.dispose]());

  let count = 0;
  const changed = (edit: () => void): string => scene.branch(`trust-${(count += 1)}`, edit);
  const trust = (text: string): string => changed(() => scene.repo.write(TRUST, text));
  const codesIn = async (text: string) => codesOf(await scene.check("main", trust(text)));

  it("passes when it is sound and the version grew, and says what it does", async () => {
    const text = trustText(at(7, [HELD, { id: "ada-2", key: bob }]));
    const report = await scene.check("main", trust(text));
    expect(report).toMatchObject({ kind: "trust", outcome: "PASS", problems: [] });
    expect(report.notes).toEqual([
      "Trust: v5 -> v7. Its owners must agree: ml-platform.",
      `Adds the active key ada-2 of ada (${bob.fingerprint}): policy-owner.`,
      "Judged by nothing that it changes; the keys of the base hold until it is merged.",
    ]);
  });

  it("never brings an older version back, byte for byte or not (attack 2)", async () => {
    expect(await codesIn(trustText(at(2)))).toEqual(["TRUST_ROLLBACK"]);
    expect(await codesIn(trustText(at(3, [HELD, { id: "ada-2", key: bob }])))).toEqual(["TRUST_ROLLBACK"]);
  });

  it("never says something else under the same version", async () => {
    expect(await codesIn(`${trustText(at(5))}# a remark\n`)).toEqual(["TRUST_VERSION_NOT_GROWN"]);
  });

  it("is never the removal of the file, and remembers the versions of one that was removed all the same", async () => {
    expect(
      codesOf(
        await scene.check(
          "main",
          changed(() => rmSync(join(scene.repo.root, TRUST))),
        ),
      ),
    ).toEqual(["TRUST_FILE_REMOVED"]);
    using other = await checkScene();
    other.repo.commit({ [TRUST]: trustText(at(5)) });
    rmSync(join(other.repo.root, TRUST));
    other.repo.commit({}, "by force");
    const again = other.branch("again", () => other.repo.write(TRUST, trustText(at(4))));
    expect(codesOf(await other.check("main", again))).toEqual(["TRUST_ROLLBACK"]);
  });

  it("fails with every problem of the file, each at its place", async () => {
    const text = trustText(at(6, [{ ...HELD, roles: ["gate-bot"], retired: "x", revoked: "y" }]));
    const { problems } = await scene.check("main", trust(text));
    expect(problems.map(({ code, where }) => [code, where?.file, where?.line])).toEqual([
      ["TRUST_ROLE_NOT_HELD", TRUST, 13],
      ["TRUST_KEY_ENDED_TWICE", TRUST, 15],
    ]);
  });

  it("erases no key and no last owner", async () => {
    expect(await codesIn(trustText(at(6, [{ id: "ada-2", key: bob }])))).toEqual(["TRUST_KEY_REMOVED"]);
    expect(await codesIn(trustText(at(6, [{ ...HELD, retired: "left" }])))).toEqual(["TRUST_OWNER_LAST"]);
  });

  it("brings git's list of signers along, where there is one, and such a list alone is a change of trust", async () => {
    const next = at(6, [HELD, { id: "ada-2", key: bob }]);
    const both = (signers: string) =>
      changed(() => {
        scene.repo.write(TRUST, trustText(next));
        scene.repo.write(SIGNERS_FILE, signers);
      });
    const right = await scene.check("main", both(formatAllowedSigners(trustOf(next))));
    expect(right).toMatchObject({ kind: "trust", outcome: "PASS" });
    expect(codesOf(await scene.check("main", both(formatAllowedSigners(trustOf(at(5))))))).toEqual([
      "TRUST_SIGNERS_STALE",
    ]);
    const alone = changed(() => scene.repo.write(SIGNERS_FILE, `eve ${bob.line}\n`));
    expect(codesOf(await scene.check("main", alone))).toEqual(["TRUST_SIGNERS_STALE"]);
  });
});

describe("the first trust.yaml", () => {
  it("is the root of trust, and says so", async () => {
    using scene = await checkScene();
    const head = scene.branch("trust", () => scene.repo.write(TRUST, trustText(at(1))));
    const report = await scene.check("main", head);
    expect(report).toMatchObject({ kind: "trust", outcome: "PASS", problems: [] });
    expect(report.notes.slice(0, 2)).toEqual([
      "Trust: new -> v1. Its owners must agree: ml-platform.",
      "This is the root of trust: what was merged before it is vouched for by nobody.",
    ]);
  });
});
