import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../src/domain/limits.ts";
import { parsePolicies, type PolicySource } from "../../../src/policy/parse-policies.ts";
import { policySources } from "../../../src/usecases/gate/base.ts";
import { check } from "../../../src/usecases/check/check.ts";
import { startNow } from "../../support/check-scene.ts";
import { MemoryGit } from "../../support/memory-git.ts";
import { problemsOf } from "../../support/problems.ts";

const policy = (n: number, objectives = 1, padding = 0): PolicySource => {
  const lines = Array.from(
    { length: objectives },
    (_, at) => `  - { id: o-${at}, metric: parity.max_abs_diff, hard: "<= 1e-5", why: exact, fix: export }`,
  );
  const text = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: p-${n}, version: 1, owners: [ml] }
match: { events: [REGISTER], models: ["*"] }
objectives:
${lines.join("\n")}
#${"x".repeat(padding)}
`;
  return { path: `policies/gates/p-${n}.yaml`, bytes: Buffer.from(text) };
};

const many = (count: number, ...of: readonly number[]): PolicySource[] =>
  Array.from({ length: count }, (_, n) => policy(n, ...of));

const told = async (read: () => unknown): Promise<string[]> =>
  (await problemsOf(async () => read())).map(({ code, message }) => `${code} ${message}`);

describe("policies", () => {
  it.each([
    [
      "60 of 250 KB",
      many(60, 1, 250_000),
      /^POLICY_TOO_MUCH There are 150\d{5} bytes of policy files below policies\/; at most 1048576 are read\.$/,
    ],
    [
      "more files than anybody writes",
      many(LIMITS.policyFiles + 1),
      /^POLICY_TOO_MUCH There are 257 policy files below policies\/; at most 256 are read\.$/,
    ],
    [
      "more objectives than anybody reads",
      many(17, 128),
      /^POLICY_TOO_MUCH There are 2176 objectives below policies\/; at most 2048 are read\.$/,
    ],
  ])("%s are refused with the number", async (_, sources, expected) => {
    expect(await told(() => parsePolicies(sources))).toEqual([expect.stringMatching(expected)]);
  });

  it("as many as an honest team may have are read", () => {
    expect(parsePolicies(many(100, 10)).policies).toHaveLength(100);
  });

  it("are counted before one of them is read", async () => {
    const git = new MemoryGit();
    const files = many(LIMITS.policyFiles + 1).map(({ path, bytes }) => [path, bytes] as const);
    const commit = git.seed(Object.fromEntries(files));
    git.show = () => Promise.reject(new Error("Nothing is to be read."));
    expect(await told(() => policySources(git, commit))).toEqual([
      expect.stringContaining("POLICY_TOO_MUCH"),
    ]);
  });
});

describe("a change that registers hundreds of versions", () => {
  it("is refused before one of them is read", async () => {
    const git = new MemoryGit();
    const base = git.seed({ "deployed.json": "{}\n" });
    const folders = Array.from({ length: 300 }, (_, n) => [`models/m/1.0.${n}/manifest.json`, "{}\n"]);
    const head = git.seed(Object.fromEntries(folders) as Record<string, string>);
    const filesAt = () =>
      new Proxy({}, { get: () => () => Promise.reject(new Error("Nothing is to be read.")) });
    const report = await check({ git, filesAt } as never, { base, head }, { start: startNow() });
    expect(report.problems.map(({ code, message }) => [code, message])).toEqual([
      ["CHECK_TOO_MANY_VERSIONS", "The change registers 300 versions; at most 64 are checked at once."],
    ]);
  });
});
