import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalFacts, ForgePerson } from "../../../../src/domain/approvals.ts";
import { gateError } from "../../../../src/errors.ts";
import type { Forge, PullRequest } from "../../../../src/ports/forge.ts";
import { approvalsFrom, type CheckForge, tellForge } from "../../../../src/host/check-forge.ts";
import { SAMPLES, testKey, trustText } from "../../../support/trust.ts";
import { type CheckScene, checkScene, codesOf } from "../../../support/check-scene.ts";

const POLICY = "policies/gates/shadow.yaml";
const ASKS = "requires: { approvals: { at_least: 1, not: [author, last-pusher] } }\nobjectives:";
const person = (id: number, login: string): ForgePerson => ({ id, login, kind: "person" });
const [ada, grace] = [person(1, "ada"), person(2, "grace")];
const BRANCH = "promote/prod/flight-delay";

describe("approvals that a policy counts", () => {
  let scene: CheckScene;
  let head: string;
  const facts = (more: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
    head,
    authors: [ada],
    claimedAuthors: [],
    lastPusher: ada,
    reviews: [{ reviewer: grace, state: "APPROVED", commit: head }],
    writers: [grace.id],
    roles: null,
    ...more,
  });
  const outcome = async (more?: Partial<ApprovalFacts>): Promise<string> =>
    (await scene.check("main", BRANCH, { approvals: async () => facts(more) })).outcome;

  beforeAll(async () => {
    scene = await checkScene();
    const text = scene.repo.git("show", `HEAD:${POLICY}`);
    scene.repo.commit({ [POLICY]: `${text.replace("objectives:", ASKS)}\n` }, "people must agree");
    await scene.propose({}, { enforcedElsewhere: ["approvals"] });
    head = scene.repo.git("rev-parse", BRANCH);
  });
  afterAll(() => scene[Symbol.dispose]());

  it("let the promotion in, once somebody else agreed to this very head", async () => {
    expect(await outcome()).toBe("PASS");
  });

  it("are not there, of another head, of the author, or withdrawn: it does not come in", async () => {
    expect(await outcome({ reviews: [] })).not.toBe("PASS");
    expect(
      await outcome({ reviews: [{ reviewer: grace, state: "APPROVED", commit: "f".repeat(40) }] }),
    ).not.toBe("PASS");
    expect(
      await outcome({ reviews: [{ reviewer: ada, state: "APPROVED", commit: head }], writers: [1] }),
    ).not.toBe("PASS");
    expect(await outcome({ reviews: [{ reviewer: grace, state: "DISMISSED", commit: head }] })).not.toBe(
      "PASS",
    );
  });

  it("cannot be told without a forge: inconclusive, unless the forge's own rules enforce them", async () => {
    expect((await scene.check("main", BRANCH)).outcome).toBe("INCONCLUSIVE");
    expect((await scene.check("main", BRANCH, { enforcedElsewhere: ["approvals"] })).outcome).toBe("PASS");
  });

  it("count by the roles of the workflow, until the base's trust.yaml names somebody with that role", async () => {
    using other = await checkScene();
    const role = "approvals: { at_least: 1, role: release-manager }";
    const text = other.repo.git("show", `HEAD:${POLICY}`);
    other.repo.commit({ [POLICY]: `${text.replace("objectives:", `requires: { ${role} }\nobjectives:`)}\n` });
    const judged = async (trust: string): Promise<string> => {
      other.repo.commit({ "policies/trust.yaml": trust }, "trust");
      const branch = await other.propose({}, { enforcedElsewhere: ["approvals"] });
      const reviewed = other.repo.git("rev-parse", branch);
      const reviews = [{ reviewer: grace, state: "APPROVED" as const, commit: reviewed }];
      const roles = { "release-manager": ["grace"] };
      const approvals = async () => facts({ head: reviewed, reviews, roles });
      return (await other.check("main", branch, { approvals })).outcome;
    };
    expect(await judged(trustText({ principals: [SAMPLES] }))).toBe("PASS");
    const linus = { id: "linus", github: "linus", roles: ["release-manager"] };
    const keys = [{ id: "linus-1", key: testKey() }];
    expect(await judged(trustText({ version: 2, principals: [SAMPLES, { ...linus, keys }] }))).toBe("FAIL");
  });

  it("are asked for with the requester, who counts as an author", async () => {
    const asked: (string | null)[] = [];
    const approvals = async (requestedBy: string | null): Promise<ApprovalFacts> => {
      asked.push(requestedBy);
      return facts();
    };
    await scene.check("main", BRANCH, { approvals });
    expect(asked).toEqual(["Ada <ada@example.org>"]);
  });

  it("are counted for a registration too, where the policy for it asks", async () => {
    using other = await checkScene();
    const path = "policies/gates/register.yaml";
    const text = other.repo.git("show", `HEAD:${path}`);
    other.repo.commit({ [path]: `${text.replace("objectives:", ASKS)}\n` });
    const added = other.branch("added", () => other.team.add("flight-delay", "1.1.0"));
    const agreed = async (requestedBy: string | null): Promise<ApprovalFacts> => {
      expect(requestedBy).toBeNull();
      return facts({ head: added, reviews: [{ reviewer: grace, state: "APPROVED", commit: added }] });
    };
    expect((await other.check("main", added)).outcome).toBe("INCONCLUSIVE");
    expect((await other.check("main", added, { approvals: agreed })).outcome).toBe("PASS");
  });

  describe("are read from the forge", () => {
    const opened: string[] = [];
    const forge = (headCommit: string): Forge =>
      ({
        repository: "acme/forecasts",
        pullRequest: async () =>
          ({
            number: 7,
            headCommit,
            head: BRANCH,
            headRepository: "acme/forecasts",
            author: ada,
          }) as PullRequest,
        reviews: async () => facts().reviews,
        pullRequestCommits: async () => [
          {
            commit: headCommit,
            parents: [],
            message: "",
            verified: true,
            reason: "valid",
            author: null,
            committer: null,
          },
        ],
        lastPush: async () => ({ before: "", after: headCommit, actor: ada }),
        mayWrite: async () => true,
        teamMembers: async () => [],
      }) as unknown as Forge;
    const checkForge = (name: string, payload: unknown, headCommit = head): CheckForge => ({
      event: { name, sha: "", payload },
      roles: {},
      git: scene.ports.git,
      open: async () => {
        opened.push(name);
        return forge(headCommit);
      },
    });
    const pull = (sha: string): unknown => ({ pull_request: { number: 7, head: { sha } } });
    const group = { merge_group: { head_ref: `refs/heads/gh-readonly-queue/main/pr-7-${"a".repeat(40)}` } };

    it("for a pull request", async () => {
      const { approvals } = approvalsFrom(checkForge("pull_request", pull(head)), head);
      expect(await approvals?.("ada")).toMatchObject({
        head,
        authors: [ada],
        writers: [grace.id],
        roles: null,
      });
    });

    it("for a merge group, of the head that the group merges and no other", async () => {
      const own = approvalsFrom(checkForge("merge_group", group), head);
      expect(await own.approvals?.("ada")).toMatchObject({ head });
      const stranger = scene.branch("stranger", () => scene.repo.write("x", "x"));
      const moved = approvalsFrom(checkForge("merge_group", group, stranger), head);
      await expect(moved.approvals?.("ada")).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
    });

    it("not at all where there is no pull request, and only when they are counted", async () => {
      expect(approvalsFrom(checkForge("push", {}), head)).toEqual({});
      opened.length = 0;
      const docs = scene.branch("docs", () => scene.repo.write("README.md", "x"));
      await scene.check("main", docs, approvalsFrom(checkForge("pull_request", pull(docs)), docs));
      expect(opened).toEqual([]);
    });

    it("and what the forge refuses keeps the promotion out", async () => {
      const moved = approvalsFrom(checkForge("pull_request", pull(head), "f".repeat(40)), head);
      const report = await scene.check("main", BRANCH, moved);
      expect(report.outcome).toBe("FAIL");
      expect(codesOf(report)).toEqual(["FORGE_HEAD_MOVED"]);
    });

    it("and a token that may not ask is no answer about the change", async () => {
      const approvals = async (): Promise<never> => {
        throw gateError("FORGE_PERMISSION_MISSING", "pull-requests: read is missing.");
      };
      const refused = { code: "FORGE_PERMISSION_MISSING", exitCode: 2 };
      await expect(scene.check("main", BRANCH, { approvals })).rejects.toMatchObject(refused);
    });
  });

  it("telling the forge changes no answer: what it refuses becomes a note", async () => {
    const report = await scene.check("main", BRANCH, { enforcedElsewhere: ["approvals"] });
    const runs: unknown[] = [];
    const forge = {
      identity: async () => ({ login: "bot", kind: "workflow" }),
      comments: async () => [],
      addComment: async (number: number, body: string) => {
        runs.push([number, body.split("\n").slice(0, 2)]);
        return { url: "https://example.org" };
      },
      createCheckRun: async () => {
        throw gateError("FORGE_PERMISSION_MISSING", "checks: write is missing.");
      },
    } as unknown as Forge;
    const payload = { pull_request: { number: 7, head: { sha: head } } };
    const event = { name: "pull_request", sha: "", payload };
    const of: CheckForge = { event, roles: {}, git: scene.ports.git, open: async () => forge };
    expect(await tellForge(of, report, { comment: false, checkRun: null })).toEqual([]);
    expect(await tellForge(of, report, { comment: true, checkRun: "modelgate report" })).toEqual([
      expect.stringMatching(/^The check run was not written: FORGE_PERMISSION_MISSING/),
    ]);
    expect(runs).toEqual([
      [
        7,
        [
          "<!-- modelgate:check -->",
          expect.stringMatching(/^Promote flight-delay 1\.0\.0 to SHADOW in prod: PASS/),
        ],
      ],
    ]);
    const unrelated = { ...report, kind: "other" as const, problems: [], decisions: [], notes: [] };
    expect(await tellForge(of, unrelated, { comment: true, checkRun: null })).toEqual([]);
    expect(runs).toHaveLength(1);
  });
});
