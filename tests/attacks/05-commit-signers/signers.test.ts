import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditReport } from "../../../src/domain/audit.ts";
import { type AuditScene, auditScene, type TestPrincipal, trustYaml } from "../../support/audit-scene.ts";
import { gistOn, nextPolicy, payloadOf, withSignature } from "../../support/governed-commits.ts";
import { Gpg } from "../../support/gpg.ts";
import { rawCommit, storeCommit } from "../../support/raw-commits.ts";
import { SSH_KEY_TYPES, type SshKeyFile, SshKeys, type SshKeyType } from "../../support/ssh-keys.ts";

/** A governed commit by each kind of key in each standing, one after the other on one line, audited at once. */
const TYPES = Object.keys(SSH_KEY_TYPES) as SshKeyType[];
const STANDINGS = ["active", "retired", "revoked", "without a role", "unknown", "for files"] as const;
type Standing = (typeof STANDINGS)[number];

const EXPECTED: Readonly<Record<Standing, string>> = {
  active: "PASS",
  retired: "FAIL TRUST_KEY_RETIRED",
  revoked: "FAIL TRUST_KEY_REVOKED",
  "without a role": "FAIL TRUST_ROLE_MISSING",
  unknown: "FAIL TRUST_KEY_UNKNOWN",
  "for files": "FAIL SIGNATURE_NAMESPACE_WRONG",
};

const keys = new SshKeys();
const gpg = new Gpg();
let scene: AuditScene;
let report: AuditReport;
const commits = new Map<string, string>();

const ENDED: Readonly<Partial<Record<Standing, string>>> = {
  retired: "retired: { reason: left }",
  revoked: "revoked: { reason: stolen }",
};

/** The standing of a key as trust.yaml has it. */
function principalOf(type: SshKeyType, standing: Standing, key: SshKeyFile): TestPrincipal[] {
  if (standing === "unknown" || standing === "for files") return [];
  const roles = standing === "without a role" ? ["evidence-signer"] : ["policy-owner"];
  const ended = ENDED[standing];
  const held = { key: trimmed(key), ...(ended === undefined ? {} : { standing: ended }) };
  return [{ id: `${type}-${STANDINGS.indexOf(standing)}`, roles, keys: [held] }];
}

/** "for files" is the active key, which signs for another purpose. */
function keyFor(type: SshKeyType, standing: Standing): SshKeyFile {
  return standing === "active" || standing === "for files" ? keys.of(type) : keys.make("key", type);
}

const trimmed = (key: SshKeyFile): SshKeyFile => ({ ...key, line: key.line.trim() });

/** A governed commit with this signature over its bytes; null for none. */
function commitSigned(name: string, sign: ((payload: Buffer) => string) | null): void {
  scene.signWith(null);
  scene.commit(nextPolicy(scene), name);
  if (sign) {
    const payload = payloadOf(rawCommit(scene.check.repo));
    const signed = withSignature(payload, sign(Buffer.from(payload, "latin1")));
    scene.git("reset", "-q", "--soft", storeCommit(scene.check.repo, signed));
  }
  commits.set(name, scene.git("rev-parse", "HEAD"));
}

beforeAll(async () => {
  scene = await auditScene();
  const made = TYPES.flatMap((type) =>
    STANDINGS.map((standing) => ({ type, standing, key: keyFor(type, standing) })),
  );
  const principals = made.flatMap(({ type, standing, key }) => principalOf(type, standing, key));
  const own: TestPrincipal = { id: "ada", roles: ["policy-owner"], keys: [{ key: scene.ada }] };
  scene.commit({ "policies/trust.yaml": trustYaml([own, ...principals], 2) }, "trust more");
  for (const { type, standing, key } of made)
    commitSigned(`${type} ${standing}`, (payload) =>
      keys.sign(key, payload, ["-n", standing === "for files" ? "file" : "git"]).toString(),
    );
  const stranger = gpg.make("eve", "ed25519");
  commitSigned("by nobody", null);
  commitSigned("OpenPGP unknown", (payload) => gpg.sign(stranger, payload).toString());
  commitSigned("a certificate", () => "-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----");
  report = await scene.audit();
});
afterAll(() => {
  for (const one of [keys, gpg, scene]) one[Symbol.dispose]();
});

describe.each(TYPES)("a change of policies signed by a key of type %s", (type) => {
  it.each(STANDINGS)("that is %s", (standing) => {
    expect(gistOn(report, commits.get(`${type} ${standing}`)!)).toBe(EXPECTED[standing]);
  });
});

describe("a change of policies signed", () => {
  it.each([
    ["by nobody", "FAIL AUDIT_UNSIGNED"],
    ["OpenPGP unknown", "FAIL TRUST_KEY_UNKNOWN"],
    ["a certificate", "FAIL AUDIT_SIGNATURE_UNSUPPORTED"],
  ])("%s", (name, gist) => {
    expect(gistOn(report, commits.get(name)!)).toBe(gist);
  });

  it("names the key, never the author", () => {
    const found = report.commits.find(({ commit }) => commit === commits.get("ed25519 active"));
    expect(found?.signer?.principal).toBe("ed25519-0");
  });
});
