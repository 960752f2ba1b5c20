import { generateKeyPairSync } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNamedFile } from "../../../src/adapters/fs/key-file.ts";
import { openGit } from "../../../src/adapters/git/open.ts";
import { openSigner } from "../../../src/adapters/signing/open-signer.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import { type AuditScene, auditScene, trustYaml } from "../../support/audit-scene.ts";
import { codesOf, startNow } from "../../support/check-scene.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";
import { recordedProgress } from "../../support/parity-run.ts";
import { codes, problemsOf } from "../../support/problems.ts";

/** History and files that are odd, some of them lawful: a verdict each, and never a stack trace. */
let scene: AuditScene;
let proposal: string;
beforeAll(async () => {
  scene = await auditScene();
  proposal = await scene.check.propose({});
});
afterAll(() => scene[Symbol.dispose]());

/** The audit's verdict on a commit that is not on main. */
const auditOf = async (head: string): Promise<string> => gistOn(await scene.audit({ head }), head);
const signedTree = (tree: string, ...parents: string[]): string =>
  scene.git("commit-tree", "-S", tree, ...parents.flatMap((one) => ["-p", one]), "-m", "odd");
const treeOf = (revision: string): string => scene.git("rev-parse", `${revision}^{tree}`);

describe("a commit", () => {
  it("in another encoding is read by its bytes, and passes", async () => {
    const head = scene.aside(() => {
      scene.git("config", "i18n.commitEncoding", "ISO-8859-1");
      writeFileSync(join(scene.root, ".git/message"), Buffer.from("caf\u00e9 policy\n", "latin1"));
      for (const [path, text] of Object.entries(nextPolicy(scene))) scene.check.repo.write(path, text);
      scene.git("add", "-A");
      scene.git("commit", "-q", "-F", ".git/message");
      scene.git("config", "--unset", "i18n.commitEncoding");
    });
    expect(scene.plumb(["cat-file", "commit", head])).toContain("\nencoding ISO-8859-1\n");
    expect(await auditOf(head)).toBe("PASS");
    expect(codesOf(await scene.check.check("main", head))).toEqual([]);
  });

  it("of an encoding that nobody knows is judged all the same", async () => {
    const head = scene.aside(() => {
      scene.git("config", "i18n.commitEncoding", "x-no-such");
      scene.commit({ "README.md": "x\n" }, "odd");
      scene.git("config", "--unset", "i18n.commitEncoding");
    });
    expect(await auditOf(head)).toBe("PASS");
  });

  it("that changes nothing passes", async () => {
    const head = scene.aside(() => scene.commit({}, "empty"));
    expect(await auditOf(head)).toBe("PASS");
    expect((await scene.check.check("main", head)).outcome).toBe("PASS");
  });

  it("that merges three branches passes with what they bring, and fails with what none has", async () => {
    const [a, b] = ["a", "b"].map((name) => scene.aside(() => scene.commit({ [`${name}.md`]: "x\n" }, name)));
    const octopus = (tree: string): string => signedTree(tree, "main", a!, b!, proposal);
    expect(await auditOf(octopus(treeOf(proposal)))).toBe("PASS");
    const bent = scene.aside(() => {
      scene.git("checkout", "-q", "--detach", proposal);
      const ledger = readFileSync(join(scene.root, "deployed.json"), "utf8");
      scene.commit({
        "deployed.json": ledger.replace('"because"', '"why not"').replace("first model", "second model"),
      });
    });
    expect(await auditOf(octopus(treeOf(bent)))).toMatch(/^FAIL AUDIT_MERGE_EDITED/);
  });

  it.each([
    "models/flight-delay/9.9.9",
    "evidence/flight-delay/1.0.0/x",
    "policies/gates/x.yaml",
    "deployed.json",
  ])("with a submodule at %s is refused by both", async (path) => {
    const head = scene.aside(() => {
      scene.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", path);
      scene.git("update-index", "--add", "--cacheinfo", `160000,${scene.git("rev-parse", "main")},${path}`);
      scene.git("commit", "-q", "-m", "submodule");
    });
    expect(await auditOf(head)).toMatch(/^FAIL .*CHECK_PATH_HOSTILE/);
    expect(codesOf(await scene.check.check("main", head))).toContain("CHECK_PATH_HOSTILE");
  });

  it("with a submodule where nothing governs passes, and nothing is fetched", async () => {
    const head = scene.aside(() => {
      scene.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},vendor/x`);
      scene.git("commit", "-q", "-m", "submodule");
    });
    expect(await auditOf(head)).toBe("PASS");
  });
});

describe("a clock", () => {
  it.each(["@0 +0000", "@4102444800 +0000", "@999999999999 +1400"])(
    "at %s does not matter to a commit of policies",
    async (date) => {
      const head = scene.aside(() => {
        for (const [path, text] of Object.entries(nextPolicy(scene))) scene.check.repo.write(path, text);
        scene.git("add", "-A");
        scene.plumb(["commit", "-q", "-m", "odd"], {
          env: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
        });
      });
      expect(await auditOf(head)).toBe("PASS");
      expect(codesOf(await scene.check.check("main", head))).toEqual([]);
    },
  );

  it.each([
    ["@0 +0000", "FAIL CHECK_TIME_IMPLAUSIBLE"],
    ["@4102444800 +0000", "PASS"],
  ])("at %s in the commit that lands a promotion is only believed when it is late", async (date, gist) => {
    const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const head = scene.plumb(["commit-tree", "-S", treeOf(proposal), "-p", "main", "-m", "landed"], { env });
    expect(await auditOf(head)).toBe(gist);
  });

  it.each([
    ["1970-01-01T00:00:00Z", ["CHECK_TIME_IMPLAUSIBLE"]],
    ["2100-01-01T00:00:00Z", []],
  ])("of the runner at %s", async (now, expected) => {
    const report = await scene.check.check("main", proposal, {
      start: { ...startNow(), now: new Date(now) },
    });
    expect(codesOf(report)).toEqual(expected);
    expect(report.outcome).toBe(expected.length === 0 ? "PASS" : "FAIL");
  });
});

describe("a repository", () => {
  it("without any commit is told to be one", async () => {
    using repo = gitRepo();
    const git = await openGit(repo.root, GIT_ENV);
    expect(codes(await problemsOf(() => audit({ git, progress: recordedProgress() })))).toEqual([
      "GIT_NO_COMMITS",
    ]);
  });

  it("with a file of evidence missing from the pack fails by its name", async () => {
    scene.git("checkout", "-q", "--detach", proposal);
    const path = scene
      .git("ls-tree", "-r", "--name-only", "HEAD", "evidence")
      .split("\n")
      .find((one) => one.endsWith("/parity.json"))!;
    rmSync(join(scene.root, path));
    scene.git("add", "-A");
    const tree = scene.git("write-tree");
    scene.git("checkout", "-q", "-f", "main");
    expect(await auditOf(signedTree(tree, "main"))).toBe("FAIL CHECK_PACK_INCOMPLETE");
    expect(codesOf(await scene.check.check("main", signedTree(tree, proposal)))).toEqual([
      "CHECK_PACK_INCOMPLETE",
    ]);
  });

  it("with a file of evidence missing from the clone fails by its id", async () => {
    const landed = signedTree(treeOf(proposal), "main");
    const path = scene.git("ls-tree", "-r", "--name-only", proposal, "evidence").split("\n")[0]!;
    const blob = scene.git("rev-parse", `${proposal}:${path}`);
    const file = join(scene.root, ".git/objects", blob.slice(0, 2), blob.slice(2));
    const bytes = readFileSync(file);
    rmSync(file);
    const found = await scene.audit({ head: landed });
    writeFileSync(file, bytes);
    expect([gistOn(found, landed), found.broken]).toEqual(["FAIL GIT_OBJECT_MISSING", true]);
  });
});

describe("a key file with 10,000 lines", () => {
  const lines = (line: string): string => `${line}\n`.repeat(10_000);
  const pem = String(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));

  it.each([
    ["public keys", () => lines(scene.ada.line), "SIGNING_KEY_UNREADABLE"],
    ["nothing", () => lines(""), "TRUST_KEY_MALFORMED"],
    ["private keys", () => lines(pem), "SIGNING_KEY_UNREADABLE"],
  ])("of %s signs nothing", async (name, text, code) => {
    const file = join(scene.root, ".git", `${name.replace(" ", "-")}.key`);
    writeFileSync(file, text());
    expect(codes(await problemsOf(() => openSigner(file, GIT_ENV)))).toEqual([code]);
  });

  it("that never ends is read to its limit, and refused", async () => {
    expect(codes(await problemsOf(() => readNamedFile("/dev/zero")))).toEqual(["FILE_TOO_LARGE"]);
  });

  it("in trust.yaml is refused by the check and by the audit", async () => {
    const yaml = trustYaml([{ id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] }], 2);
    const many = yaml.replace(
      /public_key: (ssh-[^\n]*)/,
      (_, line: string) => `public_key: |\n${`          ${line}\n`.repeat(10_000)}`,
    );
    const head = scene.aside(() => scene.commit({ "policies/trust.yaml": many }, "many"));
    const checked = codesOf(await scene.check.check("main", head));
    expect(checked).toEqual(["TRUST_KEY_MALFORMED"]);
    expect(await auditOf(head)).toBe("FAIL TRUST_KEY_MALFORMED");
  });
});
