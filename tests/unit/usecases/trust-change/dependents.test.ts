import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { digestOf } from "../../../../src/domain/digest.ts";
import { formatJson } from "../../../../src/domain/document/format.ts";
import { type Ledger, LEDGER_FILE } from "../../../../src/domain/ledger.ts";
import { formatPromotionBlock } from "../../../../src/domain/promotion-block.ts";
import type { PullRequest } from "../../../../src/ports/forge.ts";
import { apply } from "../../../../src/ledger/apply.ts";
import { formatLedger, GENESIS } from "../../../../src/ledger/ledger-text.ts";
import type { Git } from "../../../../src/ports/git.ts";
import { dependentLines } from "../../../../src/report/dependents.ts";
import { status } from "../../../../src/usecases/status.ts";
import { dependentsOf } from "../../../../src/usecases/trust-change/dependents.ts";
import { GIT_ENV, type GitRepo, gitRepo } from "../../../support/git-repo.ts";
import { MANIFEST } from "../../../support/sample-manifest.ts";
import { TRUST_FILE } from "../../../../src/domain/policy-files.ts";
import { ENVIRONMENTS, launch, toShadow, transition } from "../../../support/transitions.ts";
import { trustOf, trustText } from "../../../support/trust.ts";

const digest = (character: string) => `sha256:${character.repeat(64)}`;
const [BAD, GOOD, WORSE] = [digest("1"), digest("2"), digest("4")];
const manifest = (version: string, dataset: string) =>
  formatJson({ ...MANIFEST, model_id: "m", version, dataset_hash: dataset });
const revokedLines = (digests: readonly string[]) =>
  digests.length === 0
    ? []
    : ["revoked:", "  datasets:", ...digests.map((one) => `    - { digest: "${one}", reason: poisoned }`)];
const revoking = (...digests: readonly string[]) => trustOf({ more: revokedLines(digests) });
const applied = (transitions: readonly Parameters<typeof apply>[1][]): Ledger =>
  transitions.reduce((state, each) => apply(state, each, ENVIRONMENTS), GENESIS);

/** 1.1.0 is live in prod, 1.0.0 its rollback target; 1.2.0 shadows; 1.3.0 is registered and proposed. */
const LEDGER = applied([...launch("1.0.0"), ...launch("1.1.0"), toShadow("1.2.0")]);

describe("what depends on a revocation", () => {
  let repo: GitRepo;
  let git: Git;
  let commit: string;
  beforeAll(async () => {
    repo = gitRepo();
    const datasets = { "1.0.0": GOOD, "1.1.0": BAD, "1.2.0": BAD, "1.3.0": BAD, "1.4.0": WORSE };
    for (const [version, dataset] of Object.entries(datasets))
      repo.write(`models/m/${version}/manifest.json`, manifest(version, dataset));
    commit = repo.commit({ [LEDGER_FILE]: formatLedger(LEDGER) });
    repo.git("checkout", "-q", "-b", "promote/prod/m");
    repo.commit({
      [LEDGER_FILE]: formatLedger(apply(LEDGER, toShadow("1.3.0", { environment: "staging" }), ENVIRONMENTS)),
    });
    repo.git("checkout", "-q", "main");
    repo.git("branch", "promote/staging/m", "main");
    git = await openGit(repo.root, GIT_ENV);
  });
  afterAll(() => repo[Symbol.dispose]());

  const of = (...digests: readonly string[]) => ({ before: revoking(), after: revoking(...digests), commit });

  it("is every version, with where it is, why, and the way out", async () => {
    expect(await dependentsOf({ git }, of(BAD))).toEqual([
      {
        model: "m",
        version: "1.1.0",
        because: ["Its dataset sha256:111111111111… is revoked: poisoned"],
        live: [
          {
            environment: "prod",
            slot: "PRODUCTION",
            serving: true,
            command: 'modelgate rollback m --env prod --to 1.0.0 --reason "…"',
          },
        ],
        rollback_target_in: [],
        branches: [],
        pull_requests: null,
      },
      expect.objectContaining({
        version: "1.2.0",
        live: [
          {
            environment: "prod",
            slot: "SHADOW",
            serving: true,
            command: 'modelgate disable m@1.2.0 --env prod --reason "…"',
          },
        ],
      }),
      expect.objectContaining({ version: "1.3.0", live: [], branches: ["promote/prod/m"] }),
    ]);
  });

  it("goes back to no version that depends on it too", async () => {
    const [first, second] = await dependentsOf({ git }, of(BAD, GOOD));
    expect(first).toMatchObject({ version: "1.0.0", rollback_target_in: ["prod"], live: [] });
    expect(second?.live[0]?.command).toBe('modelgate disable m@1.1.0 --env prod --reason "…"');
  });

  it("has no command for what is switched off already", async () => {
    const off = transition({ event: "DISABLE", version: "1.1.0", from: "PRODUCTION", to: "PRODUCTION" });
    repo.git("checkout", "-q", "-b", "off", "main");
    const disabled = repo.commit({ [LEDGER_FILE]: formatLedger(apply(LEDGER, off, ENVIRONMENTS)) });
    repo.git("checkout", "-q", "main");
    const [first] = await dependentsOf({ git }, { ...of(BAD), commit: disabled });
    expect(first?.live).toEqual([{ environment: "prod", slot: "PRODUCTION", serving: false, command: null }]);
  });

  it("is nothing when nothing is newly revoked, and then no manifest is read", async () => {
    const never: Git = { ...git, show: () => Promise.reject(new Error("read")) };
    expect(await dependentsOf({ git: never }, { ...of(BAD), before: revoking(BAD) })).toEqual([]);
    expect(await dependentsOf({ git: never }, of())).toEqual([]);
  });

  it("names what a later revocation adds, and not what an earlier one did", async () => {
    const found = await dependentsOf({ git }, { ...of(BAD, WORSE), before: revoking(BAD) });
    expect(found.map(({ version }) => version)).toEqual(["1.4.0"]);
  });

  it("stands in the status of the commit that revokes it, until nothing is revoked", async () => {
    const at = async (text: string, only?: string) => {
      repo.git("checkout", "-q", "-B", "revokes", "main");
      repo.commit({ [TRUST_FILE]: text });
      const { dependents } = await status({ git }, only);
      repo.git("checkout", "-q", "main");
      return dependents;
    };
    const bad = trustText({ more: revokedLines([BAD]) });
    expect(await at(bad)).toEqual(await dependentsOf({ git }, of(BAD)));
    expect(await at(bad, "m")).toHaveLength(3);
    expect(await at(trustText({}))).toEqual([]);
    // What cannot be read has the last trust that could in its place, which revokes nothing.
    expect(await at("kind: Torn\n")).toEqual([]);
  });

  it("names pull requests by what they announce", async () => {
    const block = formatPromotionBlock({
      schema_version: "modelgate/promotion/v1",
      event: "PROMOTE_TO_SHADOW",
      model: "m",
      version: "1.3.0",
      environment: "staging",
      canary_phase: null,
      revision: 8,
      ledger_digest: digestOf("ledger"),
      manifest_digest: digestOf("manifest"),
      policy_digest: digestOf("policy"),
      evidence_digest: digestOf("evidence"),
      verdict: "PASS",
      run_id: "m_1.3.0_none_20261120T100000Z_00000000",
      base_commit: commit,
      commit,
    });
    const pull = (number: number, body: string) =>
      ({ number, body, url: `https://github.com/a/b/pull/${number}` }) as PullRequest;
    const openPullRequests = async () => [pull(7, "no block"), pull(8, `Text.\n\n${block}`)];
    const found = await dependentsOf({ git, openPullRequests }, of(BAD));
    expect(found.map(({ pull_requests }) => pull_requests)).toEqual([
      [],
      [],
      [{ number: 8, url: "https://github.com/a/b/pull/8" }],
    ]);
  });

  it("is told in lines, each with its command", async () => {
    expect(dependentLines(await dependentsOf({ git }, of(BAD, GOOD)))).toEqual([
      "m 1.0.0 can no longer be promoted. Its dataset sha256:222222222222… is revoked: poisoned",
      "m 1.0.0 is a rollback target in prod; it is refused there from now on.",
      "m 1.1.0 can no longer be promoted. Its dataset sha256:111111111111… is revoked: poisoned",
      'm 1.1.0 holds PRODUCTION in prod and is serving. Take it out: modelgate disable m@1.1.0 --env prod --reason "…"',
      "m 1.2.0 can no longer be promoted. Its dataset sha256:111111111111… is revoked: poisoned",
      'm 1.2.0 holds SHADOW in prod and is serving. Take it out: modelgate disable m@1.2.0 --env prod --reason "…"',
      "m 1.3.0 can no longer be promoted. Its dataset sha256:111111111111… is revoked: poisoned",
      "m 1.3.0 is proposed on promote/prod/m; the check refuses it.",
    ]);
  });
});
