import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkScene, codesOf } from "../../support/check-scene.ts";

const SHADOW = "policies/gates/shadow.yaml";

/** As CVE-2026-44544 of gittuf: an older policy, once valid, comes back. */
it("a policy that was removed does not come back weaker in another file", async () => {
  using scene = await checkScene();
  const { repo } = scene;
  const text = repo.git("show", `main:${SHADOW}`).replace("name: shadow", "name: extra");
  repo.commit({ "policies/gates/extra.yaml": `${text.replace("version: 1", "version: 7")}\n` }, "strict");
  rmSync(join(repo.root, "policies/gates/extra.yaml"));
  repo.commit({}, "removed");
  const back = (version: number): string =>
    scene.branch(`back-${version}`, () =>
      repo.write("policies/gates/new.yaml", `${text.replace("version: 1", `version: ${version}`)}\n`),
    );
  expect(codesOf(await scene.check("main", back(1)))).toEqual(["POLICY_ROLLBACK"]);
  expect(codesOf(await scene.check("main", back(7)))).toEqual(["POLICY_VERSION_NOT_RAISED"]);
  expect(codesOf(await scene.check("main", back(8)))).toEqual([]);
});

it("policies of the base that cannot be read any more do not lock the repository: they can be mended", async () => {
  using scene = await checkScene();
  const { repo } = scene;
  const text = repo.git("show", `main:${SHADOW}`);
  repo.commit({ [SHADOW]: `${text.replace("hard:", "heard:")}\n` }, "pushed past the gate");
  const mended = scene.branch("mended", () =>
    repo.write(SHADOW, `${text.replace("version: 1", "version: 2")}\n`),
  );
  expect((await scene.check("main", mended)).outcome).toBe("PASS");
  const old = scene.branch("old", () => repo.write(SHADOW, `${text.replace("version: 1", "version: 0")}\n`));
  expect((await scene.check("main", old)).outcome).toBe("FAIL");
});
