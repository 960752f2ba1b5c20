import { describe, expect, it } from "vitest";
import { createFiles } from "../../../../src/adapters/fs/files.ts";
import { openGit } from "../../../../src/adapters/git/open.ts";
import { formatModelRef } from "../../../../src/domain/model-ref.ts";
import { validate } from "../../../../src/usecases/registry/validate.ts";

describe("the registry of this repository", () => {
  it("holds real models, and every file of them is as registered", async () => {
    const report = await validate({ files: createFiles("."), git: await openGit(".") }, { all: true });
    expect(report.problems).toEqual([]);
    expect(report.checked.map(formatModelRef)).toEqual(
      expect.arrayContaining([
        "flight-delay@1.0.0",
        "flight-delay@1.1.0",
        "flight-delay@1.2.0",
        "silero-vad@5.0.0",
        "silero-vad@6.0.0",
      ]),
    );
    expect(report.files).toBeGreaterThan(100);
  });
});
