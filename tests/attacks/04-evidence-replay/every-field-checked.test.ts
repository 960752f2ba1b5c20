import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Brought, kindOf, SCHEMA_OF, withBent } from "../../support/bent-packs.ts";
import { type CheckScene, checkScene, codesOf } from "../../support/check-scene.ts";
import { GIT_ENV } from "../../support/git-repo.ts";
import { fieldsOf, type SchemaNode, withOther } from "../../support/schema-fields.ts";
import { REMEASURED, UNBOUND } from "./unbound-fields.ts";

/** Attack 4, every field, on a real repository: the required check before the merge, as `every-field-audited` after it. */
const PROPOSAL = "promote/prod/flight-delay";

/** A proposal with one field changed, and the branch that it is on. */
interface Bent {
  readonly field: string;
  readonly branch: string;
  readonly files: ReadonlyMap<string, string>;
}

let scene: CheckScene;
let bent: readonly Bent[];

beforeAll(async () => {
  scene = await checkScene();
  await scene.propose({});
  const brought = filesOf(PROPOSAL);
  bent = [...brought].flatMap(([path, document]) => {
    const name = SCHEMA_OF[kindOf(path)] ?? "";
    const schema = JSON.parse(readFileSync(`schemas/${name}-v1.schema.json`, "utf8")) as SchemaNode;
    return fieldsOf(schema).map((field, at) => ({
      field: `${name} ${field.path.join("/")}`,
      branch: `bent-${kindOf(path)}-${at}`,
      files: withBent(brought, path, withOther(document, schema, field)),
    }));
  });
  importBranches(bent);
});
afterAll(() => scene[Symbol.dispose]());

function filesOf(branch: string): Brought {
  const paths = scene.repo.git("diff", "--name-only", "main", branch).split("\n");
  return new Map(
    paths.map((path) => [path, JSON.parse(scene.repo.git("show", `${branch}:${path}`)) as unknown]),
  );
}

/** One commit on the proposal for each, all by one git. */
function importBranches(all: readonly Bent[]): void {
  const from = scene.repo.git("rev-parse", PROPOSAL);
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}`;
  const commits = all.map(({ branch, files }) =>
    [
      `commit refs/heads/${branch}`,
      `committer Eve <eve@example.org> 1800000000 +0000\n${data("bent")}\nfrom ${from}`,
      ...[...files].map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
      "\n",
    ].join("\n"),
  );
  const input = commits.join("");
  execFileSync("git", ["fast-import", "--quiet"], { cwd: scene.repo.root, env: GIT_ENV, input });
}

describe("a field of a proposal", () => {
  const passed = new Set<string>();
  it.each(["pack", "integrity", "parity", "verdict", "deployed"])(
    "in %s is noticed when it is changed, or there is a reason why it binds nothing",
    async (kind) => {
      const ours = bent.filter(({ branch }) => branch.startsWith(`bent-${kind}-`));
      expect(ours.length).toBeGreaterThan(15);
      for (const { field, branch } of ours) {
        const report = await scene.check("main", branch);
        if (report.outcome === "FAIL" && codesOf(report).length > 0) continue;
        expect(Object.keys(UNBOUND)).toContain(field);
        passed.add(field);
      }
    },
  );

  it("has no reason to bind nothing where it binds something", () => {
    // One kind alone ran the model here, so that the verdict tells its engine whole.
    const unbound = Object.keys(UNBOUND).filter(
      (field) => !field.startsWith("evidence runner/engine/") && !REMEASURED.has(field),
    );
    expect([...passed].sort()).toEqual(unbound.sort());
  });
});
