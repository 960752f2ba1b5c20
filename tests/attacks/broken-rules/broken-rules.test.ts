import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApprovalFacts, ForgePerson } from "../../../src/domain/approvals.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import { formatLedger } from "../../../src/ledger/ledger-text.ts";
import { gate } from "../../../src/usecases/gate/gate.ts";
import { auditBothWays } from "../../support/side-judges.ts";
import type { ObjectGit } from "../../support/object-git.ts";
import { newKey } from "../../support/synthetic-history.ts";
import {
  ask,
  checkOf,
  lastAudited,
  MODEL,
  policy,
  portsOf,
  propose,
  refusalOf,
  startAt,
  teamTrust,
  WAYS_OUT,
  wayOutScene,
} from "../../support/way-out-scene.ts";

/**
 * Whoever can push breaks a file first, and then asks for a way out, which works amid broken files: the rules that were lawful
 * last hold in full, and nobody gains or loses a role.
 */

const DISABLE = "policies/gates/disable.yaml";
const TRUST = "policies/trust.yaml";
const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const [author, grace, mallory] = [person(1, "author"), person(2, "grace"), person(3, "mallory")];

/** grace is a release-manager by the team's trust.yaml. */
const TEAM = `${teamTrust(2).trimEnd().replace("  - id: ada\n", "  - id: ada\n    github: grace\n")}\n`;
const STRICT = policy(
  "disable",
  "DISABLE",
  "requires: { reason: true, approvals: { at_least: 1, role: release-manager } }\n",
  2,
);

let scene: ObjectGit;
let git: ObjectGit;
beforeAll(async () => {
  scene = await wayOutScene();
  // The policy was lax once; it asks for approvals now.
  scene.land(new Map([[DISABLE, STRICT]]), "people must agree\n");
  scene.land(new Map([[TRUST, TEAM]]), "who may approve\n");
}, 120_000);
beforeEach(() => {
  git = scene.fork();
});

/** What the check comes to, with reviews on the forge by the given people. */
async function checkedWith(branch: string, reviewers: readonly ForgePerson[]): Promise<string> {
  const head = (await git.resolve(branch)) ?? "";
  const facts: ApprovalFacts = {
    head,
    authors: [author],
    claimedAuthors: [],
    lastPusher: author,
    reviews: reviewers.map((reviewer) => ({ reviewer, state: "APPROVED", commit: head })),
    writers: [author.id, grace.id, mallory.id],
    roles: null,
  };
  const { outcome, problems } = await checkOf(git, branch, { approvals: async () => facts });
  return [outcome, ...problems.map(({ code }) => code)].join(" ");
}

const PROPOSED = { enforcedElsewhere: ["approvals"] } as const;

describe("approvals of the last lawful policy are asked for, whatever is broken", () => {
  it.each([
    ["the policy itself", DISABLE, "a: ["],
    ["the policy itself, away", DISABLE, null],
    ["another policy", "policies/gates/shadow.yaml", "a: ["],
    ["waivers", "policies/waivers.yaml", "a: ["],
    ["the environments", "policies/environments.yaml", null],
    ["who may approve", TRUST, "a: ["],
    ["who may approve, away", TRUST, null],
  ])("%s", async (_, file, text) => {
    git.land(new Map([[file, text]]), "break\n");
    const { branch } = await propose(git, WAYS_OUT["DISABLE"]!, PROPOSED);
    expect(await checkedWith(branch, [])).toBe("FAIL");
    expect(await checkedWith(branch, [mallory])).toBe("FAIL");
    expect(await checkedWith(branch, [grace])).toBe("WARN");
    git.merge(branch);
    const { outcome, reasons } = await lastAudited(git);
    // Reviews are recorded after a merge; here nobody did.
    expect([outcome, reasons[0]?.code]).toEqual(["FAIL", "AUDIT_APPROVALS_MISSING"]);
  });

  it("a policy that was lax before it was strict is not what comes back", async () => {
    git.land(new Map([[DISABLE, "a: ["]]), "break\n");
    const { verdict } = await propose(git, WAYS_OUT["DISABLE"]!, PROPOSED);
    expect(verdict.policies.map(({ policy: name, version }) => [name, version])).toEqual([["disable", 2]]);
  });
});

describe("a broken trust.yaml", () => {
  it("lets nobody else sign: the merge by another key fails the audit", async () => {
    git.land(new Map([[TRUST, "a: ["]]), "break\n");
    const asked = ask({ event: "RETIRE", version: "1.0.0", environment: null });
    const { branch } = await propose(git, asked);
    const other = git.fork();
    other.key = newKey();
    other.merge(branch);
    expect((await lastAudited(other)).reasons.map(({ code }) => code)).toContain("TRUST_KEY_UNKNOWN");
    git.merge(branch);
    expect((await lastAudited(git)).outcome).toBe("WARN");
  });

  it("takes no revocation back: a version whose data are revoked is not rolled back to", async () => {
    const manifest = git.entries().get(`models/${MODEL}/1.0.0/manifest.json`);
    const { dataset_hash } = JSON.parse(Buffer.from(manifest?.bytes ?? "").toString("utf8")) as {
      dataset_hash: string;
    };
    const revoked = `revoked:\n  datasets:\n    - digest: ${dataset_hash}\n      reason: They leak.\n`;
    git.land(new Map([[TRUST, `${TEAM.replace("version: 2", "version: 3")}${revoked}`]]), "revoke\n");
    git.land(new Map([[TRUST, null]]), "break\n");
    const { verdict } = await gate(portsOf(git), WAYS_OUT["ROLLBACK"]!, { start: startAt(git) });
    expect([verdict.outcome, verdict.refusals.map(({ reason }) => reason)]).toEqual([
      "FAIL",
      ["TRUST_DATASET_REVOKED"],
    ]);
  });
});

it("a broken trust.yaml can be repaired, and a repair that takes a role away or a key back is told against the last one", async () => {
  git.land(new Map([[TRUST, "a: ["]]), "break\n");
  const { commit: parent } = await git.head();
  const repaired = async (branch: string, text: string): Promise<readonly string[]> => {
    const change = new Map([[TRUST, Buffer.from(text)]]);
    await git.commit({ branch, parent, expected: null, change, message: "repair\n" });
    return (await checkOf(git, branch)).problems.map(({ code }) => code);
  };
  const next = TEAM.replace("version: 2", "version: 3");
  expect(await repaired("same", next)).toEqual([]);
  expect(await repaired("older", TEAM.replace("version: 2", "version: 1"))).not.toEqual([]);
  const without = next.slice(0, next.indexOf("  - id: modelgate-samples"));
  expect(await repaired("erased", without)).toEqual(["TRUST_KEY_REMOVED"]);
});

it("an edit of deployed.json is no base for anything: a way out starts from the last lawful revision", async () => {
  const lawful = JSON.parse(
    Buffer.from(git.entries().get("deployed.json")?.bytes ?? "").toString(),
  ) as Ledger;
  const { models } = lawful;
  const environments = Object.fromEntries(
    Object.entries(models[MODEL]?.environments ?? {}).map(([name, state]) => [
      name,
      {
        ...state,
        rollback_targets: [{ version: "6.6.6", manifest_digest: `sha256:${"6".repeat(64)}` as const }],
      },
    ]),
  );
  const edited = { ...lawful, models: { [MODEL]: { ...models[MODEL]!, environments } } };
  git.land(new Map([["deployed.json", formatLedger(edited)]]), "edit\n");
  const back = ask({ event: "ROLLBACK", version: "6.6.6" });
  expect((await refusalOf(() => propose(git, back))).codes).toEqual(["LEDGER_NOT_A_TARGET"]);
  const { branch, verdict } = await propose(git, WAYS_OUT["ROLLBACK"]!);
  expect(verdict.broken).toMatchObject([{ file: "deployed.json", reason: "LEDGER_CHAIN_BROKEN" }]);
  expect(await checkedWith(branch, [])).toBe("WARN");
  git.merge(branch);
  const next = Buffer.from(git.entries().get("deployed.json")?.bytes ?? "").toString();
  expect(next).not.toContain("6.6.6");
  const { report } = await auditBothWays(git, {});
  expect(report.commits.slice(-2).map(({ outcome, reasons }) => [outcome, reasons[0]?.code])).toEqual([
    ["FAIL", "LEDGER_APPLY_MISMATCH"],
    ["WARN", "AUDIT_DECIDED_AMID_BROKEN"],
  ]);
});

it("what was decided amid broken rules is stale once they are repaired", async () => {
  const waivers = Buffer.from(git.entries().get("policies/waivers.yaml")?.bytes ?? "");
  git.land(new Map([["policies/waivers.yaml", "a: ["]]), "break\n");
  const { branch } = await propose(git, WAYS_OUT["ROLLBACK"]!);
  git.land(new Map([["policies/waivers.yaml", waivers]]), "repair\n");
  expect(await checkedWith(branch, [])).toBe("FAIL CHECK_STALE");
});
