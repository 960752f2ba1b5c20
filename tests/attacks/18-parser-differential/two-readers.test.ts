import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditScene, auditScene, trustYaml } from "../../support/audit-scene.ts";
import { codesOf, packPath, reseal } from "../../support/check-scene.ts";
import { gistOn, SHADOW_POLICY } from "../../support/governed-commits.ts";

/**
 * Attack 18: a file that two readers read differently, so that the gate judges one thing and somebody else deploys another.
 * Each text stands in a file that governs, in a signed commit; the required check and the audit refuse it by the same code.
 */
let scene: AuditScene;
let proposal: string;
beforeAll(async () => {
  scene = await auditScene();
  proposal = await scene.check.propose({});
});
afterAll(() => scene[Symbol.dispose]());

const read = (path: string): string => readFileSync(join(scene.root, path), "utf8");
let changes = 0;

/** The codes of the check and of the audit on one commit on a branch that starts here. */
async function judged(
  from: string,
  change: () => void,
): Promise<{ checked: readonly string[]; audited: string }> {
  const head = scene.check.branch(`bent-${(changes += 1)}`, change, from);
  const checked = codesOf(await scene.check.check("main", head));
  const tree = scene.git("rev-parse", `${head}^{tree}`);
  const landed = scene.git("commit-tree", "-S", tree, "-p", "main", "-m", "landed");
  const audited = gistOn(await scene.audit({ head: landed }), landed);
  return { checked, audited };
}

const JSON_TEXTS: readonly (readonly [string, (text: string) => string | Buffer, string])[] = [
  ["a key twice", (text) => text.replace("{", '{ "models": 9,'), "DOCUMENT_DUPLICATE_KEY"],
  [
    "a key twice, once in escapes",
    (text) => text.replace("{", String.raw`{ "mod\u0065ls": 9,`),
    "DOCUMENT_DUPLICATE_KEY",
  ],
  ["__proto__", (text) => text.replace("{", '{ "__proto__": { "revision": 9 },'), "DOCUMENT_KEY_FORBIDDEN"],
  ["a byte order mark", (text) => `\uFEFF${text}`, "DOCUMENT_BOM"],
  ["a comment", (text) => `// ${text}`, "DOCUMENT_SYNTAX"],
  ["text after the end", (text) => `${text}{}`, "DOCUMENT_SYNTAX"],
  ["a comma too many", (text) => text.replace(/\}\s*$/, ",}"), "DOCUMENT_SYNTAX"],
  [
    "an integer that would be rounded",
    (text) => text.replace(/"revision": \d+/, '"revision": 9007199254740993'),
    "DOCUMENT_NUMBER_UNSAFE",
  ],
  [
    "an integer beyond all numbers",
    (text) => text.replace(/"revision": \d+/, '"revision": 1e999'),
    "DOCUMENT_NUMBER_NOT_FINITE",
  ],
  [
    "half a surrogate pair",
    (text) => text.replace('"reason": "', String.raw`"reason": "\ud800`),
    "DOCUMENT_SURROGATE",
  ],
  [
    "bytes that are no UTF-8",
    (text) => Buffer.from(text.replace('"reason": "', '"reason": "\u00ff'), "latin1"),
    "DOCUMENT_NOT_UTF8",
  ],
  ["100,000 levels", () => "[".repeat(100_000), "DOCUMENT_TOO_DEEP"],
  ["17 MB", (text) => `${" ".repeat(17 * 1024 * 1024)}${text}`, "DOCUMENT_TOO_LARGE"],
  ["nothing", () => "", "DOCUMENT_EMPTY"],
  ["another spelling of the same", (text) => text.replaceAll("\n", "\r\n"), "LEDGER_NOT_CANONICAL"],
];

describe("deployed.json with", () => {
  it.each(JSON_TEXTS)("%s", async (_, bend, code) => {
    const found = await judged(proposal, () =>
      scene.check.repo.write("deployed.json", bend(read("deployed.json"))),
    );
    expect(found.checked).toContain(code);
    expect(found.audited).toMatch(new RegExp(`^FAIL .*\\b${code}\\b`));
  });
});

describe("a piece of evidence with", () => {
  it.each([
    [
      "a number twice",
      (text: string) => text.replace('"seed":', '"seed": 7, "seed":'),
      "DOCUMENT_DUPLICATE_KEY",
    ],
    ["__proto__", (text: string) => text.replace("{", '{ "__proto__": {},'), "DOCUMENT_KEY_FORBIDDEN"],
    [
      "a key that nobody knows",
      (text: string) => text.replace("{", '{ "outcome": "PASS",'),
      "DOCUMENT_KEY_UNKNOWN",
    ],
  ])("%s", async (_, bend, code) => {
    const found = await judged(proposal, () => {
      const path = `${packPath(scene.check)}/parity.json`;
      scene.check.repo.write(path, bend(read(path)));
      reseal(scene.check);
    });
    expect([found.checked, found.audited]).toEqual([[code], `FAIL ${code}`]);
  });
});

const bomb = (): string => {
  const lines = Array.from(
    { length: 30 },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(",")}]`,
  );
  return `a0: &a0 lol\n${lines.join("\n")}\n`;
};
const YAML_TEXTS: readonly (readonly [string, (text: string) => string | Buffer, string])[] = [
  ["a key twice", (text) => `${text}kind: Other\n`, "DOCUMENT_DUPLICATE_KEY"],
  ["a second document", (text) => `${text}---\n${text}`, "DOCUMENT_MANY"],
  ["an anchor and an alias", (text) => `${text}x: &a 1\ny: *a\n`, "DOCUMENT_ALIAS"],
  ["a merge key", (text) => `${text}<<: { kind: Other }\n`, "DOCUMENT_KEY_FORBIDDEN"],
  ["__proto__", (text) => `${text}__proto__: { a: 1 }\n`, "DOCUMENT_KEY_FORBIDDEN"],
  ["a tag", (text) => text.replace("version: 2", "version: !!int 2"), "DOCUMENT_TAG"],
  ["a tag that runs code elsewhere", (text) => `${text}x: !!js/function "x"\n`, "DOCUMENT_TAG"],
  ["an alias bomb", bomb, "DOCUMENT_ALIAS"],
  [
    "a number that is none",
    (text) => text.replace("version: 2", "version: .nan"),
    "DOCUMENT_NUMBER_NOT_FINITE",
  ],
  ["a byte order mark", (text) => `\uFEFF${text}`, "DOCUMENT_BOM"],
  ["100,000 levels", () => "[".repeat(100_000), "DOCUMENT_TOO_DEEP"],
  ["nothing but comments", () => "# nothing\n", "DOCUMENT_EMPTY"],
  ["a megabyte", (text) => `${text}# ${"x".repeat(1024 * 1024)}\n`, "DOCUMENT_TOO_LARGE"],
];

describe.each([
  [
    "a policy",
    SHADOW_POLICY,
    "POLICY_VERSION_INVALID",
    () => read(SHADOW_POLICY).replace("version: 1", "version: 2"),
  ],
  [
    "trust.yaml",
    "policies/trust.yaml",
    "DOCUMENT_TYPE_WRONG",
    () => trustYaml([{ id: "ada", roles: ["policy-owner", "gate-bot"], keys: [{ key: scene.ada }] }], 2),
  ],
])("%s with", (_place, path, versionCode, next) => {
  it("nothing wrong passes both, so that the next tests mean something", async () => {
    const found = await judged("main", () => scene.check.repo.write(path, next()));
    expect(found).toEqual({ checked: [], audited: "PASS" });
  });

  it.each([
    ["a boolean of YAML 1.1", "yes"],
    ["a sexagesimal of YAML 1.1", "1:30"],
    ["an octal of YAML 1.1", "0_2"],
  ])("%s for its version", async (_, version) => {
    const text = `%YAML 1.1\n---\n${next().replace("version: 2", `version: ${version}`)}`;
    const found = await judged("main", () => scene.check.repo.write(path, text));
    expect([found.checked, found.audited]).toEqual([[versionCode], `FAIL ${versionCode}`]);
  });

  it.each(YAML_TEXTS)("%s", async (_, bend, code) => {
    const found = await judged("main", () => scene.check.repo.write(path, bend(next())));
    expect(found.checked).toContain(code);
    expect(found.audited).toMatch(new RegExp(`^FAIL .*\\b${code}\\b`));
  });
});
