import { expect, test } from "vitest";
import { remoteToShare } from "../../../src/host/remote-to-share.ts";
import { GIT_ENV, gitRepo } from "../../support/git-repo.ts";

test.each<[readonly string[], readonly string[], string | null]>([
  [[], [], null],
  [["upstream"], [], "upstream"],
  [["fork", "origin"], [], "origin"],
  [["fork", "upstream"], [], "REMOTE"],
  [["fork", "origin"], ["branch.main.remote=fork"], "fork"],
  [["fork", "origin"], ["branch.main.remote=origin", "branch.main.pushRemote=fork"], "fork"],
  [["fork", "origin"], ["remote.pushDefault=fork"], "fork"],
  [["fork", "origin"], ["branch.promote/prod/m.remote=fork", "branch.main.remote=origin"], "fork"],
  [["origin"], ["branch.main.remote=."], "origin"],
  [["origin"], ["branch.main.remote=gone"], "origin"],
  [[], ["remote.$(id).url=x", "remote.-f.url=x"], null],
])("of the remotes %j, with %j: %s", async (remotes, settings, expected) => {
  using repo = gitRepo();
  for (const name of remotes) repo.git("remote", "add", name, "https://example.org/x.git");
  for (const setting of settings) {
    const [key = "", value = ""] = setting.split("=");
    repo.git("config", key, value);
  }
  expect(await remoteToShare(repo.root, GIT_ENV, ["promote/prod/m", "main"])).toBe(expected);
});
