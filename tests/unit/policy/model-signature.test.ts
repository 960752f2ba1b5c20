import { describe, expect, test } from "vitest";
import { parsePolicies } from "../../../src/policy/parse-policies.ts";
import { judgeModelSignature } from "../../../src/policy/judge/model-signature.ts";
import type { SignerWish } from "../../../src/policy/policy.ts";
import { digest, ENVIRONMENTS, evidenceOf, gateSource } from "../../support/judging.ts";
import { placed, problemsOf } from "../../support/problems.ts";

const WORKFLOW = "https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main";
const ISSUER = "https://token.actions.githubusercontent.com";
const KEYLESS: SignerWish = {
  principal: null,
  keyless: { identity: WORKFLOW, pattern: false, issuer: ISSUER },
};
const ADA: SignerWish = { principal: "ada", keyless: null };

function outcome(wish: SignerWish, ...details: readonly unknown[]): string {
  const evidence = details.map((each) => ({ ...evidenceOf("integrity", []), details: each }));
  const { outcome: came, reason } = judgeModelSignature(wish, evidence);
  return reason === null ? came : `${came} ${reason}`;
}

const signedBy = (signer: object): unknown => ({
  problems: [],
  model_signature: { bundle: digest("b"), ...signer },
});
const ada = signedBy({ method: "key", principal: "ada" });
const workflow = signedBy({ method: "sigstore", identity: WORKFLOW, issuer: ISSUER });

describe("who must have signed the model", () => {
  test.each<[string, SignerWish, unknown[], string]>([
    ["the principal", ADA, [ada], "PASS"],
    ["the identity", KEYLESS, [workflow], "PASS"],
    ["either of both", { ...ADA, keyless: KEYLESS.keyless }, [workflow], "PASS"],
    [
      "another principal",
      ADA,
      [signedBy({ method: "key", principal: "eve" })],
      "FAIL GATE_MODEL_SIGNER_WRONG",
    ],
    ["a principal of that name who is no key", ADA, [workflow], "FAIL GATE_MODEL_SIGNER_WRONG"],
    ["a key where an identity is wanted", KEYLESS, [ada], "FAIL GATE_MODEL_SIGNER_WRONG"],
    [
      "another issuer",
      KEYLESS,
      [signedBy({ method: "sigstore", identity: WORKFLOW, issuer: "https://evil" })],
      "FAIL GATE_MODEL_SIGNER_WRONG",
    ],
    [
      "an identity that only contains it",
      KEYLESS,
      [signedBy({ method: "sigstore", identity: `${WORKFLOW}/x`, issuer: ISSUER })],
      "FAIL GATE_MODEL_SIGNER_WRONG",
    ],
    ["nobody", ADA, [{ problems: [] }], "FAIL GATE_MODEL_UNSIGNED"],
    ["one evidence of two unsigned", ADA, [ada, { problems: [] }], "FAIL GATE_MODEL_UNSIGNED"],
    [
      "a signature of another shape",
      ADA,
      [{ model_signature: { method: "key", principal: "ada" } }],
      "FAIL GATE_MODEL_UNSIGNED",
    ],
    ["an inherited one", ADA, [Object.create({ model_signature: {} })], "FAIL GATE_MODEL_UNSIGNED"],
    ["no evidence at all", ADA, [], "FAIL EVIDENCE_MISSING"],
  ])("%s", (_what, wish, details, expected) => {
    expect(outcome(wish, ...details)).toBe(expected);
  });

  test("a pattern fits as a whole, and never across a slash", () => {
    const like = (identity: string): SignerWish => ({
      principal: null,
      keyless: { identity, pattern: true, issuer: ISSUER },
    });
    expect(
      outcome(like("https://github.com/acme/*/.github/workflows/train.yml@refs/heads/main"), workflow),
    ).toBe("PASS");
    expect(outcome(like("https://github.com/*"), workflow)).toBe("FAIL GATE_MODEL_SIGNER_WRONG");
    expect(
      outcome(
        {
          principal: null,
          keyless: {
            identity: "https://github.com/acme/*/.github/workflows/train.yml@refs/heads/main",
            pattern: false,
            issuer: ISSUER,
          },
        },
        workflow,
      ),
    ).toBe("FAIL GATE_MODEL_SIGNER_WRONG");
  });
});

describe("model_signature in a policy", () => {
  const read = (wish: string) =>
    parsePolicies([
      ENVIRONMENTS,
      gateSource(`requires: { model_signature: ${wish} }
objectives: [{ id: a, metric: integrity.problems, hard: "<= 0", why: w, fix: f }]
`),
    ]);

  test("is read", () => {
    expect(read("{ principal: ada }").policies[0]?.requires.modelSignature).toEqual(ADA);
    expect(
      read(`{ identity: "${WORKFLOW}", issuer: "${ISSUER}" }`).policies[0]?.requires.modelSignature,
    ).toEqual(KEYLESS);
    expect(read(`{ identity_pattern: "a/*", issuer: i }`).policies[0]?.requires.modelSignature).toEqual({
      principal: null,
      keyless: { identity: "a/*", pattern: true, issuer: "i" },
    });
  });

  test.each(["{ issuer: i }", "{ identity: a }", "{ identity_pattern: a }"])(
    "%s names nobody",
    async (wish) => {
      const found = await problemsOf(() => read(wish));
      expect(placed(found).map((each) => each.split(" ")[1])).toEqual(["POLICY_SIGNER_MISSING"]);
    },
  );
});
