import { expect, test } from "vitest";
import { REFUSALS_REF } from "../../src/domain/records-ref.ts";
import { keepRefusal } from "../../src/usecases/forge/keep-refusal.ts";
import { fetchRefusals } from "../../src/usecases/forge/fetch-records.ts";
import { refusedBefore } from "../../src/usecases/refusals/earlier.ts";
import { decide, request } from "../support/decisions.ts";
import { githubScene } from "../support/github-scene.ts";

/** Records on GitHub's side, whose rules the memory knows nothing of. */

test("a person's record is kept, and is not signed; a bot's is, with GITHUB_TOKEN as with an App", async () => {
  await using scene = await githubScene();
  const kept: unknown[] = [];
  for (const [at, token] of (["app", "actions", { user: "ada" }] as const).entries()) {
    const refused = await decide(scene.git, request(), { outcome: "FAIL", nonce: `0000000${at}` });
    const { signed, ref } = await keepRefusal({ forge: scene.forge(token) }, refused, { text: "" });
    kept.push([ref, signed]);
  }
  expect(kept).toEqual([
    [REFUSALS_REF, true],
    [REFUSALS_REF, true],
    [REFUSALS_REF, false],
  ]);
  expect((await scene.repo.git("rev-list", "--count", REFUSALS_REF)).trim()).toBe("3");
  expect(scene.github.violations).toEqual([]);
});

test("a clone that lacks the ref fetches what is on it, with a token that may only read", async () => {
  await using scene = await githubScene();
  const refused = await decide(scene.git, request(), { outcome: "FAIL" });
  const { commit } = await keepRefusal({ forge: scene.forge("app") }, refused, { text: "" });
  expect(await scene.git.resolve(REFUSALS_REF)).toBeUndefined();
  const reader = scene.forge("app", { contents: "read" });
  const elsewhere = await fetchRefusals(scene.git, async () => reader);
  expect(elsewhere).toEqual({ tips: [commit], problems: [] });
  expect((await refusedBefore(scene.git, { model: "m", elsewhere })).refusals).toMatchObject([
    { version: "1.0.0", outcome: "FAIL", commit },
  ]);
  expect(await scene.git.resolve(REFUSALS_REF)).toBeUndefined();
});

test("a token that may not write keeps nothing, and says what it lacks", async () => {
  await using scene = await githubScene();
  const refused = await decide(scene.git, request(), { outcome: "FAIL" });
  const reader = scene.forge("app", { contents: "read", pull_requests: "write" });
  await expect(keepRefusal({ forge: reader }, refused, { text: "" })).rejects.toMatchObject({
    code: "FORGE_PERMISSION_MISSING",
  });
  expect(await scene.forge("app").lastRecord(REFUSALS_REF)).toBe(null);
});
