import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { START } from "../support/decisions.ts";
import { GIT_ENV, gitRepo } from "../support/git-repo.ts";

const CLI = join(process.cwd(), "src/cli/main.ts");

/** `modelgate explain codes` in a shell that does something to its output. */
function shell(command: string, cwd: string): { status: number | null; stdout: string; stderr: string } {
  const script = command.replace("modelgate", '"$0" "$1"');
  return spawnSync("bash", ["-c", `set -o pipefail; ${script}`, process.execPath, CLI], {
    cwd,
    env: GIT_ENV,
    encoding: "utf8",
  });
}

describe("an answer that nobody gets", () => {
  it.each(["status", "status --json", "explain codes"])("of %s, on a full disk, is no success", (verb) => {
    using repo = gitRepo();
    repo.commit(START);
    const { status, stderr } = shell(`modelgate ${verb} > /dev/full`, repo.root);
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: expect.stringMatching(/^HOST_OUTPUT_LOST .*ENOSPC[^]*\n {2}Make space/),
    });
    expect(stderr).not.toContain("    at ");
  });

  it("because its reader has seen enough, is none that failed", () => {
    using repo = gitRepo();
    repo.commit(START);
    const { status, stdout, stderr } = shell("modelgate explain codes | head -c 9", repo.root);
    expect({ status, stderr, length: stdout.length }).toEqual({ status: 0, stderr: "", length: 9 });
  });
});
