import { describe, expect, it } from "vitest";
import { checkSummary } from "../../../../src/trust/attestation/vsa.ts";
import type { LooseJson } from "../../../support/oms.ts";
import { codes, problemsOf } from "../../../support/problems.ts";

const HEX = "a".repeat(64);
const EXPECTED = {
  subject: `sha256:${HEX}`,
  verifierId: "https://example.com/verifier",
  resourceUri: "modelgate:m@1.0.0/prod",
  level: "MODELGATE_PROMOTE_TO_PRODUCTION",
} as const;

const GOOD: LooseJson = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [
    { name: "other", digest: { sha256: "b".repeat(64) } },
    { name: "m@1.0.0", digest: { sha256: HEX } },
  ],
  predicateType: "https://slsa.dev/verification_summary/v1",
  predicate: {
    verifier: { id: EXPECTED.verifierId },
    timeVerified: "2026-11-21T08:00:00Z",
    resourceUri: EXPECTED.resourceUri,
    policy: { uri: "policies/gates/prod.yaml", digest: { sha256: HEX } },
    verificationResult: "PASSED",
    verifiedLevels: [EXPECTED.level],
    "https://example.com/own": { anything: true },
  },
};

async function outcome(change: (statement: LooseJson) => unknown): Promise<(string | undefined)[][]> {
  const statement: LooseJson = structuredClone(GOOD);
  const changed = change(statement) ?? statement;
  const found = await problemsOf(() =>
    checkSummary(Buffer.from(JSON.stringify(changed)), "vsa.sig", EXPECTED),
  );
  return found.map(({ code, where }) => [code, where?.pointer]);
}

describe("a verification summary", () => {
  it("that says what is expected is taken, whatever else it says", async () => {
    expect(await outcome(() => undefined)).toEqual([]);
  });

  const changes: readonly [string, (statement: LooseJson) => unknown, string[]][] = [
    ["of another artifact", (s) => void s.subject.pop(), ["ATTESTATION_MISMATCH", "/subject"]],
    [
      "of an artifact by another hash",
      (s) => void (s.subject[1].digest = { sha512: HEX }),
      ["ATTESTATION_MISMATCH", "/subject"],
    ],
    [
      "by another verifier",
      (s) => void (s.predicate.verifier.id += "/evil"),
      ["ATTESTATION_MISMATCH", "/predicate/verifier/id"],
    ],
    [
      "on another resource",
      (s) => void (s.predicate.resourceUri = "modelgate:m@1.0.0/staging"),
      ["ATTESTATION_MISMATCH", "/predicate/resourceUri"],
    ],
    [
      "that failed",
      (s) => void (s.predicate.verificationResult = "FAILED"),
      ["ATTESTATION_MISMATCH", "/predicate/verificationResult"],
    ],
    [
      "of another result by case",
      (s) => void (s.predicate.verificationResult = "passed"),
      ["ATTESTATION_MISMATCH", "/predicate/verificationResult"],
    ],
    [
      "of another level",
      (s) => void (s.predicate.verifiedLevels = ["MODELGATE_REGISTER"]),
      ["ATTESTATION_MISMATCH", "/predicate/verifiedLevels"],
    ],
    [
      "that is a test result",
      (s) => void (s.predicateType = "https://in-toto.io/attestation/test-result/v0.1"),
      ["ATTESTATION_TYPE", "/predicateType"],
    ],
    [
      "of another statement type",
      (s) => ({ ...s, _type: "https://in-toto.io/Statement/v0.1" }),
      ["DOCUMENT_VALUE_UNKNOWN", "/_type"],
    ],
    [
      "without a result",
      (s) => void delete s.predicate.verificationResult,
      ["DOCUMENT_KEY_MISSING", "/predicate"],
    ],
  ];
  it.each(changes)("%s is refused by name", async (_what, change, expected) => {
    expect(await outcome(change)).toEqual([expected]);
  });

  it("says everything that differs", async () => {
    const found = await problemsOf(() =>
      checkSummary(Buffer.from(JSON.stringify(GOOD)), "vsa.sig", {
        subject: `sha256:${"0".repeat(64)}`,
        verifierId: "v",
        resourceUri: "r",
        level: "l",
      }),
    );
    expect(codes(found)).toEqual(Array.from({ length: 4 }, () => "ATTESTATION_MISMATCH"));
  });
});
