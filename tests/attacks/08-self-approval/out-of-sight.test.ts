import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { openGitHub } from "../../../src/adapters/github/forge.ts";
import type { ForgePerson } from "../../../src/domain/approvals.ts";
import { countApprovals } from "../../../src/policy/judge/approvals.ts";
import { readApprovals } from "../../../src/usecases/forge/read-approvals.ts";
import { START } from "../../support/decisions.ts";
import { BOT, MemoryForge } from "../../support/memory-forge.ts";
import { MemoryGit } from "../../support/memory-git.ts";

const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const [ada, grace] = [person(1, "ada"), person(2, "grace")];
const BRANCH = "promote/prod/m";
const ASKED = { atLeast: 1, role: null, not: ["author", "last-pusher"] };
const BY_ROLE = { ...ASKED, role: "release-manager" };
const ROLES = { "release-manager": { people: ["ada", "grace"], teams: [] } };

async function scene() {
  const git = new MemoryGit();
  const base = git.seed(START);
  const forge = new MemoryForge(git);
  forge.writers.add("ada").add("grace");
  const change = new Map([["deployed.json", Buffer.from("1")]]);
  const { commit: head } = await git.commit({
    branch: BRANCH,
    parent: base,
    expected: null,
    change,
    message: "m",
  });
  forge.pushed(BRANCH, { from: base, to: head, actor: BOT });
  await forge.openPullRequest({ head: BRANCH, base: "main", title: "t", body: "b" });
  const read = (requestedBy: string | null = null) =>
    readApprovals(forge, { number: 1, head, roles: ROLES, requestedBy });
  return { forge, head, read };
}

/** Attack 10 and 8: approvals that look like enough, because something about them was not looked at. */
describe("an approval does not count", () => {
  test("of somebody who took the old name of a release manager, and may not write", async () => {
    const { forge, read } = await scene();
    forge.review(1, { reviewer: person(666, "linus") });
    const facts = await read();
    expect(countApprovals(BY_ROLE, { ...facts, roles: { "release-manager": ["linus"] } })).toMatchObject({
      reason: "GATE_APPROVALS_MISSING",
      says: "none given. linus does not count: they may not write to the repository.",
    });
  });

  test.each(["Grace <x@y.org>", "G. H. <2+grace@users.noreply.github.com>"])(
    "of who asked for it from a terminal, as %s",
    async (requestedBy) => {
      const { forge, read } = await scene();
      forge.review(1, { reviewer: grace });
      expect(countApprovals(ASKED, await read(requestedBy)).reason).toBe("GATE_APPROVALS_MISSING");
    },
  );

  test("where the forge names only the first commits: the last may be the approver's own", async () => {
    const { forge, read } = await scene();
    forge.review(1, { reviewer: grace });
    const commits = await forge.pullRequestCommits(1);
    forge.pullRequestCommits = async () => commits.map((one) => ({ ...one, commit: "a".repeat(40) }));
    await expect(read()).rejects.toMatchObject({ code: "GATE_APPROVALS_UNREAD" });
  });

  test("where more people reviewed than are looked at: one of them may object", async () => {
    const { forge, read } = await scene();
    forge.review(1, { reviewer: grace });
    for (let id = 100; id < 150; id += 1) forge.review(1, { reviewer: person(id, `eve${id}`) });
    forge.review(1, { reviewer: ada, state: "CHANGES_REQUESTED" });
    await expect(read()).rejects.toMatchObject({ code: "GATE_APPROVALS_UNREAD" });
  });

  test("on a fork's branch of the same name as one of ours: who pushed ours says nothing", async () => {
    const { forge, read } = await scene();
    forge.review(1, { reviewer: grace });
    forge.pullRequest = async (number) => ({ ...forge.pull(number), headRepository: "eve/forecasts" });
    expect(countApprovals(ASKED, await read()).reason).toBe("GATE_APPROVALS_PUSHER_UNKNOWN");
  });
});

/** GitHub that hides items from a page after cutting it, so that pages are short, and says in `link` that more follow. */
async function shortPages(pages: number): Promise<{ apiUrl: string; close: () => void }> {
  const server = createServer((request: IncomingMessage, response) => {
    const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("page") ?? "1");
    const next = page < pages ? { link: `<http://127.0.0.1/?page=${page + 1}>; rel="next"` } : {};
    const state = page === 1 ? "APPROVED" : "CHANGES_REQUESTED";
    const user = { id: 2, login: "grace", type: "User" };
    response.writeHead(200, { "content-type": "application/json", ...next });
    response.end(JSON.stringify([{ id: page, user, state, commit_id: "a".repeat(40), body: "" }]));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { apiUrl: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

describe("GitHub's pages", () => {
  const reviewsOf = async (pages: number) => {
    const { apiUrl, close } = await shortPages(pages);
    try {
      return await openGitHub({ repository: "acme/forecasts", token: "t", apiUrl }).reviews(1);
    } finally {
      close();
    }
  };

  test("are read as long as it says that more follow, not only while they are full", async () => {
    expect((await reviewsOf(2)).map(({ state }) => state)).toEqual(["APPROVED", "CHANGES_REQUESTED"]);
  });

  test("without end are refused, never cut: what is cut away may be an objection", async () => {
    await expect(reviewsOf(Number.POSITIVE_INFINITY)).rejects.toMatchObject({ code: "FORGE_BAD_ANSWER" });
  });
});
