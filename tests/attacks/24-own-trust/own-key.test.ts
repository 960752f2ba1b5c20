import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import {
  type AuditScene,
  auditScene,
  type SshKey,
  type TestPrincipal,
  trustYaml,
} from "../../support/audit-scene.ts";
import { codesOf } from "../../support/check-scene.ts";
import { gistOn, nextPolicy } from "../../support/governed-commits.ts";

const TRUST = "policies/trust.yaml";

/** Whoever may push to main would like to be somebody whose signature counts. */
describe("a key that lets itself in", () => {
  let scene: AuditScene;
  let eve: SshKey;
  let report: AuditReport;
  const commits: Record<string, string> = {};

  const trusting = (version: number, roles: readonly string[], more = ""): string => {
    const ada: TestPrincipal = { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] };
    const own: TestPrincipal = { id: "eve", roles, keys: [{ key: eve }] };
    return `${trustYaml(roles.length === 0 ? [ada] : [ada, own], version)}${more}`;
  };
  const commit = (name: string, key: SshKey, files: Record<string, string>): void => {
    scene.signWith(key);
    commits[name] = scene.commit(files, name);
  };

  beforeAll(async () => {
    scene = await auditScene();
    eve = scene.newKey("eve");
    commit("adds itself", eve, { [TRUST]: trusting(2, ["policy-owner"]) });
    commit("is used next", eve, nextPolicy(scene));
    commit("is put out again", scene.ada, { [TRUST]: trusting(3, []) });
    commit("is added by an owner", scene.ada, { [TRUST]: trusting(4, ["model-signer"]) });
    commit("takes a role that it was not given", eve, { [TRUST]: trusting(5, ["policy-owner"]) });
    const lets = "commits: { policy: [model-signer] }\n";
    commit("lowers what a signature needs", eve, { [TRUST]: trusting(6, ["model-signer"], lets) });
    commit("is used after that", eve, nextPolicy(scene));
    rmSync(join(scene.root, TRUST));
    commit("removes the registry", eve, {});
    commit("is used without any", eve, nextPolicy(scene));
    report = await scene.audit();
  });
  afterAll(() => scene[Symbol.dispose]());

  it.each([
    ["adds itself", "FAIL TRUST_KEY_UNKNOWN"],
    ["is used next", "FAIL TRUST_KEY_UNKNOWN"],
    ["is put out again", "PASS"],
    ["is added by an owner", "PASS"],
    ["takes a role that it was not given", "FAIL TRUST_ROLE_MISSING"],
    ["lowers what a signature needs", "FAIL TRUST_ROLE_MISSING"],
    ["is used after that", "FAIL TRUST_ROLE_MISSING"],
    ["removes the registry", "FAIL TRUST_ROLE_MISSING TRUST_FILE_REMOVED"],
    ["is used without any", "FAIL TRUST_ROLE_MISSING"],
  ])("%s", (name, gist) => {
    expect(gistOn(report, commits[name]!)).toBe(gist);
  });

  it("counts from the commit after the one that an owner has signed", async () => {
    scene.git("checkout", "-q", "-B", "main", commits["is added by an owner"]!);
    commit("given the role", scene.ada, { [TRUST]: trusting(5, ["policy-owner"]) });
    commit("used from then on", eve, nextPolicy(scene));
    const found = await scene.audit();
    expect(gistOn(found, commits["used from then on"]!)).toBe("PASS");
  });

  it("cannot come with the promotion that needs it, nor a lower threshold", async () => {
    scene.git("checkout", "-q", "-B", "main", commits["is added by an owner"]!);
    const branch = await scene.check.propose({});
    const production = "policies/gates/production.yaml";
    const lower = readFileSync(join(scene.root, production), "utf8").replace("at_least: 1", "at_least: 0");
    for (const [name, path, text] of [
      ["with-key", TRUST, trusting(5, ["policy-owner"])],
      ["with-threshold", production, lower],
    ] as const) {
      const head = scene.check.branch(name, () => scene.check.repo.write(path, text), branch);
      expect(codesOf(await scene.check.check("main", head))).toEqual(["CHECK_MIXTURE"]);
    }
  });
});
