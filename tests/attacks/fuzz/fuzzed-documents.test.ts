import { globSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApprovalStatement } from "../../../src/domain/approval-statement.ts";
import { digestOf } from "../../../src/domain/digest.ts";
import { checkSchema } from "../../../src/domain/document/check-schema.ts";
import { formatJson } from "../../../src/domain/document/format.ts";
import { parseJson } from "../../../src/domain/document/json.ts";
import type { Schema } from "../../../src/domain/document/schema.ts";
import { parseYaml } from "../../../src/domain/document/yaml.ts";
import {
  formatPromotionBlock,
  parsePromotionBlock,
  type PromotionBlock,
} from "../../../src/domain/promotion-block.ts";
import { parseExceptions } from "../../../src/ledger/audit/exceptions.ts";
import { parseCheckpoint } from "../../../src/ledger/audit/checkpoint.ts";
import { formatLedger, parseLedger } from "../../../src/ledger/ledger-text.ts";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { parseApproval } from "../../../src/trust/approval/statement.ts";
import { parsePublicKey } from "../../../src/trust/public-key.ts";
import { parseTrust } from "../../../src/trust/registry.ts";
import { MANIFEST_V1 } from "../../../src/generated/manifest-v1.js";
import { VERDICT_V1 } from "../../../src/generated/verdict-v1.js";
import { BOUNDED, edited, edits, latin1, outcome } from "../../support/fuzz.ts";
import { shippedSources } from "../../support/judging.ts";

/**
 * Every reader of a document that a change may bring. Bytes at random and good documents that were edited are refused by a
 * code or read; what is read still holds what the document's own rules say (`sound`). Anything else that is thrown fails the
 * test, and so does a call that does not end.
 */
interface Reader {
  readonly good: readonly Buffer[];
  readonly read: (bytes: Buffer) => unknown;
  /** What must be true of whatever is read. */
  readonly sound: (value: never, bytes: Buffer) => boolean;
}

const file = (path: string): Buffer => readFileSync(path);
const json = (value: unknown): Buffer => Buffer.from(formatJson(value));
const typed = (schema: Schema) => (bytes: Buffer) => checkSchema(parseJson(bytes, "x.json"), schema);
const plainAll = (value: unknown): boolean =>
  typeof value !== "object" ||
  value === null ||
  ([Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value) as object) &&
    Object.values(value).every((one) => plainAll(one)));
const asJsonParse = (value: unknown, bytes: Buffer): boolean => {
  expect(value).toEqual(JSON.parse(bytes.toString()));
  return plainAll(value);
};

const BLOCK: PromotionBlock = {
  schema_version: "modelgate/promotion/v1",
  event: "PROMOTE_TO_SHADOW",
  model: "m",
  version: "1.0.0",
  environment: "prod",
  canary_phase: null,
  revision: 1,
  ledger_digest: digestOf("a"),
  manifest_digest: digestOf("b"),
  policy_digest: digestOf("c"),
  evidence_digest: digestOf("d"),
  verdict: "PASS",
  run_id: "m_1.0.0_none_20260101T000000Z_00000001",
  base_commit: "1".repeat(40),
  commit: "2".repeat(40),
};
const CHECKPOINT = {
  schema_version: "modelgate/checkpoint/v1",
  head: "1".repeat(40),
  count: 3,
  transitions: 1,
  ledger_digest: digestOf("a"),
  trust_digest: null,
  trust_root: null,
  policy_versions: { shadow: 1 },
  excepted: 0,
  lapse: null,
  signature: null,
};
const APPROVAL: ApprovalStatement = {
  schema_version: "modelgate/approval/v1",
  principal: "ada",
  key: `SHA256:${"A".repeat(43)}`,
  ref: "refs/heads/main",
  from: { commit: "1".repeat(40), ledger_digest: digestOf("a") },
  to: { tree: "2".repeat(40), ledger_digest: digestOf("b") },
  run_id: BLOCK.run_id,
  subject: {
    model_id: "m",
    version: "1.0.0",
    manifest_digest: digestOf("c"),
    artifact_digest: digestOf("d"),
  },
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  canary_phase: null,
  policy_digest: digestOf("e"),
  evidence_digest: digestOf("f"),
  findings: [],
  approved_at: "2026-01-01T00:00:00Z",
  comment: null,
  source: { kind: "key" },
  signature: "AAAA",
};
const EXCEPTIONS = `apiVersion: modelgate/v1
kind: AuditExceptions
exceptions:
  - commit: ${"a".repeat(40)}
    reason: an accident
    owner: ada
`;

const READERS: Readonly<Record<string, Reader>> = {
  JSON: {
    good: [
      file("models/flight-delay/1.0.0/manifest.json"),
      Buffer.from('{"a":[1,-0.5e3,"\\u00e9",{"b":null}]}'),
    ],
    read: (bytes) => parseJson(bytes, "x.json").value,
    sound: asJsonParse,
  },
  YAML: {
    good: [file("policies/gates/production.yaml"), file("policies/environments.yaml")],
    read: (bytes) => parseYaml(bytes, "x.yaml").value,
    sound: plainAll,
  },
  "a manifest": {
    good: [file("models/flight-delay/1.1.0/manifest.json")],
    read: typed(MANIFEST_V1),
    sound: asJsonParse,
  },
  "a verdict": {
    good: globSync("tests/cases/judge/*/verdict.json")
      .slice(0, 3)
      .map((path) => file(path)),
    read: typed(VERDICT_V1),
    sound: asJsonParse,
  },
  "deployed.json": {
    good: [file("deployed.json")],
    read: parseLedger,
    sound: (value, bytes) => Buffer.from(formatLedger(value)).equals(bytes),
  },
  "a policy": {
    good: shippedSources()
      .filter(({ path }) => path.includes("gates/"))
      .slice(0, 3)
      .map(({ bytes }) => Buffer.from(bytes)),
    read: (bytes) =>
      parsePolicies([
        { path: "policies/gates/x.yaml", bytes },
        ...shippedSources().filter(({ path }) => !path.includes("gates/")),
      ]),
    sound: ({ policies }: ReturnType<typeof parsePolicies>) =>
      policies.every(
        ({ objectives, requires, version }) =>
          version >= 1 &&
          (objectives.length > 0 || Object.values(requires).some((one) => one !== null && one !== false)),
      ),
  },
  "trust.yaml": {
    good: [file("policies/trust.yaml")],
    read: (bytes) => parseTrust(bytes),
    sound: ({ principals }: ReturnType<typeof parseTrust>) =>
      principals
        .flatMap(({ keys }) => keys)
        .every(({ fingerprint, publicKey }) => parsePublicKey(publicKey).fingerprint === fingerprint),
  },
  "a checkpoint": {
    good: [json(CHECKPOINT)],
    read: (bytes) => parseCheckpoint(bytes, "x"),
    sound: asJsonParse,
  },
  "an approval": {
    good: [json(APPROVAL)],
    read: (bytes) => parseApproval(bytes, { folder: "evidence/m/1.0.0/x", path: "approvals/ada.json" }),
    sound: ({ principal }: { principal: string }) => principal === "ada",
  },
  "audit-exceptions.yaml": {
    good: [Buffer.from(EXCEPTIONS)],
    read: parseExceptions,
    sound: (all: ReturnType<typeof parseExceptions>) =>
      all.every(({ commit }) => /^[0-9a-f]{40,64}$/.test(commit)),
  },
  "the block of a pull request": {
    good: [Buffer.from(`text\n\n${formatPromotionBlock(BLOCK)}\nmore\n`)],
    read: (bytes) => parsePromotionBlock(bytes.toString()),
    sound: (value: PromotionBlock) =>
      formatPromotionBlock(parsePromotionBlock(formatPromotionBlock(value))) === formatPromotionBlock(value),
  },
};

describe.each(Object.entries(READERS))("%s", (_, { good, read, sound }) => {
  const isSound = (bytes: Buffer): boolean => {
    const found = outcome(() => read(bytes));
    return "code" in found || sound(found.value as never, bytes);
  };

  test("as it is, is read", () => {
    const refused = good.filter((bytes) => "code" in outcome(() => read(bytes)));
    expect(refused).toEqual([]);
  });

  test("of bytes at random is refused, or read as what it is", () => {
    fc.assert(
      fc.property(latin1(300), (text) => {
        expect(isSound(Buffer.from(text, "latin1"))).toBe(true);
      }),
      { ...BOUNDED, interruptAfterTimeLimit: 250 },
    );
  });

  test("edited in any way is refused, or read as what it is", () => {
    fc.assert(
      fc.property(fc.constantFrom(...good), edits, (bytes, by) => {
        expect(isSound(edited(bytes, by))).toBe(true);
      }),
      { ...BOUNDED, interruptAfterTimeLimit: 600 },
    );
  });
});
