import { describe, expect, it } from "vitest";
import { asksForVouchers, judgeVoucher } from "../../../src/trust/voucher.ts";
import { type KeyEntry, testKey, trustOf } from "../../support/trust.ts";

const key = testKey();
const registry = (roles: readonly string[], entry: Partial<KeyEntry> = {}) =>
  trustOf({ principals: [{ id: "lab", roles, keys: [{ id: "lab-1", key, ...entry }] }] });
const judged = (roles: readonly string[], entry: Partial<KeyEntry> = {}): string => {
  const answer = judgeVoucher(registry(roles, entry), key.fingerprint);
  return "principal" in answer ? answer.principal : answer.code;
};

describe("judgeVoucher", () => {
  it("takes a gate-bot or an evidence-signer, and nobody else", () => {
    const roles = ["gate-bot", "evidence-signer", "release-manager", "model-signer", "policy-owner"];
    const missing = "TRUST_ROLE_MISSING";
    expect(roles.map((role) => judged([role]))).toEqual(["lab", "lab", missing, missing, missing]);
  });

  it("takes neither a key that ended, nor one that has fewer roles than its principal, nor one unknown", () => {
    const both = ["evidence-signer", "release-manager"];
    expect(judged(both)).toBe("lab");
    expect(judged(both, { roles: ["release-manager"] })).toBe("TRUST_ROLE_MISSING");
    expect(judged(both, { retired: "replaced" })).toBe("TRUST_KEY_RETIRED");
    expect(judged(both, { revoked: "stolen" })).toBe("TRUST_KEY_REVOKED");
    expect(judgeVoucher(registry(both), testKey().fingerprint)).toMatchObject({ code: "TRUST_KEY_UNKNOWN" });
  });
});

describe("asksForVouchers", () => {
  const asks = (roles: readonly string[], entry: Partial<KeyEntry> = {}): boolean =>
    asksForVouchers(registry(roles, entry));

  it("as soon as somebody may sign commits, or vouch", () => {
    expect(asksForVouchers(trustOf({}))).toBe(false);
    expect([asks(["release-manager"]), asks(["gate-bot"]), asks(["evidence-signer"])]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("still when the last who could vouch was revoked; a key that never could says nothing", () => {
    expect(asks(["evidence-signer"], { revoked: "stolen" })).toBe(true);
    expect(asks(["gate-bot"], { retired: "replaced" })).toBe(true);
    expect(asks(["model-signer"], { retired: "destroyed" })).toBe(false);
  });
});
