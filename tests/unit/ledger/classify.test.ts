import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHANGE_KINDS,
  type ChangedPath,
  type ChangeKind,
  classify,
  kindOfPath,
} from "../../../src/ledger/classify.ts";

const FILE = "100644";
const added = (path: string, after = FILE): ChangedPath => ({ path, before: null, after });
const edited = (path: string): ChangedPath => ({ path, before: FILE, after: FILE });
const deleted = (path: string): ChangedPath => ({ path, before: FILE, after: null });
const codes = (...changes: ChangedPath[]): string[] => classify(changes).problems.map(({ code }) => code);

const VERSION = "models/flight-delay/1.1.0";

describe("what a path is about", () => {
  const table: readonly (readonly [string, ChangeKind])[] = [
    [`${VERSION}/manifest.json`, "registration"],
    [`${VERSION}/test_data_set_0/input_0.pb`, "registration"],
    ["models/flight-delay/v1.1/manifest.json", "registration"],
    ["models/flight-delay/1.1/model.onnx", "registration"],
    ["models/Flight/1.1.0/model.onnx", "registration"],
    ["models/README.md", "other"],
    ["models/flight-delay/training/train.py", "other"],
    ["models/flight-delay/import/README.md", "other"],
    ["deployed.json", "promotion"],
    ["evidence/flight-delay/1.1.0/run/pack.json", "promotion"],
    ["evidence", "promotion"],
    ["policies/gates/production.yaml", "policy"],
    ["policies/waivers.yaml", "policy"],
    ["policies", "policy"],
    ["policies/trust.yaml", "trust"],
    ["schemas/policy-v1.schema.json", "policy"],
    [".github/workflows/model-gate.yml", "policy"],
    [".github/workflows/record.yaml", "policy"],
    [".github/CODEOWNERS", "policy"],
    [".github/workflows/ci.yml", "policy"],
    [".github/actions/setup/action.yml", "policy"],
    [".github/dependabot.yml", "other"],
    ["src/deployed.json", "other"],
    ["docs/policies/x.md", "other"],
    ["deployed.json.md", "other"],
    ["evidences/x", "other"],
    ["README.md", "other"],
  ];
  it.each(table)("%s is %s", (path, kind) => {
    expect(kindOfPath(path)).toBe(kind);
    expect(classify([added(path)]).kind).toBe(kind);
  });
});

describe("a change", () => {
  it("of nothing is other, and fine", () => {
    expect(classify([])).toEqual({ kind: "other", versions: [], problems: [] });
  });

  it("names its versions once, in order", () => {
    const paths = [`${VERSION}/a`, "models/m/2.0.0-rc.1/a", `${VERSION}/b`, "README.md"];
    expect(classify(paths.map((path) => added(path)))).toEqual({
      kind: "registration",
      versions: [
        { id: "flight-delay", version: "1.1.0" },
        { id: "m", version: "2.0.0-rc.1" },
      ],
      problems: [],
    });
  });

  it("may bring code and training with a registration, and docs with a policy", () => {
    expect(codes(added(`${VERSION}/manifest.json`), edited("models/flight-delay/training/train.py"))).toEqual(
      [],
    );
    expect(codes(edited("policies/gates/a.yaml"), edited("docs/policy.md"))).toEqual([]);
  });

  it("says of a mixture which files are which, and how to mend it", () => {
    const paths = ["a", "b", "c", "d", "e"].map((name) => added(`${VERSION}/${name}`));
    const [problem, ...more] = classify([...paths, edited("policies/gates/shadow.yaml")]).problems;
    expect(more).toEqual([]);
    expect(problem).toMatchObject({ code: "CHECK_MIXTURE", where: { file: `${VERSION}/a` } });
    expect(problem?.message).toBe(
      `The change is a mixture of registration (${VERSION}/a and 4 more) and policy (policies/gates/shadow.yaml).`,
    );
    expect(problem?.fix).toMatch(/^Split it: one pull request for each kind/);
  });

  it("tells a promotion that something was pushed to what to take out", () => {
    const [problem] = classify([edited("deployed.json"), edited("README.md")]).problems;
    expect(problem).toMatchObject({ code: "CHECK_MIXTURE" });
    expect(problem?.fix).toMatch(/^A promotion travels alone: take everything else out/);
  });

  it("never mixes two governed kinds, and a promotion with nothing", () => {
    const example: Readonly<Record<ChangeKind, string>> = {
      registration: `${VERSION}/manifest.json`,
      promotion: "deployed.json",
      policy: "policies/gates/shadow.yaml",
      trust: "policies/trust.yaml",
      other: "README.md",
    };
    for (const one of CHANGE_KINDS)
      for (const other of CHANGE_KINDS) {
        const alone = one === other;
        const beside = (one === "other" || other === "other") && one !== "promotion" && other !== "promotion";
        const changes = alone ? [added(example[one])] : [added(example[one]), added(example[other])];
        expect([one, other, codes(...changes)]).toEqual([
          one,
          other,
          alone || beside ? [] : ["CHECK_MIXTURE"],
        ]);
      }
  });
});

describe("what was merged", () => {
  it.each([
    [edited(`${VERSION}/model.onnx`), "MANIFEST_VERSION_IMMUTABLE"],
    [deleted(`${VERSION}/model.onnx`), "MANIFEST_VERSION_IMMUTABLE"],
    [{ path: `${VERSION}/a`, before: FILE, after: "100755" }, "MANIFEST_VERSION_IMMUTABLE"],
    [edited("evidence/m/1.0.0/run/parity.json"), "CHECK_EVIDENCE_IMMUTABLE"],
    [deleted("evidence/m/1.0.0/run/parity.json"), "CHECK_EVIDENCE_IMMUTABLE"],
    [deleted("deployed.json"), "CHECK_LEDGER_DELETED"],
  ])("stays: %j", (change, code) => expect(codes(change)).toEqual([code]));
});

describe("hostile paths", () => {
  it.each([
    added(`${VERSION}/model.onnx`, "120000"),
    added(`${VERSION}/model`, "160000"),
    added("models", "120000"),
    added("models/flight-delay", "120000"),
    added("models/flight-delay/training", "160000"),
    added("models", FILE),
    added("policies", "120000"),
    added("policies/gates/a.yaml", "120000"),
    added("deployed.json", "120000"),
    added("deployed.json", "100755"),
    added("evidence", "160000"),
    added("evidence/m/1.0.0/r/pack.json", "100755"),
    added("policies/gates/a\nb.yaml"),
    added("policies/gates/a\u202Eb.yaml"),
    added("models/m/1.0.0/\uFFFD"),
  ])("are refused: %j", (change) => expect(codes(change)).toContain("CHECK_PATH_HOSTILE"));

  it.each([added("src/link", "120000"), added("vendor/lib", "160000"), added("bin/run", "100755")])(
    "elsewhere are nobody's business: %j",
    (change) => expect(codes(change)).toEqual([]),
  );

  it.each([
    [added("Models/m/1.0.0/model.onnx")],
    [added("DEPLOYED.json")],
    [added("policie\u017F/gates/a.yaml")],
    [added("Evidence/x", "160000")],
    [added("policies/gates/a.yaml"), added("policies/gates/A.yaml")],
    [added("policies/gates/caf\u00E9.yaml"), added("policies/gates/cafe\u0301.yaml")],
    [added(`${VERSION}/model.onnx`), added(`${VERSION}/Model.onnx`)],
  ])("that are one with a governed one on some file systems are refused: %j", (...changes) =>
    expect(codes(...changes)).toContain("CHECK_CASE_TWIN"),
  );

  it("a folder of that name which was there before is left alone", () => {
    expect(codes(edited("Models/zoo.py"), added("readme.md"), added("README.md"))).toEqual([]);
  });
});

describe("laws", () => {
  const path = fc.oneof(
    fc.constantFrom(
      "deployed.json",
      "policies/trust.yaml",
      `${VERSION}/a`,
      "evidence/a/1.0.0/r/pack.json",
      "a.md",
    ),
    fc.string({ maxLength: 40 }),
  );
  const mode = fc.constantFrom("100644", "100755", "120000", "160000");
  const change = fc.record({ path, before: fc.option(mode), after: fc.option(mode) });

  it("a change with a governed path is never other, and order never matters", () => {
    fc.assert(
      fc.property(fc.uniqueArray(change, { selector: (one) => one.path, maxLength: 6 }), (changes) => {
        const { kind, problems } = classify(changes);
        const governed = changes.filter((one) => kindOfPath(one.path) !== "other");
        expect(kind === "other").toBe(governed.length === 0);
        const reversed = classify(changes.toReversed());
        expect(reversed.kind).toBe(kind);
        expect(reversed.problems.map(({ code }) => code).sort()).toEqual(
          problems.map(({ code }) => code).sort(),
        );
      }),
    );
  });
});
