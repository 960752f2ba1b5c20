import { describe, expect, it } from "vitest";
import { editTrust } from "../../../src/trust/file/edit-trust.ts";
import { addKey, endKey, revokeDigest, rotateKey } from "../../../src/trust/file/edits.ts";
import type { TrustDocument } from "../../../src/trust/file/trust-document.ts";
import { codes, problemsOf, utf8 } from "../../support/problems.ts";
import { testKey, trustText } from "../../support/trust.ts";

const [ada, bob] = [testKey(), testKey()];
const newKey = (key: typeof ada) => ({ fingerprint: key.fingerprint, public_key: key.line });
const BASE = trustText({
  principals: [{ id: "ada", roles: ["policy-owner", "model-signer"], keys: [{ id: "ada-1", key: ada }] }],
});
const same = (document: TrustDocument) => document;
const edited = (text: string, edit: (document: TrustDocument) => TrustDocument = same, rewrite = false) =>
  editTrust(utf8(text), edit, { rewrite }).text;
const refusal = async (edit: (document: TrustDocument) => TrustDocument, text = BASE) =>
  codes(await problemsOf(() => edited(text, edit)));
const addBob = (document: TrustDocument) =>
  addKey(document, {
    principal: "bob",
    id: null,
    key: newKey(bob),
    roles: ["gate-bot"],
    github: "bob-bot[bot]",
  });

describe("a new trust.yaml", () => {
  it("begins at version 1 with its first principal, in the layout that is edited later", () => {
    const { text, before, after } = editTrust(null, addBob);
    expect(before).toBeNull();
    expect(after.version).toBe(1);
    expect(text).toBe(`# yaml-language-server: $schema=../schemas/trust-v1.schema.json
# Who may sign what, with which keys, and what is revoked (docs/access-control.md). It counts from the next commit on.
apiVersion: modelgate/v1
kind: TrustPolicy
metadata:
  version: 1
  owners: [bob]
principals:
  - id: bob
    github: "bob-bot[bot]"
    roles: [gate-bot]
    keys:
      - id: bob-1
        fingerprint: ${bob.fingerprint}
        public_key: ${bob.line}
`);
    expect(edited(text)).toBe(text.replace("version: 1", "version: 2"));
  });
});

describe("an edit", () => {
  it("raises the version and changes nothing else", () => {
    expect(edited(BASE)).toBe(BASE.replace("version: 1", "version: 2"));
  });

  it("adds a key to a principal, with the next free id", () => {
    const text = edited(BASE, (document) =>
      addKey(document, {
        principal: "ada",
        id: null,
        key: newKey(bob),
        roles: ["model-signer"],
        github: null,
      }),
    );
    expect(
      text.endsWith(`      - id: ada-2
        fingerprint: ${bob.fingerprint}
        public_key: ${bob.line}
        roles: [model-signer]
`),
    ).toBe(true);
  });

  it("rotates: the new key beside the old one, both active, with the same roles", () => {
    const { after } = editTrust(utf8(BASE), (document) =>
      rotateKey(document, { old: "ada-1", id: "ada-2027", key: newKey(bob) }),
    );
    expect(after.principals[0]?.keys.map(({ id, standing, roles }) => [id, standing.state, roles])).toEqual([
      ["ada-1", "active", ["policy-owner", "model-signer"]],
      ["ada-2027", "active", ["policy-owner", "model-signer"]],
    ]);
  });

  it("retires and revokes, by id or fingerprint, and revokes what was retired", () => {
    const retired = edited(BASE, (document) =>
      endKey(document, { key: ada.fingerprint, as: "retired", reason: 'rotated: "yearly"' }),
    );
    expect(retired).toContain(`        retired:\n          reason: "rotated: \\"yearly\\""\n`);
    const revoked = edited(retired, (document) =>
      endKey(document, { key: "ada-1", as: "revoked", reason: "stolen" }),
    );
    expect(revoked).toContain("        revoked:\n          reason: stolen\n");
    expect(revoked).not.toContain("retired");
  });

  it("revokes datasets and training code", () => {
    const [data, code] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`] as const;
    const text = edited(BASE, (document) =>
      revokeDigest(revokeDigest(document, { what: "datasets", digest: data, reason: "poisoned" }), {
        what: "trainer_code",
        digest: code,
        reason: "leaks",
      }),
    );
    expect(
      text.endsWith(`revoked:
  datasets:
    - digest: ${data}
      reason: poisoned
  trainer_code:
    - hash: ${code}
      reason: leaks
`),
    ).toBe(true);
  });

  it("revokes again what was lifted", () => {
    const data = `sha256:${"1".repeat(64)}` as const;
    const lifted = trustText({
      more: [
        "revoked:",
        "  datasets:",
        `    - digest: ${data}`,
        "      reason: poisoned",
        "      lifted:",
        "        reason: it was not",
      ],
    });
    const { after } = editTrust(utf8(lifted), (document) =>
      revokeDigest(document, { what: "datasets", digest: data, reason: "it was" }),
    );
    expect(after.revoked.datasets).toEqual([{ digest: data, reason: "it was", lifted: null }]);
  });

  it.each<[string, (document: TrustDocument) => TrustDocument, string]>([
    [
      "a new principal without roles",
      (d) => addKey(d, { principal: "eve", id: null, key: newKey(bob), roles: [], github: null }),
      "TRUST_ROLES_NEEDED",
    ],
    [
      "a role that the principal does not have",
      (d) => addKey(d, { principal: "ada", id: null, key: newKey(bob), roles: ["gate-bot"], github: null }),
      "TRUST_ROLE_NOT_HELD",
    ],
    [
      "a key that is there",
      (d) => addKey(d, { principal: "ada", id: null, key: newKey(ada), roles: [], github: null }),
      "TRUST_KEY_DUPLICATE",
    ],
    [
      "an id that is taken",
      (d) => addKey(d, { principal: "ada", id: "ada-1", key: newKey(bob), roles: [], github: null }),
      "TRUST_NAME_DUPLICATE",
    ],
    [
      "a key that nobody has",
      (d) => endKey(d, { key: "eve", as: "retired", reason: "x" }),
      "TRUST_ENTRY_UNKNOWN",
    ],
    [
      "a rotation of nothing",
      (d) => rotateKey(d, { old: "eve", id: null, key: newKey(bob) }),
      "TRUST_ENTRY_UNKNOWN",
    ],
  ])("refuses %s", async (_, edit, code) => {
    expect(await refusal(edit)).toEqual([code]);
  });

  it("refuses to end a key twice", async () => {
    const end = (as: "retired" | "revoked") => (document: TrustDocument) =>
      endKey(document, { key: "ada-1", as, reason: "x" });
    const [retired, revoked] = [edited(BASE, end("retired")), edited(BASE, end("revoked"))];
    expect(await refusal(end("retired"), retired)).toEqual(["TRUST_ENTRY_ENDED"]);
    expect(await refusal(end("retired"), revoked)).toEqual(["TRUST_ENTRY_ENDED"]);
    expect(await refusal(end("revoked"), revoked)).toEqual(["TRUST_ENTRY_ENDED"]);
  });
});

describe("what people wrote", () => {
  const COMMENTED = BASE.replace("principals:", "\n# our people\nprincipals:")
    .replace("  - id: ada\n", "  # the lead\n  - id: ada  # since 2026\n")
    .replace("        public_key", "        # on her laptop\n        public_key")
    .concat("\n# the end\n");

  it("stays where it was", () => {
    expect(edited(COMMENTED)).toBe(COMMENTED.replace("version: 1", "version: 2"));
  });

  it("stays with its lines when others come", () => {
    const text = edited(COMMENTED, addBob);
    expect(text).toContain("\n# our people\nprincipals:\n  # the lead\n  - id: ada  # since 2026\n");
    expect(text.endsWith(`        public_key: ${bob.line}\n\n# the end\n`)).toBe(true);
  });

  it("stays, before what follows, when its line goes", () => {
    const retired = BASE.concat(
      "        # last year\n        retired:\n          # every year\n          reason: rotated\n",
    );
    const text = edited(retired, (document) =>
      endKey(document, { key: "ada-1", as: "revoked", reason: "x" }),
    );
    expect(
      text.endsWith("        revoked:\n          reason: x\n        # last year\n          # every year\n"),
    ).toBe(true);
  });

  it.each([
    [
      "flow maps",
      (text: string) =>
        text.replace(
          "metadata:\n  version: 1\n  owners: [ml-platform]",
          "metadata: { version: 1, owners: [ml-platform] }",
        ),
    ],
    ["other quotes", (text: string) => text.replace("id: ada\n", "id: 'ada'\n")],
    [
      "other indents",
      (text: string) => text.replace("  version: 1", "    version: 1").replace("  owners:", "    owners:"),
    ],
  ])("in another layout is not touched unless asked: %s", async (_, change) => {
    const text = change(BASE);
    expect(await refusal(same, text)).toEqual(["TRUST_LAYOUT_FOREIGN"]);
    expect(edited(text, same, true).endsWith(BASE.replace("version: 1", "version: 2"))).toBe(true);
  });

  it("in a file that is not sound is told first", async () => {
    expect(await refusal(same, BASE.replace("version: 1", "version: 0"))).toEqual(["DOCUMENT_VALUE_INVALID"]);
  });
});
