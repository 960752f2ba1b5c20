import { NO_ENTRY } from "../../support/ledgers.ts";
import { describe, expect, test } from "vitest";
import type { DependentView } from "../../../src/report/dependents.ts";
import { renderStatus, type StatusView } from "../../../src/report/status.ts";
import { revoke, toCanary } from "../../support/transitions.ts";

const DIGEST = `sha256:${"a".repeat(64)}` as const;
const slot = (version: string) => ({ version, manifest_digest: DIGEST, serving: true });

const FRESH: StatusView = {
  transitions: 0,
  commit: "8fdc37f2154d0000",
  models: [
    { model: "flight-delay", versions: ["1.1.0", "1.0.0"], ...NO_ENTRY },
    { model: "vad", versions: [], ...NO_ENTRY },
  ],
  proposals: [],
  dependents: [],
  broken: [],
};

test("a fresh repository: what is registered, and how a version enters", () => {
  expect(renderStatus(FRESH, 120)).toBe(
    [
      "0 transitions at 8fdc37f2154d",
      "",
      "Nothing is deployed yet. A version enters with: modelgate promote ID@VERSION --to SHADOW --env ENV",
      "",
      "Registered:",
      "  flight-delay  1.1.0, 1.0.0",
      "  vad           no version folder",
      "",
      "No proposal waits.",
    ].join("\n"),
  );
});

test("slots, what left for good, and proposals in words", () => {
  const prod = {
    slots: { CANARY: { ...slot("1.1.0"), phase: "5%" }, PRODUCTION: { ...slot("1.0.0"), serving: false } },
    rollback_targets: [{ version: "0.9.0", manifest_digest: DIGEST }],
  };
  const model = {
    ...NO_ENTRY,
    model: "m",
    versions: ["1.1.0", "1.0.0", "0.9.0", "0.8.0", "0.7.0"],
    environments: { prod, staging: { slots: {}, rollback_targets: [] } },
    retired: { "0.8.0": "old" },
    revoked: { "0.7.0": "wrong" },
  };
  const view: StatusView = {
    ...FRESH,
    transitions: 7,
    models: [model],
    proposals: [
      { state: "open", branch: "promote/all/m", transition: revoke("1.0.0", "PRODUCTION") },
      { state: "stale", branch: "promote/prod/m", transition: toCanary("1.1.0", "50%") },
      { state: "broken", branch: "promote/x\u001B[2J/m", reason: "LEDGER_INVALID" },
    ],
  };
  expect(renderStatus(view, 120)).toBe(
    [
      "7 transitions at 8fdc37f2154d",
      "",
      "model  environment  shadow  canary      production  can roll back to",
      "m      prod         -       1.1.0 (5%)  1.0.0 OFF   0.9.0",
      "       staging      -       -           -           -",
      "",
      "Registered:",
      "  m  1.1.0, 1.0.0, 0.9.0, 0.8.0 (retired), 0.7.0 (revoked)",
      "",
      "Waiting to be merged:",
      "  promote/all/m: Revoke m 1.0.0",
      "  promote/prod/m: Promote m 1.1.0 to CANARY (50%) in prod  STALE: the ledger moved on; ask again",
      "  promote/x/m: broken (LEDGER_INVALID); delete the branch and ask again",
    ].join("\n"),
  );
});

describe("what depends on something revoked", () => {
  const dependent = (version: string, more: Partial<DependentView> = {}): DependentView => ({
    model: "m",
    version,
    because: ["Its dataset sha256:111111111111… is revoked: poisoned"],
    live: [],
    rollback_target_in: [],
    branches: [],
    pull_requests: null,
    ...more,
  });
  const command = 'modelgate rollback m --env prod --to 1.0.0 --reason "…"';
  const shown = (dependents: StatusView["dependents"], width = 200) =>
    renderStatus({ ...FRESH, dependents }, width)
      .split("\n")
      .slice(3, -5);

  test("is told where it is live, a target or proposed, with the way out", () => {
    const live = [{ environment: "prod", slot: "PRODUCTION", serving: true, command } as const];
    const dependents = [
      dependent("0.9.0"),
      dependent("1.0.0", { rollback_target_in: ["prod"] }),
      dependent("1.1.0", { live }),
    ];
    expect(shown(dependents)).toEqual([
      "",
      "m 1.0.0 can no longer be promoted. Its dataset sha256:111111111111… is revoked: poisoned",
      "m 1.0.0 is a rollback target in prod; it is refused there from now on.",
      "m 1.1.0 can no longer be promoted. Its dataset sha256:111111111111… is revoked: poisoned",
      `m 1.1.0 holds PRODUCTION in prod and is serving. Take it out: ${command}`,
      "",
    ]);
    const narrow = shown(dependents, 50);
    expect(narrow, "a command has a line of its own").toContain(`    ${command}`);
    expect(narrow.filter((line) => line.length > 50)).toEqual([`    ${command}`]);
  });

  test("is no version that can be rolled back to, there alone", () => {
    const targets = ["1.0.0", "0.9.0"].map((version) => ({ version, manifest_digest: DIGEST }));
    const state = { slots: {}, rollback_targets: targets };
    const models = [{ ...FRESH.models[0]!, model: "m", environments: { prod: state, staging: state } }];
    const dependents = [dependent("1.0.0", { rollback_target_in: ["prod"] })];
    const [, , , prod, staging] = renderStatus({ ...FRESH, models, dependents }, 200).split("\n");
    expect(prod).toMatch(/^m .* 0\.9\.0$/);
    expect(staging).toMatch(/ 1\.0\.0, 0\.9\.0$/);
  });

  test("is nothing to speak of where it is nowhere, and is said to be unknown where it cannot be read", () => {
    expect(shown([dependent("0.9.0")])).toEqual([""]);
    expect(shown(null)[1]).toBe(
      "What is revoked could not be read: see modelgate trust list, and modelgate validate --all.",
    );
  });
});
