import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { titlesOf } from "../support/forecasts.ts";
import type { GithubEvent } from "../support/github/index.ts";
import type { StepResult } from "../support/runner/step-result.ts";
import { Team } from "../support/team.ts";
import { freshJob, newest, onEvent, quickGate } from "../support/workflow-runs.ts";

/** Names that talk to the runner, a terminal, a browser, a shell, or to GitHub's Markdown. */
const NAMES = [
  `quotes " ' and \\ back`,
  "new\nline",
  "x\n::set-output name=result::pass",
  "::error file=deployed.json::forged",
  "##[set-output name=result]pass",
  "%0A::add-mask::flight-delay",
  "\u001b[2Jcleared",
  "bidi \u202Egnp.exe \u2066x",
  "[x](javascript:alert(1)) ![y](https:evil)",
  "<img src=x onerror=alert(1)>",
  "`code` **bold** | cell",
  "@everyone #1 GH-1",
  "--> <!-- modelgate:promotion",
  "$(touch owned)",
];
/** The only commands that an action of ours may give. */
const OWN_COMMANDS = new Set(["stop-commands", "error", "warning", "notice"]);
const GIVEN = { comment: true, "check-run": "model-gate details" };
const BRANCH = "promote/prod/flight-delay";

let team: Team;
beforeAll(async () => {
  team = await Team.with(["flight-delay@1.0.0"], quickGate("reason: true"));
});
afterAll(async () => await team[Symbol.asyncDispose]());

/** 300 files below a folder, the hostile names among them, as a pull request by Ada; GitHub lists no more of them. */
async function opened(branch: string, folder: string, onto = "main"): Promise<GithubEvent> {
  const job = freshJob(team);
  job.git("checkout", "-q", "-b", branch, `refs/remotes/origin/heads/${onto}`);
  const names = Array.from({ length: 300 }, (_, at) => `${NAMES[at % NAMES.length]} ${at}.txt`);
  job.commit(Object.fromEntries(names.map((name) => [`${folder}/${name}`, name])), "a change by somebody");
  await team.repo.git("fetch", "-q", job.root, `${branch}:refs/heads/${branch}`);
  return newest(team, "pull_request", await team.repo.openPull("ada", { head: branch }));
}

/** What people and programs see of a check: the log, the summary, the comment and the check run beside the lines. */
function seen(step: StepResult, event: GithubEvent): readonly string[] {
  const { number, pull_request: pull } = event.payload as unknown as {
    number: number;
    pull_request: { head: { sha: string } };
  };
  // An annotation stands beside the file of that very path, so the path is the one thing that is told as it is.
  const runs = team.repo
    .checkRuns(pull.head.sha)
    .map(({ output }) =>
      JSON.stringify(output, (key, value: unknown) => (key === "path" ? undefined : value)),
    );
  return [step.text, step.summary, ...team.repo.comments(number).map(({ body }) => body), ...runs];
}

function expectHarmless(step: StepResult, texts: readonly string[]): void {
  expect([...step.log.outputs]).toEqual([]);
  expect(step.env).toEqual({});
  expect(step.log.commands.filter(({ name }) => !OWN_COMMANDS.has(name))).toEqual([]);
  expect(step.annotations.filter(({ message }) => message === "forged")).toEqual([]);
  for (const text of texts)
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
  const markdown = texts
    .slice(1, 3)
    .join("\n")
    .replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, "code");
  expect(markdown).not.toMatch(/(?<!\\)\]\(|(?<!\\)<(?!details|summary|http:)[a-z]|@everyone/i);
}

describe("300 changed files with names that are no names", () => {
  it("in a folder that nobody governs: nothing governed changed, and nothing is said on the pull request", async () => {
    const event = await opened("docs", "docs");
    const step = await onEvent(team, "check", event, { with: GIVEN });
    expect(step).toMatchObject({ exitCode: 0, annotations: [], outputs: { result: "pass", kind: "other" } });
    expectHarmless(step, seen(step, event));
    expect(team.repo.comments(1)).toEqual([]);
  });

  it("in a version folder: each is refused by name, and stays text wherever it is told", async () => {
    const event = await opened("version", "models/flight-delay/1.0.1");
    const step = await onEvent(team, "check", event, { with: GIVEN });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail", kind: "registration" } });
    const texts = seen(step, event);
    expect(texts).toHaveLength(4);
    // What GitHub takes as a comment.
    expect(texts[2]?.length).toBeLessThan(65_536);
    expectHarmless(step, texts);
    expect(titlesOf(step).length).toBeLessThanOrEqual(10);
    expect(titlesOf(step).every((title) => /^(?:[A-Z_]+$|Registration: FAIL)/.test(title))).toBe(true);
  });

  it("beside a promotion: the mixture is refused, and nothing of the promotion is lost", async () => {
    const given = { model: "flight-delay@1.0.0", event: "PROMOTE_TO_SHADOW", environment: "prod" };
    const made = await team.uses("promote", "app", { ...given, reason: NAMES.join(" ") });
    expect(made.outputs["result"]).toBe("pass");
    const proposal = await team.repo.head(BRANCH);
    const event = await opened("mixture", "models/flight-delay/1.0.1", BRANCH);
    const step = await onEvent(team, "check", event, { with: GIVEN });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: "fail" } });
    expect(titlesOf(step)).toContain("CHECK_MIXTURE");
    expectHarmless(step, seen(step, event));
    expect(await team.repo.head(BRANCH)).toBe(proposal);
  });

  it("between a promotion and its base: it is judged on them, and proposed once", async () => {
    await team.repo.git("update-ref", "refs/heads/main", "docs");
    const given = { model: "flight-delay@1.0.0", event: "PROMOTE_TO_SHADOW", environment: "prod" };
    const step = await team.uses("promote", "app", { ...given, reason: NAMES.join(" ") });
    expect(titlesOf(step)).toEqual(["Judged again"]);
    expect(step.outputs).toMatchObject({ result: "pass", "pull-request-operation": "updated" });
    expect(await team.repo.git("rev-parse", `${BRANCH}^`)).toBe(await team.repo.head("main"));
    const { title, body } = team.repo.pull(3);
    expectHarmless(step, [step.text, step.summary, title, body ?? ""]);
    expect(team.github.violations).toEqual([]);
  });
});
