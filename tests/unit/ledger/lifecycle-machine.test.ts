import fc from "fast-check";
import { expect, test } from "vitest";
import { environmentState, type Ledger, type Transition } from "../../../src/domain/ledger.ts";
import type { LifecycleEvent, State } from "../../../src/domain/lifecycle.ts";
import { GateError } from "../../../src/errors.ts";
import { apply } from "../../../src/ledger/apply.ts";
import { formatLedger, GENESIS, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { verifyTransition } from "../../../src/ledger/verify.ts";
import { ENVIRONMENTS, manifestOf, transition } from "../../support/transitions.ts";

/** A plain machine, written from the table of the blueprint and from nothing else: one mutable cell a version and environment. */
class Reference {
  cells = new Map<
    string,
    { state: "REGISTERED" | "SHADOW" | "CANARY" | "PRODUCTION"; on: boolean; phase: number }
  >();
  targets = new Map<string, string[]>();
  gone = new Map<string, "RETIRED" | "REVOKED">();
  revision = 0;

  cell(environment: string, version: string) {
    const key = `${environment} ${version}`;
    const found = this.cells.get(key) ?? { state: "REGISTERED" as const, on: true, phase: -1 };
    this.cells.set(key, found);
    return found;
  }

  holder(environment: string, state: State): string | undefined {
    return VERSIONS.find((version) => this.cell(environment, version).state === state);
  }

  targetsOf(environment: string): string[] {
    const found = this.targets.get(environment) ?? [];
    this.targets.set(environment, found);
    return found;
  }

  legal({ event, environment, version, phase }: Ask): boolean {
    const gone = this.gone.get(version);
    if (gone === "REVOKED" || (gone === "RETIRED" && event !== "REVOKE")) return false;
    const { state, on, phase: now } = this.cell(environment, version);
    const canary = this.holder(environment, "CANARY");
    if (event === "PROMOTE_TO_SHADOW") return state === "REGISTERED";
    if (event === "PROMOTE_TO_CANARY") {
      if (!PHASES[environment]!.includes(phase) || !on) return false;
      if (state === "CANARY") return PHASES[environment]!.indexOf(phase) > now;
      return state === "SHADOW" && (canary === undefined || !this.cell(environment, canary).on);
    }
    if (event === "PROMOTE_TO_PRODUCTION") return state === "CANARY" && on;
    if (event === "ROLLBACK")
      return (
        this.holder(environment, "PRODUCTION") !== undefined && this.targetsOf(environment).includes(version)
      );
    if (event === "DISABLE") return state !== "REGISTERED" && on;
    if (event === "ENABLE") return state !== "REGISTERED" && !on;
    if (event === "RETIRE")
      return Object.keys(PHASES).every((each) => this.cell(each, version).state === "REGISTERED");
    return event === "REVOKE";
  }

  put(environment: string, version: string, state: "SHADOW" | "CANARY" | "PRODUCTION", phase = -1): void {
    const before = this.holder(environment, state);
    if (before !== undefined)
      Object.assign(this.cell(environment, before), { state: "REGISTERED", on: true, phase: -1 });
    Object.assign(this.cell(environment, version), { state, on: true, phase });
    if (state === "PRODUCTION") this.drop(environment, version);
  }

  drop(environment: string, version: string): void {
    this.targets.set(
      environment,
      this.targetsOf(environment).filter((each) => each !== version),
    );
  }

  run({ event, environment, version, phase }: Ask): void {
    this.revision += 1;
    const live = this.holder(environment, "PRODUCTION");
    if (event === "PROMOTE_TO_SHADOW") this.put(environment, version, "SHADOW");
    if (event === "PROMOTE_TO_CANARY")
      this.put(environment, version, "CANARY", PHASES[environment]!.indexOf(phase));
    if (event === "ROLLBACK") this.put(environment, version, "PRODUCTION");
    if (event === "PROMOTE_TO_PRODUCTION") {
      this.put(environment, version, "PRODUCTION");
      if (live !== undefined)
        this.targets.set(environment, [live, ...this.targetsOf(environment).filter((each) => each !== live)]);
    }
    if (event === "DISABLE" || event === "ENABLE") this.cell(environment, version).on = event === "ENABLE";
    if (event === "RETIRE" || event === "REVOKE")
      this.end(version, event === "RETIRE" ? "RETIRED" : "REVOKED");
  }

  end(version: string, how: "RETIRED" | "REVOKED"): void {
    this.gone.set(version, how);
    for (const environment of Object.keys(PHASES)) {
      const { state, on } = this.cell(environment, version);
      this.drop(environment, version);
      Object.assign(this.cell(environment, version), { state: "REGISTERED", on: true, phase: -1 });
      const next = this.targetsOf(environment)[0];
      if (state !== "PRODUCTION" || next === undefined) continue;
      this.put(environment, next, "PRODUCTION");
      this.cell(environment, next).on = on;
    }
  }
}

interface Ask {
  readonly event: LifecycleEvent;
  readonly environment: string;
  readonly version: string;
  readonly phase: string;
}

const VERSIONS = ["1.0.0", "1.1.0", "2.0.0-rc.1"];
const PHASES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ENVIRONMENTS.map((each) => [each.name, each.canaryPhases]),
);
const ORDER = { REGISTERED: 0, SHADOW: 1, CANARY: 2, PRODUCTION: 3 } as const;

class Act implements fc.Command<Reference, { ledger: Ledger; accepted: number }> {
  readonly ask: Ask;
  constructor(ask: Ask) {
    this.ask = ask;
  }

  check = (): boolean => true;
  toString = (): string => `${this.ask.event} ${this.ask.version} ${this.ask.environment} ${this.ask.phase}`;

  run(model: Reference, real: { ledger: Ledger; accepted: number }): void {
    const before = Buffer.from(formatLedger(real.ledger));
    const move = this.toTransition(model);
    if (!model.legal(this.ask)) {
      expect(() => apply(real.ledger, move, ENVIRONMENTS)).toThrow(GateError);
      return;
    }
    model.run(this.ask);
    real.ledger = apply(real.ledger, move, ENVIRONMENTS);
    real.accepted += 1;
    const after = Buffer.from(formatLedger(real.ledger));
    expect(parseLedger(after)).toEqual(real.ledger);
    expect(verifyTransition(before, after, ENVIRONMENTS).head).toEqual(real.ledger);
    compare(model, real.ledger);
  }

  toTransition(model: Reference): Transition {
    const { event, version, environment, phase } = this.ask;
    const everywhere = event === "RETIRE" || event === "REVOKE";
    const states = Object.keys(PHASES).map((each) => model.cell(each, version).state);
    const highest = states.reduce((a, b) => (ORDER[b] > ORDER[a] ? b : a));
    const here = model.gone.get(version) ?? (everywhere ? highest : model.cell(environment, version).state);
    const to = {
      PROMOTE_TO_SHADOW: "SHADOW",
      PROMOTE_TO_CANARY: "CANARY",
      PROMOTE_TO_PRODUCTION: "PRODUCTION",
      ROLLBACK: "REGISTERED",
      RETIRE: "RETIRED",
      REVOKE: "REVOKED",
    } as const;
    return transition({
      event,
      version,
      environment: everywhere ? null : environment,
      from: event === "ROLLBACK" ? "PRODUCTION" : here,
      to: to[event as keyof typeof to] ?? here,
      ...(event === "PROMOTE_TO_CANARY" ? { phase } : {}),
    });
  }
}

function compare(model: Reference, ledger: Ledger): void {
  expect(ledger.revision).toBe(model.revision);
  const gone = ledger.models["m"];
  for (const [how, kept] of [
    ["RETIRED", gone?.retired],
    ["REVOKED", gone?.revoked],
  ] as const) {
    expect(Object.keys(kept ?? {}).toSorted()).toEqual(
      [...model.gone]
        .filter(([, each]) => each === how)
        .map(([version]) => version)
        .toSorted(),
    );
  }
  for (const environment of Object.keys(PHASES)) {
    const { slots, rollback_targets } = environmentState(ledger, "m", environment);
    expect(rollback_targets.map(({ version }) => version)).toEqual(model.targetsOf(environment));
    const expected = VERSIONS.flatMap((version) => {
      const { state, on, phase } = model.cell(environment, version);
      if (state === "REGISTERED") return [];
      const slot = { version, manifest_digest: manifestOf("m", version), serving: on };
      return [[state, phase < 0 ? slot : { ...slot, phase: PHASES[environment]![phase] }] as const];
    });
    expect(slots).toEqual(Object.fromEntries(expected));
  }
}

test("any sequence of events: the ledger accepts what the plain machine accepts, and holds the same", () => {
  const events: LifecycleEvent[] = [
    "PROMOTE_TO_SHADOW",
    "PROMOTE_TO_CANARY",
    "PROMOTE_TO_PRODUCTION",
    "ROLLBACK",
    "DISABLE",
    "ENABLE",
    "RETIRE",
    "REVOKE",
  ];
  // Promotions are more frequent than ends, so that runs get far before every version is gone.
  const event = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...events.slice(0, 3)) },
    { weight: 4, arbitrary: fc.constantFrom(...events.slice(3, 6)) },
    { weight: 1, arbitrary: fc.constantFrom(...events.slice(6)) },
  );
  const ask = fc.record({
    event,
    environment: fc.constantFrom("prod", "prod", "prod", "staging"),
    version: fc.constantFrom(...VERSIONS),
    phase: fc.constantFrom("5%", "25%", "50%"),
  });
  const reached = new Set<string>();
  fc.assert(
    fc.property(
      fc.commands([ask.map((each) => new Act(each))], { maxCommands: 150, size: "max" }),
      (commands) => {
        const real = { ledger: GENESIS, accepted: 0 };
        fc.modelRun(() => ({ model: new Reference(), real }), commands);
        if (real.ledger.transition) reached.add(real.ledger.transition.event);
      },
    ),
    { numRuns: 150 },
  );
  expect([...reached].toSorted()).toEqual(events.toSorted());
});
