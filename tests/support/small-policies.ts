import type { PolicySource } from "../../src/policy/parse-policies.ts";
import { ENVIRONMENTS, source } from "./judging.ts";

const INTEGRITY = `objectives:
  - { id: integrity, metric: integrity.problems, hard: "== 0", why: Bytes are what they claim., fix: Mend them. }
`;
const SOAK = "requires:\n  soak: { state: SHADOW, at_least: 1h }\n";
const REASON = "requires: { reason: true }\n";

const POLICIES: Readonly<Record<string, readonly [events: string, body: string]>> = {
  canary: ["PROMOTE_TO_CANARY", SOAK + INTEGRITY],
  production: ["PROMOTE_TO_PRODUCTION", INTEGRITY],
  shadow: ["PROMOTE_TO_SHADOW", INTEGRITY],
  rollback: ["ROLLBACK", INTEGRITY],
  switch: ["DISABLE", REASON],
};

/** One policy an event, the least that each can ask for; a canary must have been a shadow for an hour. */
export const SMALL_POLICIES: readonly PolicySource[] = [
  ...Object.entries(POLICIES).map(([name, [events, body]]) =>
    source(
      `policies/gates/${name}.yaml`,
      `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: ${name}, version: 1, owners: [ml-platform] }
match: { events: [${events}], environments: [staging, prod], models: ["*"] }
${body}`,
    ),
  ),
  ENVIRONMENTS,
];
