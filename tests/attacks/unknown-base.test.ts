import { appendFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatModelRef } from "../../src/domain/model-ref.ts";
import { GateError } from "../../src/errors.ts";
import { validate, type ValidateOptions } from "../../src/usecases/registry/validate.ts";
import { codes } from "../support/problems.ts";
import { FOLDER, registryRepo, type RegistryRepo } from "../support/registry.ts";

let registry: RegistryRepo;
beforeEach(async () => {
  registry = await registryRepo();
});
afterEach(() => registry[Symbol.dispose]());

async function fateOf(options: ValidateOptions = {}) {
  try {
    const { checked, problems } = await validate(registry.ports, options);
    return { checked: checked.map(formatModelRef), codes: codes(problems) };
  } catch (error) {
    if (error instanceof GateError) return error.code;
    throw error;
  }
}

/** A merged version is edited, and the checkout is what a runner has of a pull request: a commit, and no main. */
function editMergedVersion(): void {
  appendFileSync(registry.at(`${FOLDER}/CHANGES.md`), "a line that nobody reviewed\n");
  registry.repo.commit({}, "edit a merged version");
}

describe("a checkout that does not know what it changes", () => {
  it("is not valid for want of a difference from itself", async () => {
    editMergedVersion();
    registry.repo.git("checkout", "-q", "--detach");
    registry.repo.git("branch", "-D", "main");
    expect(await fateOf()).toBe("GIT_BASE_UNKNOWN");
    expect(await fateOf({ base: "HEAD~1" })).toMatchObject({
      codes: expect.arrayContaining(["MANIFEST_VERSION_IMMUTABLE"]),
    });
    expect(await fateOf({ all: true })).toMatchObject({ checked: ["flight-delay@1.0.0"] });
  });

  it.each(["main", "origin/main"])("is not led astray by a tag named %s", async (tag) => {
    const [merged, topic] = ["HEAD", "topic"];
    registry.repo.git("update-ref", "refs/remotes/origin/main", merged);
    registry.repo.git("checkout", "-q", "-b", topic);
    editMergedVersion();
    registry.repo.git("tag", tag);
    if (tag === "main") registry.repo.git("update-ref", "-d", "refs/remotes/origin/main");
    expect(await fateOf()).toMatchObject({ codes: expect.arrayContaining(["MANIFEST_VERSION_IMMUTABLE"]) });
  });

  it("on a branch of another name than main, has every version checked", async () => {
    editMergedVersion();
    registry.repo.git("branch", "-m", "main", "trunk");
    expect(await fateOf()).toEqual({
      checked: ["flight-delay@1.0.0"],
      codes: ["MANIFEST_FILE_SIZE_MISMATCH", "MANIFEST_FILE_HASH_MISMATCH"],
    });
  });
});
