import { describe, expect, it } from "vitest";
import { trustChangeProblems } from "../../../src/trust/compare.ts";
import { describeTrustChange } from "../../../src/trust/describe-change.ts";
import type { Role } from "../../../src/trust/roles.ts";
import { codes } from "../../support/problems.ts";
import { type KeyEntry, testKey, trustOf } from "../../support/trust.ts";

const [ada, bob, eve] = [testKey(), testKey(), testKey()];
const DATA = `sha256:${"1".repeat(64)}`;
const owners = (keys: readonly KeyEntry[], more: readonly string[] = []) =>
  trustOf({
    principals: [{ id: "ada", github: "ada", roles: ["policy-owner", "model-signer"], keys }],
    more,
  });
const HELD = { id: "ada-1", key: ada };
const before = owners([HELD]);
const refused = (after: ReturnType<typeof owners>, from = before) => codes(trustChangeProblems(from, after));

describe("a change of trust may", () => {
  it("add keys, end them and change roles, as long as an owner stays", () => {
    const after = owners([
      { ...HELD, retired: "rotated" },
      { id: "ada-2", key: bob, roles: ["policy-owner"] },
    ]);
    expect(trustChangeProblems(before, after)).toEqual([]);
  });

  it("make a retired key active again: it was never in doubt", () => {
    const from = owners([
      { ...HELD, retired: "rotated" },
      { id: "ada-2", key: bob },
    ]);
    expect(refused(owners([HELD, { id: "ada-2", key: bob }]), from)).toEqual([]);
  });

  it("lift the revocation of a dataset by saying why", () => {
    const revoked = (entry: string) =>
      owners([HELD], ["revoked:", `  datasets: [{ digest: "${DATA}", ${entry} }]`]);
    const lifted = revoked("reason: poisoned, lifted: { reason: it was another one }");
    expect(refused(lifted, revoked("reason: poisoned"))).toEqual([]);
  });
});

describe("the first keys", () => {
  const only = (...roles: Role[]) => trustOf({ principals: [{ id: "bob", roles, keys: [HELD] }] });
  const named = (trust: string) =>
    trustOf({
      principals: [{ id: "bob", roles: ["release-manager"], keys: [HELD] }],
      more: [`commits: { trust: [${trust}] }`],
    });

  it("must have one that may change trust: nobody could ever add it", () => {
    for (const before of [null, trustOf({ principals: [] })]) {
      expect(codes(trustChangeProblems(before, only("release-manager")))).toEqual(["TRUST_OWNER_NONE"]);
      expect(codes(trustChangeProblems(before, only("model-signer")))).toEqual(["TRUST_OWNER_NONE"]);
      expect(trustChangeProblems(before, only("policy-owner"))).toEqual([]);
      expect(trustChangeProblems(before, only("gate-bot"))).toEqual([]);
    }
  });

  it("may be of any role that the file lets change trust, and of none where they sign no commits", () => {
    expect(trustChangeProblems(null, named("release-manager"))).toEqual([]);
    expect(codes(trustChangeProblems(null, named("model-signer")))).toEqual(["TRUST_OWNER_NONE"]);
    expect(trustChangeProblems(null, only("evidence-signer"))).toEqual([]);
  });

  it("may be followed by keys of any role", () => {
    expect(trustChangeProblems(only("policy-owner"), only("policy-owner", "model-signer"))).toEqual([]);
  });
});

describe("a change of trust may not", () => {
  it("erase a key", () => {
    expect(refused(owners([{ id: "ada-2", key: bob }]))).toEqual(["TRUST_KEY_REMOVED"]);
  });

  it("put another key under an old id", () => {
    expect(refused(owners([{ id: "ada-1", key: bob }]))).toEqual(["TRUST_KEY_CHANGED"]);
  });

  it("rename a key, or give it to somebody else", () => {
    expect(refused(owners([{ id: "other", key: ada }]))).toEqual(["TRUST_KEY_CHANGED"]);
    const moved = trustOf({
      principals: [{ id: "eve", roles: ["policy-owner"], keys: [HELD] }],
    });
    expect(refused(moved)).toEqual(["TRUST_KEY_CHANGED"]);
  });

  it("take the revocation of a key back, also by way of retired", () => {
    const from = owners([
      { ...HELD, revoked: "stolen" },
      { id: "ada-2", key: bob },
    ]);
    const with2 = (one: KeyEntry) => owners([one, { id: "ada-2", key: bob }]);
    expect(refused(with2(HELD), from)).toEqual(["TRUST_REVOCATION_UNDONE"]);
    expect(refused(with2({ ...HELD, retired: "never mind" }), from)).toEqual(["TRUST_REVOCATION_UNDONE"]);
  });

  it("erase the revocation of a dataset or of training code", () => {
    const entry = (name: string) => `[{ ${name}: "${DATA}", reason: poisoned }]`;
    const from = owners(
      [HELD],
      ["revoked:", `  datasets: ${entry("digest")}`, `  trainer_code: ${entry("hash")}`],
    );
    expect(refused(owners([HELD]), from)).toEqual(["TRUST_REVOCATION_UNDONE", "TRUST_REVOCATION_UNDONE"]);
  });

  it.each<[string, KeyEntry]>([
    ["retiring it", { ...HELD, retired: "gone" }],
    ["revoking it", { ...HELD, revoked: "gone" }],
    ["taking its role", { ...HELD, roles: ["model-signer"] }],
  ])("leave nobody who could change the rules, by %s", (_, last) => {
    expect(refused(owners([last]))).toEqual(["TRUST_OWNER_LAST"]);
  });

  it("do several of these at once, and all are told", () => {
    const from = owners([HELD, { id: "b", key: bob, revoked: "x" }, { id: "e", key: eve }]);
    expect(
      refused(
        owners([
          { ...HELD, roles: ["model-signer"] },
          { id: "b", key: bob, roles: ["model-signer"] },
        ]),
        from,
      ),
    ).toEqual(["TRUST_REVOCATION_UNDONE", "TRUST_KEY_REMOVED", "TRUST_OWNER_LAST"]);
  });
});

describe("a change of trust in words", () => {
  it("says what each key may do, and what it may no longer do", () => {
    const from = owners([HELD, { id: "b", key: bob, roles: ["model-signer"] }, { id: "e", key: eve }]);
    const after = owners([
      { ...HELD, retired: "rotated" },
      { id: "b", key: bob, roles: ["policy-owner"] },
      { id: "e", key: eve, revoked: "stolen" },
    ]);
    expect(describeTrustChange(from, after)).toEqual([
      `Retires the key ada-1 of ada (${ada.fingerprint}): rotated.`,
      `Gives the key b of ada (${bob.fingerprint}) policy-owner.`,
      `Takes from the key b of ada (${bob.fingerprint}) model-signer.`,
      `Revokes the key e of ada (${eve.fingerprint}): stolen.`,
    ]);
  });

  it("says who is new, who signs commits, what is required and what is revoked", () => {
    const after = owners(
      [HELD, { id: "b", key: bob, roles: ["model-signer"] }],
      [
        "commits:",
        "  promotion: [model-signer]",
        "manifest_signature: required",
        "revoked:",
        `  datasets: [{ digest: "${DATA}", reason: poisoned }]`,
      ],
    );
    expect(describeTrustChange(before, after)).toEqual([
      `Adds the active key b of ada (${bob.fingerprint}): model-signer.`,
      "Lets model-signer sign commits of kind promotion, in place of gate-bot, release-manager.",
      "Requires a signature on every new manifest.",
      `Revokes the dataset ${DATA}: poisoned`,
    ]);
  });

  it("says when a login changes hands and when a requirement falls", () => {
    const strict = owners([HELD], ["manifest_signature: required"]);
    const after = trustOf({
      principals: [{ id: "ada", github: "eve", roles: ["policy-owner", "model-signer"], keys: [HELD] }],
    });
    expect(describeTrustChange(strict, after)).toEqual([
      "Takes eve on GitHub for ada, in place of ada.",
      "No longer requires a signature on new manifests.",
    ]);
  });

  it("says nothing of what stays", () => {
    expect(describeTrustChange(before, before)).toEqual([]);
  });
});
