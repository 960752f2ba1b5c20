import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGithub, type LoopbackGithub } from "../support/github/index.ts";

/**
 * The wire as `@actions/artifact` 6.2.1 speaks it: `CreateArtifact`, blocks and their list to the signed address, `FinalizeArtifact`;
 * then `ListArtifacts`, `GetSignedArtifactURL` and the blob. (The client itself installs 257 packages, 192 MB.)
 */
let github: LoopbackGithub;
beforeAll(async () => {
  github = await startGithub();
});
afterAll(async () => await github[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function twirp(method: string, body: object, token = github.runtimeToken()): Promise<Answer> {
  const service = "twirp/github.actions.results.api.v1.ArtifactService";
  const response = await fetch(`${github.resultsUrl}${service}/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const scope = { workflow_run_backend_id: "run-1", workflow_job_run_backend_id: "job-1" };

async function upload(name: string, text: string): Promise<Answer> {
  const { body } = await twirp("CreateArtifact", {
    ...scope,
    name,
    version: 7,
    mime_type: "application/zip",
  });
  const address = String(body["signed_upload_url"]);
  const half = Math.ceil(text.length / 2);
  for (const [id, part] of [text.slice(0, half), text.slice(half)].entries()) {
    const put = await fetch(`${address}&comp=block&blockid=${id}`, { method: "PUT", body: part });
    expect(put.status).toBe(201);
  }
  const list = `<BlockList><Latest>0</Latest><Latest>1</Latest></BlockList>`;
  await fetch(`${address}&comp=blocklist`, { method: "PUT", body: list });
  return await twirp("FinalizeArtifact", { ...scope, name, size: String(text.length), hash: "sha256:00" });
}

describe("artifacts", () => {
  it("are uploaded in blocks, found by name, and downloaded as they were", async () => {
    expect(await upload("gate-report", "0123456789")).toMatchObject({ status: 200, body: { ok: true } });
    const list = await twirp("ListArtifacts", { ...scope, name_filter: "gate-report" });
    expect(list.body["artifacts"]).toMatchObject([{ name: "gate-report", size: "10", digest: "sha256:00" }]);
    const { body } = await twirp("GetSignedArtifactURL", { ...scope, name: "gate-report" });
    const blob = await fetch(String(body["signed_url"]));
    expect(blob.headers.get("content-type")).toBe("application/zip");
    expect(await blob.text()).toBe("0123456789");
  });

  it("are immutable: a second one of the name is refused, in another run it is not", async () => {
    await upload("once", "1");
    expect(await twirp("CreateArtifact", { ...scope, name: "once" })).toMatchObject({
      status: 409,
      body: { code: "already_exists" },
    });
    expect((await twirp("CreateArtifact", { name: "once" }, github.runtimeToken("run-2"))).status).toBe(200);
  });

  it("do not exist until they are finished, nor for other runs", async () => {
    await twirp("CreateArtifact", { ...scope, name: "half" });
    expect((await twirp("ListArtifacts", { ...scope, name_filter: "half" })).body["artifacts"]).toEqual([]);
    expect((await twirp("FinalizeArtifact", { ...scope, name: "half", size: "0" })).status).toBe(404);
    await upload("mine", "1");
    const other = await twirp("ListArtifacts", { name_filter: "mine" }, github.runtimeToken("run-3"));
    expect(other.body["artifacts"]).toEqual([]);
  });

  it.each(["a/b", 'a"b', "a\nb", "a:b", "a*b", ""])("cannot be called %j", async (name) => {
    expect((await twirp("CreateArtifact", { ...scope, name })).status).toBe(400);
  });

  it("need the token of a job, and the size that was said", async () => {
    expect((await twirp("ListArtifacts", scope, "ghs_token")).status).toBe(401);
    const { body } = await twirp("CreateArtifact", { ...scope, name: "short" });
    await fetch(String(body["signed_upload_url"]), { method: "PUT", body: "123" });
    expect((await twirp("FinalizeArtifact", { ...scope, name: "short", size: "4" })).status).toBe(400);
  });

  it("fail on demand", async () => {
    github.faults.serverError({ on: "artifact CreateArtifact", status: 503 });
    expect((await twirp("CreateArtifact", { ...scope, name: "later" })).status).toBe(503);
    expect((await twirp("CreateArtifact", { ...scope, name: "later" })).status).toBe(200);
  });
});
