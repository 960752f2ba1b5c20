import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Evidence } from "../../../src/domain/evidence.ts";
import { EVIDENCE_V1 } from "../../../src/generated/evidence-v1.js";
import { VERDICT_V1 } from "../../../src/generated/verdict-v1.js";
import { schemaErrors } from "../../../src/domain/document/schema.ts";
import { evaluate, type EvaluateInput } from "../../../src/policy/evaluate.ts";
import { parsePolicies, type PolicySource } from "../../../src/policy/parse-policies.ts";
import { renderJson } from "../../../src/report/json.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderTerminal } from "../../../src/report/terminal.ts";
import { shippedSources } from "../../support/judging.ts";

/**
 * A folder a case: `input.json` (request, subject, baseline, ledger, history, now …), `evidence/<kind>.json`, and
 * optionally `policies/*.yaml` in place of those that are shipped; against the whole `verdict.json`, `report.md` and
 * `report.txt`.
 */
const CASES = new URL("../../cases/judge/", import.meta.url).pathname;

type CaseInput = Omit<EvaluateInput, "policies" | "evidence" | "revoked" | "now"> & { readonly now: string };

function policiesOf(folder: string): readonly PolicySource[] {
  const own = join(folder, "policies");
  if (!existsSync(own)) return shippedSources();
  return readdirSync(own).map((name) => ({ path: `policies/${name}`, bytes: readFileSync(join(own, name)) }));
}

function evidenceOf(folder: string): readonly Evidence[] {
  const evidence = join(folder, "evidence");
  if (!existsSync(evidence)) return [];
  return readdirSync(evidence).map(
    (name) => JSON.parse(readFileSync(join(evidence, name), "utf8")) as Evidence,
  );
}

test.each(readdirSync(CASES))("%s", (name) => {
  const folder = join(CASES, name);
  const expected = (file: string): string => readFileSync(join(folder, file), "utf8");
  const input = JSON.parse(expected("input.json")) as CaseInput;
  const evidence = evidenceOf(folder);
  const verdict = evaluate({
    ...input,
    now: new Date(input.now),
    policies: parsePolicies(policiesOf(folder)),
    broken: [],
    revoked: [],
    evidence,
  });
  expect(evidence.flatMap((one) => schemaErrors(EVIDENCE_V1, one))).toEqual([]);
  expect(schemaErrors(VERDICT_V1, JSON.parse(renderJson(verdict)))).toEqual([]);
  expect(renderJson(verdict)).toBe(expected("verdict.json"));
  expect(renderMarkdown(verdict)).toBe(expected("report.md"));
  expect(renderTerminal(verdict)).toBe(expected("report.txt"));
});
