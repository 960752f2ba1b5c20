import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatLedger, GENESIS } from "../../../src/ledger/ledger-text.ts";
import { type AuditScene, auditScene, type SshKey, trustYaml } from "../../support/audit-scene.ts";

/**
 * Attack 24: what adopts modelgate may bring policies and versions at once, signed by who may sign policies. On a line that
 * has a trust.yaml and no ledger yet, that must not be a way to change who is trusted.
 */
describe("a first ledger that brings a key along", () => {
  let scene: AuditScene;
  let bot: SshKey;
  let eve: SshKey;
  beforeAll(async () => {
    scene = await auditScene();
    [bot, eve] = [scene.newKey("bot"), scene.newKey("eve")];
    scene.git("checkout", "-q", "--orphan", "young");
    scene.git("rm", "-q", "-r", "-f", ".");
    scene.commit({ "policies/trust.yaml": trusting(1, []) }, "trust before anything else");
  });
  afterAll(() => scene[Symbol.dispose]());

  const trusting = (version: number, more: readonly { id: string; key: SshKey }[]): string => {
    const principals = [
      { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] },
      { id: "bot", roles: ["gate-bot"], keys: [{ key: bot }] },
      ...more.map(({ id, key }) => ({ id, roles: ["policy-owner"], keys: [{ key }] })),
    ];
    return `${trustYaml(principals, version)}commits: { trust: [policy-owner] }\n`;
  };
  const adopting = (key: SshKey, files: Readonly<Record<string, string>>): Promise<string> => {
    scene.signWith(key);
    const head = scene.commit({ "deployed.json": formatLedger(GENESIS), ...files }, "adopt");
    scene.git("reset", "-q", "--hard", "HEAD^");
    return scene.lastOf(head);
  };

  it("passes without one, by whoever may sign policies", async () => {
    expect(await adopting(bot, {})).toBe("PASS");
  });

  it("is refused with one, by whoever may sign policies alone", async () => {
    const files = { "policies/trust.yaml": trusting(2, [{ id: "eve", key: eve }]) };
    expect(await adopting(bot, files)).toBe("FAIL TRUST_ROLE_MISSING");
    expect(await adopting(scene.ada, files)).toBe("PASS");
  });
});
