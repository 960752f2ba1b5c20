import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { gateSource, ENVIRONMENTS, source } from "../../support/judging.ts";
import { type Brought, kindOf, SCHEMA_OF, withBent } from "../../support/bent-packs.ts";
import { auditInMemory, gist, lastOf } from "../../support/memory-audit.ts";
import { type Field, fieldsOf, type SchemaNode, withOther } from "../../support/schema-fields.ts";
import { SyntheticHistory, type SyntheticRequest } from "../../support/synthetic-history.ts";
import { UNBOUND } from "./unbound-fields.ts";

/**
 * Attack 4, every field: the schemas say which there are. Each is changed alone in a promotion with all kinds of evidence
 * beside a live version; every digest that follows is put in step, and the commit is signed by a key that may. The audit
 * must name each by a code, or `unbound-fields.ts` says why the field binds nothing.
 */
const INTEGRITY = `  - { id: integrity, metric: integrity.problems, hard: "== 0", why: Bytes., fix: Mend them. }\n`;
const RICH = `requires:
  soak: { state: SHADOW, at_least: 1h }
no_incumbent: pass
objectives:
${INTEGRITY}  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: Same., fix: Mend it. }
  - { id: p95, metric: benchmark.p95_batch32_ms, soft: "<= 7", why: Fast., fix: Mend it. }
  - { id: ratio, group: Speed, metric: benchmark.latency_ratio, judge: interval, soft: "<= 1.05", why: Fast., fix: Mend it. }
score: { hard: ">= 0.5" }
`;
const policy = (name: string, event: string, body: string) => {
  const { path, bytes } = gateSource(body, name);
  return source(path, String(bytes).replace("PROMOTE_TO_PRODUCTION", event));
};
const POLICIES = [
  policy("shadow", "PROMOTE_TO_SHADOW", `objectives:\n${INTEGRITY}`),
  policy("canary", "PROMOTE_TO_CANARY", RICH),
  policy("production", "PROMOTE_TO_PRODUCTION", `objectives:\n${INTEGRITY}`),
  ENVIRONMENTS,
];
const ask = (event: SyntheticRequest["event"], version: string, phase: string | null = null) => ({
  event,
  model: "m",
  version,
  phase,
});

/** 1.0.0 is live, 1.1.0 is a shadow for two hours, and the promotion of it to a canary is decided but not committed. */
async function decided() {
  const versions = ["1.0.0", "1.1.0"].map((version) => ({ id: "m", version }));
  const history = new SyntheticHistory({ versions, policies: POLICIES });
  const wait = () => history.commit("wait\n", history.key, { seconds: history.seconds + 7200 });
  history.promote(ask("PROMOTE_TO_SHADOW", "1.0.0"));
  wait();
  history.promote(ask("PROMOTE_TO_CANARY", "1.0.0", "5%"));
  history.promote(ask("PROMOTE_TO_PRODUCTION", "1.0.0"));
  history.promote(ask("PROMOTE_TO_SHADOW", "1.1.0"));
  wait();
  const { run_id: runId } = history.decide(ask("PROMOTE_TO_CANARY", "1.1.0", "5%"));
  const names = ["pack", "integrity", "parity", "benchmark", "verdict"];
  const paths = ["deployed.json", ...names.map((name) => `evidence/m/1.1.0/${runId}/${name}.json`)];
  const brought = new Map<string, unknown>();
  for (const path of paths) brought.set(path, await history.read(path));
  return { history, brought };
}

let history: SyntheticHistory;
let brought: Brought;
beforeAll(async () => ({ history, brought } = await decided()));

/** The audit on these files in one more signed commit, after which the line is as it was. */
async function audited(files: ReadonlyMap<string, string>): Promise<string> {
  const { head } = history;
  for (const [path, text] of files) history.tree.write(path, text);
  history.commit("promote\n");
  const said = gist(lastOf(await auditInMemory(history)));
  history.objects.forget(history.head);
  history.head = head;
  return said;
}

const schemaOf = (name: string): SchemaNode =>
  JSON.parse(readFileSync(`schemas/${name}-v1.schema.json`, "utf8")) as SchemaNode;

/** Fields whose change comes to the same verdict in other words, of which the audit warns. */
const warned = new Set<string>();

/** Fields of one document whose change the audit lets pass. */
async function unnoticed(path: string): Promise<string[]> {
  const name = SCHEMA_OF[kindOf(path)] ?? "";
  const schema = schemaOf(name);
  const passed = async (field: Field): Promise<boolean> => {
    const bent = withOther(brought.get(path), schema, field);
    expect([field.path, bent]).not.toEqual([field.path, undefined]);
    const said = await audited(withBent(brought, path, bent));
    expect(said).toMatch(/^(?:PASS|WARN AUDIT_VERDICT_REWORDED|FAIL [A-Z_]{6,}.*)$/);
    if (said.startsWith("WARN ")) warned.add(`${name} ${field.path.join("/")}`);
    return said === "PASS";
  };
  const found: string[] = [];
  for (const field of fieldsOf(schema))
    if (await passed(field)) found.push(`${name} ${field.path.join("/")}`);
  return found;
}

describe("a field of what a promotion brings", () => {
  it("passes as it is, so that the next tests mean something", async () => {
    expect(await audited(withBent(brought, "deployed.json", brought.get("deployed.json")))).toBe("PASS");
  });

  const found = new Set<string>();
  it.each(["pack", "integrity", "parity", "benchmark", "verdict", "deployed"])(
    "of %s is noticed when it is changed, or there is a reason why it binds nothing",
    async (kind) => {
      const path = [...brought.keys()].find((each) => kindOf(each) === kind) ?? "";
      for (const field of await unnoticed(path)) {
        expect(Object.keys(UNBOUND)).toContain(field);
        found.add(field);
      }
    },
  );

  it("is warned of, and no more, where what decides is the same and only sentences differ", () => {
    expect([...warned].sort()).toEqual([
      // What a number says of itself is told where it misses a soft limit.
      "evidence measurements/*/note",
      // As measured or pessimistic, the value meets its limit; the sentence tells the range too.
      "evidence measurements/*/state",
      "verdict policies/*/objectives/*/fix",
      "verdict policies/*/objectives/*/says",
      "verdict policies/*/objectives/*/title",
      "verdict policies/*/requirements/*/fix",
      "verdict policies/*/requirements/*/says",
    ]);
  });

  it("has no reason to bind nothing where it binds something", () => {
    expect([...found].sort()).toEqual(Object.keys(UNBOUND).sort());
  });
});
