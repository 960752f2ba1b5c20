import * as fc from "fast-check";
import { expect, test } from "vitest";
import { environmentState, type Ledger, modelState, type Transition } from "../../../src/domain/ledger.ts";
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

  legal(ask: Ask): boolean {
    const gone = this.gone.get(ask.version);
    if (gone === "REVOKED" || (gone === "RETIRED" && ask.event !== "REVOKE")) return false;
    const { state, on } = this.cell(ask.environment, ask.version);
    const rules: Partial<Record<LifecycleEvent, () => boolean>> = {
      PROMOTE_TO_SHADOW: () => state === "REGISTERED",
      PROMOTE_TO_CANARY: () => this.mayBeCanary(ask),
      PROMOTE_TO_PRODUCTION: () => state === "CANARY" && on,
      ROLLBACK: () =>
        this.holder(ask.environment, "PRODUCTION") !== undefined &&
        this.targetsOf(ask.environment).includes(ask.version),
      DISABLE: () => state !== "REGISTERED" && on,
      ENABLE: () => state !== "REGISTERED" && !on,
      RETIRE: () => Object.keys(PHASES).every((each) => this.cell(each, ask.version).state === "REGISTERED"),
      REVOKE: () => true,
    };
    return rules[ask.event]?.() ?? false;
  }

  mayBeCanary({ environment, version, phase }: Ask): boolean {
    const { state, on, phase: now } = this.cell(environment, version);
    const next = PHASES[environment]!.indexOf(phase);
    const holder = this.holder(environment, "CANARY");
    if (next < 0 || !on) return false;
    if (state === "CANARY") return next > now;
    return state === "SHADOW" && (holder === undefined || !this.cell(environment, holder).on);
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

interface Real {
  ledger: Ledger;
  /** Events that were legal at least once, over all runs. */
  readonly accepted: Set<string>;
}

class Act implements fc.Command<Reference, Real> {
  readonly ask: Ask;
  constructor(ask: Ask) {
    this.ask = ask;
  }

  check = (): boolean => true;
  toString = (): string => `${this.ask.event} ${this.ask.version} ${this.ask.environment} ${this.ask.phase}`;

  run(model: Reference, real: Real): void {
    const move = this.toTransition(model);
    if (!model.legal(this.ask)) return checkRefused(real, move);
    model.run(this.ask);
    real.accepted.add(move.event);
    checkStep(real, move);
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

function checkRefused(real: Real, move: Transition): void {
  expect(() => apply(real.ledger, move, ENVIRONMENTS)).toThrow(GateError);
}

function checkStep(real: Real, move: Transition): void {
  const before = Buffer.from(formatLedger(real.ledger));
  real.ledger = apply(real.ledger, move, ENVIRONMENTS);
  const after = Buffer.from(formatLedger(real.ledger));
  expect(parseLedger(after)).toEqual(real.ledger);
  expect(verifyTransition(before, after, ENVIRONMENTS).head).toEqual(real.ledger);
}

function compare(model: Reference, ledger: Ledger): void {
  expect(modelState(ledger, "m").revision).toBe(model.revision);
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
  const accepted = new Set<string>();
  fc.assert(
    fc.property(
      fc.commands([ask.map((each) => new Act(each))], { maxCommands: 150, size: "max" }),
      (commands) => {
        const real = { ledger: GENESIS, accepted };
        fc.modelRun(() => ({ model: new Reference(), real }), commands);
      },
    ),
    { numRuns: 150 },
  );
  expect([...accepted].toSorted()).toEqual(events.toSorted());
});
