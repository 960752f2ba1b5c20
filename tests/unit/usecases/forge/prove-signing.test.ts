import { describe, expect, test } from "vitest";
import type { GateError } from "../../../../src/errors.ts";
import type { Forge } from "../../../../src/ports/forge.ts";
import { forgeProposals } from "../../../../src/usecases/forge/proposals.ts";
import { proveSigning } from "../../../../src/usecases/forge/prove-signing.ts";
import { transact } from "../../../../src/usecases/transition/transact.ts";
import { decide, NOW, request, START } from "../../../support/decisions.ts";
import { githubScene, type GithubScene } from "../../../support/github-scene.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

const GATE = `apiVersion: modelgate/v1
kind: GatePolicy
metadata: { name: shadow, version: 1, owners: [ml-platform] }
match: { events: [PROMOTE_TO_SHADOW], environments: [prod], models: ["*"] }
objectives:
  - { id: parity, metric: parity.max_abs_diff, hard: "<= 1e-5", why: w, fix: f }
`;

/** A promotion with a token of that kind; `asked` is what was called before anything was judged. */
async function promote(of: Partial<Pick<MemoryForge, "who" | "signs">>) {
  const git = new MemoryGit();
  git.seed({ ...START, "policies/gates/shadow.yaml": GATE });
  const forge = Object.assign(new MemoryForge(git), of);
  let asked: readonly string[] | null = null;
  const judge = async (to: ReturnType<typeof request>) => {
    asked = [...forge.calls];
    return decide(git, to);
  };
  const proposals = forgeProposals({ git, forge }, {});
  const result = transact({ git, judge, describe: () => "", proposals }, request(), { now: NOW });
  const [{ value, reason }] = (await Promise.allSettled([result])) as [{ value?: unknown; reason?: unknown }];
  const branches = (await git.branches("")).map(({ name }) => name);
  return { value, reason, branches, asked };
}

const PERSON = { login: "ada", kind: "user" } as const;

describe("before anything is measured", () => {
  test("a person's token whose commits the forge does not sign is refused, and nothing stays", async () => {
    expect(await promote({ who: PERSON, signs: { verified: false, reason: "unsigned" } })).toMatchObject({
      reason: {
        problems: [
          { code: "FORGE_COMMIT_UNVERIFIED", fix: expect.stringMatching(/^Use the token of a GitHub App/) },
        ],
      },
      branches: ["main"],
      asked: null,
    });
  });

  test("a person's token whose commits it signs is tried once, and the promotion goes on", async () => {
    expect(await promote({ who: PERSON })).toMatchObject({
      value: { kind: "proposed" },
      branches: ["main", "promote/prod/m"],
      asked: ["identity", "trySigning"],
    });
  });

  test.each(["app", "workflow"] as const)("nothing is tried with the token of an %s", async (kind) => {
    const { value, asked } = await promote({ who: { login: "modelgate[bot]", kind } });
    expect([value, asked]).toMatchObject([{ kind: "proposed" }, ["identity"]]);
  });
});

const branches = ({ repo }: GithubScene): Promise<string> =>
  repo.git("for-each-ref", "--format=%(refname:short)", "refs/heads");
const tryOn = (forge: Forge, commit: string): Promise<string | null> =>
  proveSigning(forge, { branch: "main", commit }, NOW).then(
    () => null,
    ({ code }: GateError) => code,
  );

test.each([false, true])("on GitHub itself, where people's commits are signed: %s", async (signed) => {
  await using scene = await githubScene({ signCommitsOfUsers: signed });
  const head = (await scene.repo.head("main")) ?? "";
  const refused = await tryOn(scene.forge({ user: "ada" }), head);
  expect(refused).toBe(signed ? null : "FORGE_COMMIT_UNVERIFIED");
  expect(scene.github.requests.length).toBe(2);
  expect(await branches(scene)).toBe("main");
});

test("what says nothing about signatures stops nothing: a base that GitHub does not have", async () => {
  await using scene = await githubScene();
  expect(await tryOn(scene.forge({ user: "ada" }), "0123456789abcdef0123456789abcdef01234567")).toBe(null);
  expect(await branches(scene)).toBe("main");
});

test("a person's token that may not write is told so, with nothing left behind", async () => {
  await using scene = await githubScene({ signCommitsOfUsers: true });
  const reader = scene.forge({ user: "ada" }, { contents: "read" });
  expect(await tryOn(reader, (await scene.repo.head("main")) ?? "")).toBe("FORGE_PERMISSION_MISSING");
  expect(await branches(scene)).toBe("main");
});

test("a token that is none is refused before anything is measured", async () => {
  await using scene = await githubScene();
  expect(await tryOn(scene.forgeWith("ghs_expired"), "")).toBe("FORGE_TOKEN_REFUSED");
});
