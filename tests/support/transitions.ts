import { type Digest, digestOf } from "../../src/domain/digest.ts";
import type { Transition } from "../../src/domain/ledger.ts";
import type { EnvironmentPhases } from "../../src/domain/lifecycle.ts";
import { GateError } from "../../src/errors.ts";

export const ENVIRONMENTS: readonly EnvironmentPhases[] = [
  { name: "prod", canaryPhases: ["5%", "25%", "50%"] },
  { name: "staging", canaryPhases: ["50%"] },
];

/** Each version has one manifest for ever. */
export function manifestOf(model: string, version: string): Digest {
  return digestOf(`${model}@${version}`);
}

/** A complete transition; what a test does not care about is filled in. */
export function transition(
  of: Pick<Transition, "event" | "version" | "from" | "to"> & Partial<Transition>,
): Transition {
  const model = of.model ?? "m";
  return {
    model,
    manifest_digest: manifestOf(model, of.version),
    environment: "prod",
    reason: "because",
    requested_by: "Ada <ada@example.org>",
    run_id: `${model}_${of.version}_none_20261120T100000Z_00000000`,
    decided_at: "2026-11-20T10:00:00Z",
    policy_digest: digestOf("policy"),
    evidence_digest: digestOf("evidence"),
    verdict: "PASS",
    ...of,
  };
}

export const toShadow = (version: string, more: Partial<Transition> = {}): Transition =>
  transition({ event: "PROMOTE_TO_SHADOW", version, from: "REGISTERED", to: "SHADOW", ...more });
export const toCanary = (version: string, phase = "5%", more: Partial<Transition> = {}): Transition =>
  transition({ event: "PROMOTE_TO_CANARY", version, from: "SHADOW", to: "CANARY", phase, ...more });
export const toProduction = (version: string, more: Partial<Transition> = {}): Transition =>
  transition({ event: "PROMOTE_TO_PRODUCTION", version, from: "CANARY", to: "PRODUCTION", ...more });
export const rollBack = (version: string, more: Partial<Transition> = {}): Transition =>
  transition({ event: "ROLLBACK", version, from: "PRODUCTION", to: "REGISTERED", ...more });
export const retire = (version: string, more: Partial<Transition> = {}): Transition =>
  transition({ event: "RETIRE", version, from: "REGISTERED", to: "RETIRED", environment: null, ...more });
export const revoke = (
  version: string,
  from: Transition["from"],
  more: Partial<Transition> = {},
): Transition => transition({ event: "REVOKE", version, from, to: "REVOKED", environment: null, ...more });

/** All the way from REGISTERED to PRODUCTION. */
export const launch = (version: string, more: Partial<Transition> = {}): Transition[] => [
  toShadow(version, more),
  toCanary(version, "5%", more),
  toProduction(version, more),
];

/** The reason codes with which something is refused; fails when it is not refused. */
export function codesOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof GateError) return error.problems.map(({ code }) => code);
    throw error;
  }
  throw new Error("It was not refused.");
}
