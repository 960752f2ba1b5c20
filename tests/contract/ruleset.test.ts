import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGitHub } from "../../src/adapters/github/forge.ts";
import { doctor } from "../../src/usecases/doctor/doctor.ts";
import { scaffold } from "../../src/usecases/init/scaffold.ts";
import { type LoopbackGithub, type LoopbackRepository, startGithub } from "../support/github/index.ts";
import { memoryFiles } from "../support/memory-files.ts";
import { REF } from "../support/workflows/all-workflows.ts";

const RULESET = ".github/rulesets/main.json";
const made = (mergeQueue: boolean) =>
  scaffold({ ref: REF, release: "v0.1.0", owner: "@acme/ml", branch: "main", mergeQueue, matrix: false });

let github: LoopbackGithub;
let repo: LoopbackRepository;
let count = 0;

beforeAll(async () => {
  github = await startGithub();
});

afterAll(async () => await github[Symbol.asyncDispose]());

/** A repository whose administrator imports the ruleset that init wrote, through GitHub's own API. */
async function adopted(mergeQueue: boolean): Promise<void> {
  count += 1;
  repo = await github.addRepository(`acme/adopted-${count}`, { people: { ada: "admin", bob: "write" } });
  const token = repo.token({ user: "ada" });
  const response = await fetch(`${github.apiUrl}/repos/${repo.name}/rulesets`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: made(mergeQueue).get(RULESET) ?? "",
  });
  expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
}

const diagnose = async (token: string) => {
  const forge = openGitHub({ repository: repo.name, token, apiUrl: github.apiUrl });
  const { findings, unseen } = await doctor({ files: memoryFiles(Object.fromEntries(made(false))), forge });
  return { codes: findings.map(({ code }) => code).sort(), unseen };
};

describe("the ruleset that init writes", () => {
  it.each([false, true])(
    "is taken by GitHub's API, and the doctor finds nothing (queue: %s)",
    async (queue) => {
      await adopted(queue);
      repo.settings.actionsMayCreatePullRequests = true;
      expect(await diagnose(repo.token({ user: "ada" }))).toEqual({ codes: [], unseen: [] });
    },
  );

  it("is seen with a job's own token, which may not see the switch for pull requests", async () => {
    await adopted(false);
    expect(await diagnose(repo.token("actions"))).toEqual({
      codes: [],
      unseen: ["whether workflows may open pull requests (needs administration: read)"],
    });
  });

  it("is what an unprotected repository lacks", async () => {
    repo = await github.addRepository("acme/bare", { people: { ada: "admin" } });
    expect((await diagnose(repo.token({ user: "ada" }))).codes).toEqual([
      "DOCTOR_CHECK_NOT_REQUIRED",
      "DOCTOR_FORCE_PUSH_ALLOWED",
      "DOCTOR_OWNER_REVIEW_OFF",
      "DOCTOR_PULL_REQUESTS_OFF",
      "DOCTOR_REBASE_ALLOWED",
      "DOCTOR_UNSIGNED_ALLOWED",
    ]);
  });
});
