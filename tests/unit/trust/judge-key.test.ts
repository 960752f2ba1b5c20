import { describe, expect, it } from "vitest";
import { judgeKey, type KeyUse } from "../../../src/trust/judge-key.ts";
import { testKey, trustOf } from "../../support/trust.ts";

const [active, retired, revoked, narrow, stranger] = Array.from({ length: 5 }, () => testKey());
if (!active || !retired || !revoked || !narrow || !stranger) throw new Error("Five keys are made.");

const registry = trustOf({
  principals: [
    {
      id: "ada",
      roles: ["model-signer", "release-manager"],
      keys: [
        { id: "active", key: active },
        { id: "retired", key: retired, retired: "rotated" },
        { id: "revoked", key: revoked, revoked: "stolen" },
        { id: "narrow", key: narrow, roles: ["release-manager"] },
      ],
    },
  ],
});

const judge = (fingerprint: string, use: KeyUse["use"], roles: KeyUse["roles"] = ["model-signer"]) => {
  const judged = judgeKey(registry, { fingerprint, roles, use });
  return "principal" in judged ? judged.principal : `${judged.code} ${judged.message}`;
};

describe("judgeKey", () => {
  it("trusts an active key with a role of its principal", () => {
    expect([judge(active.fingerprint, "now"), judge(active.fingerprint, "earlier")]).toEqual(["ada", "ada"]);
  });

  it("takes one role of several", () => {
    expect(judge(active.fingerprint, "now", ["gate-bot", "release-manager"])).toBe("ada");
  });

  it("lets a retired key sign nothing new, and keeps what it signed", () => {
    expect(judge(retired.fingerprint, "now")).toBe("TRUST_KEY_RETIRED The key retired is retired: rotated");
    expect(judge(retired.fingerprint, "earlier")).toBe("ada");
  });

  it("takes nothing that a revoked key signed, whenever that was", () => {
    const says = "TRUST_KEY_REVOKED The key revoked is revoked: stolen";
    expect([judge(revoked.fingerprint, "now"), judge(revoked.fingerprint, "earlier")]).toEqual([says, says]);
  });

  it("takes from a key no role that the key does not have, though its principal does", () => {
    expect(judge(narrow.fingerprint, "now")).toBe(
      "TRUST_ROLE_MISSING The key narrow of ada has release-manager; wanted is model-signer.",
    );
  });

  it("knows nobody else", () => {
    expect(judge(stranger.fingerprint, "earlier")).toBe(
      `TRUST_KEY_UNKNOWN Nobody is known to hold the key ${stranger.fingerprint}.`,
    );
  });

  it("says revoked before it says wrong role: the graver answer counts", () => {
    expect(judge(revoked.fingerprint, "now", ["gate-bot"])).toContain("TRUST_KEY_REVOKED");
  });
});
