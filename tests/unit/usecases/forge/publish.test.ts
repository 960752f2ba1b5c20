import { expect, test } from "vitest";
import type { CheckAnnotation } from "../../../../src/ports/forge.ts";
import { publishCheck } from "../../../../src/usecases/forge/publish-check.ts";
import { postStickyComment, refreshStickyComment } from "../../../../src/usecases/forge/sticky-comment.ts";
import { START } from "../../../support/decisions.ts";
import { MemoryForge } from "../../../support/memory-forge.ts";
import { MemoryGit } from "../../../support/memory-git.ts";

async function scene() {
  const git = new MemoryGit();
  const base = git.seed(START);
  const forge = new MemoryForge(git);
  git.point("topic", base);
  await forge.openPullRequest({ head: "topic", base: "main", title: "t", body: "b" });
  return { forge, base };
}

test("one comment a subject, made once and updated in place", async () => {
  const { forge } = await scene();
  const post = (text: string, subject = "check") => postStickyComment(forge, { number: 1, subject, text });
  expect((await post("one")).operation).toBe("created");
  expect((await post("one")).operation).toBe("none");
  expect((await post("two")).operation).toBe("updated");
  expect((await post("other", "check.flight-delay")).operation).toBe("created");
  expect((await forge.comments(1)).map(({ body }) => body)).toEqual([
    "<!-- modelgate:check -->\ntwo",
    "<!-- modelgate:check.flight-delay -->\nother",
  ]);
});

test("a comment of somebody else with our marker is left alone", async () => {
  const { forge } = await scene();
  forge.commentAs({ id: 7, login: "mallory", kind: "person" }, 1, "<!-- modelgate:check -->\nPASS");
  expect((await postStickyComment(forge, { number: 1, subject: "check", text: "FAIL" })).operation).toBe(
    "created",
  );
  expect((await forge.comments(1)).map(({ body }) => body.split("\n")[1])).toEqual(["PASS", "FAIL"]);
});

test("where nothing was said, nothing is begun; what was said is brought up to date", async () => {
  const { forge } = await scene();
  const comment = { number: 1, subject: "check", text: "Nothing governed changed." };
  await refreshStickyComment(forge, comment);
  expect(await forge.comments(1)).toEqual([]);
  await postStickyComment(forge, { ...comment, text: "FAIL" });
  await refreshStickyComment(forge, comment);
  expect((await forge.comments(1)).map(({ body }) => body.split("\n")[1])).toEqual([
    "Nothing governed changed.",
  ]);
});

test("a comment stays below what GitHub takes", async () => {
  const { forge } = await scene();
  await postStickyComment(forge, { number: 1, subject: "check", text: "x".repeat(200_000) });
  const [comment] = await forge.comments(1);
  expect(comment?.body.length).toBe(64_999);
  expect(comment?.body.endsWith("x…")).toBe(true);
});

const remark = (level: CheckAnnotation["level"], at: number): CheckAnnotation => ({
  path: "policies/gates/production.yaml",
  line: at,
  level,
  title: `${level} ${at}`,
  message: "m",
});

test("a check run shows the worst first and counts what is beyond the limit", async () => {
  const { forge, base } = await scene();
  const annotations = [
    ...Array.from({ length: 150 }, (_, at) => remark("notice", at + 1)),
    ...Array.from({ length: 60 }, (_, at) => remark("failure", at + 1)),
  ];
  await publishCheck(forge, {
    name: "model-gate",
    head: base,
    outcome: "FAIL",
    title: "No.",
    summary: "s".repeat(70_000),
    annotations,
  });
  const [run] = forge.checkRuns;
  expect(run).toMatchObject({ name: "model-gate", head: base, conclusion: "failure" });
  expect(run?.annotations.length).toBe(200);
  expect(run?.annotations.slice(0, 60)).toEqual(annotations.slice(150));
  expect(run?.summary.length).toBe(65_535);
  expect(run?.summary.endsWith("10 more annotations are not shown.")).toBe(true);
});

test("a check run shows foreign text as text, line by line; its path is the path", async () => {
  const forge = new MemoryForge(new MemoryGit());
  const hostile = "x\u202Egnp\u001b[2J";
  const one = {
    path: hostile,
    line: 1,
    level: "failure",
    title: hostile,
    message: `${hostile}\nfix\r\n`,
  } as const;
  await publishCheck(forge, {
    name: "model-gate",
    head: "0",
    outcome: "FAIL",
    title: hostile,
    summary: "s",
    annotations: [one],
  });
  const plain = "x\\u{202e}gnp";
  expect(forge.checkRuns).toMatchObject([
    { title: plain, annotations: [{ ...one, title: plain, message: `${plain}\nfix \n` }] },
  ]);
});

test.each([
  ["PASS", "success"],
  ["WARN", "success"],
  ["FAIL", "failure"],
  ["INCONCLUSIVE", "failure"],
] as const)("%s concludes as %s, never as neutral or skipped", async (outcome, conclusion) => {
  const { forge, base } = await scene();
  await publishCheck(forge, {
    name: "model-gate",
    head: base,
    outcome,
    title: "t",
    summary: "s",
    annotations: [],
  });
  expect(forge.checkRuns[0]?.conclusion).toBe(conclusion);
});
