import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isArtifactPath } from "../../../src/domain/artifact-names.ts";
import { readArchive } from "../../../src/domain/archive.ts";
import { branchOf, namedBy, pullRequestOf, rangeOf } from "../../../src/host/event.ts";
import { externalDataProblems } from "../../../src/measure/onnx/external-data.ts";
import { inspectModel } from "../../../src/measure/onnx/inspect-model.ts";
import { readTensor } from "../../../src/measure/onnx/read-tensor.ts";
import { BOUNDED, edited, edits, outcome } from "../../support/fuzz.ts";
import { zip } from "../../support/zip-writer.ts";

/** Readers of bytes that no schema describes: refused by a code, or read within the limits that were given. */
const VERSION = "models/flight-delay/1.0.0";
const model = readFileSync(`${VERSION}/model.onnx`);
const tensor = readFileSync(`${VERSION}/test_data_set_0/output_0.pb`);
const LIMITS = { bytes: 4096, files: 8 };
const archive = zip([
  { name: "parity.json", content: "{}\n" },
  { name: "report.md", content: "x".repeat(2000) },
]);

interface Reader {
  readonly good: Buffer;
  readonly sound: (bytes: Buffer) => boolean;
}

const READERS: Readonly<Record<string, Reader>> = {
  "a tensor": {
    good: tensor,
    sound(bytes) {
      const found = outcome(() => readTensor(bytes, "x.pb", { bytes: 1 << 20, elements: 1 << 16 }));
      if ("code" in found) return true;
      const { dims, data } = found.value;
      return data.length === dims.reduce((product, one) => product * one, 1) && data.length <= 1 << 16;
    },
  },
  "a model": {
    good: model,
    sound(bytes) {
      const found = outcome(() =>
        inspectModel(bytes, "x.onnx", { bytes: 1 << 22, fields: 100_000, subgraphDepth: 4 }),
      );
      if ("code" in found) return true;
      const { externalData } = found.value;
      const outside = externalData.filter(
        ({ location }) => location.startsWith("/") || location.split("/").includes(".."),
      );
      return outside.length === 0 || externalDataProblems(externalData, []).length > 0;
    },
  },
  "an archive": {
    good: archive,
    sound(bytes) {
      const found = outcome(() => readArchive(bytes, LIMITS));
      if ("code" in found) return true;
      const files = [...found.value];
      const total = files.reduce((sum, [, content]) => sum + content.length, 0);
      return (
        files.length <= LIMITS.files && total <= LIMITS.bytes && files.every(([name]) => isArtifactPath(name))
      );
    },
  },
};

describe.each(Object.entries(READERS))("%s", (_, { good, sound }) => {
  test("of bytes at random is refused, or read within its limits", () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, (drawn) => {
        expect(sound(Buffer.from(drawn))).toBe(true);
      }),
      { ...BOUNDED, interruptAfterTimeLimit: 500 },
    );
  });

  test("edited in any way is refused, or read within its limits", () => {
    fc.assert(
      fc.property(edits, (by) => {
        expect(sound(edited(good, by))).toBe(true);
      }),
      { ...BOUNDED, interruptAfterTimeLimit: 1000 },
    );
  });
});

test("the samples are good, so that the tests above mean something", () => {
  expect(readTensor(tensor).data.length).toBeGreaterThan(0);
  expect(inspectModel(model).externalData).toEqual([]);
  expect([...readArchive(archive, LIMITS).keys()]).toEqual(["parity.json", "report.md"]);
});

describe("the payload of an event", () => {
  const SHA = "1".repeat(40);
  const git = {
    resolve: async () => undefined,
    facts: async () => ({ parents: [] }),
    isAncestor: async () => false,
  };
  const strange = fc.oneof(
    { maxDepth: 3 },
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(SHA, "0".repeat(40), "refs/heads/main", "--upload-pack=x", "__proto__"),
  );
  const payload = fc.record(
    {
      repository: fc.oneof(strange, fc.record({ default_branch: strange })),
      pull_request: fc.oneof(
        strange,
        fc.record({
          number: strange,
          base: fc.record({ sha: strange, ref: strange }),
          head: fc.record({ sha: strange }),
        }),
      ),
      merge_group: fc.oneof(
        strange,
        fc.record({ base_sha: strange, head_sha: strange, head_ref: strange, base_ref: strange }),
      ),
      before: strange,
      after: strange,
      ref: strange,
    },
    { requiredKeys: [] },
  );
  const name = fc.constantFrom(
    "pull_request",
    "pull_request_review",
    "merge_group",
    "push",
    "schedule",
    "",
    "__proto__",
  );
  const isCommit = (text: string): boolean => /^[0-9a-f]{40,64}$/.test(text);

  test("names commits that have the form of one, or nothing", async () => {
    const property = fc.asyncProperty(name, fc.oneof(payload, fc.anything()), async (event, drawn) => {
      const asked = { name: event, sha: SHA, payload: drawn };
      const named = namedBy(asked);
      expect(named === undefined || (isCommit(named.base) && isCommit(named.head))).toBe(true);
      const { ref } = branchOf(asked);
      expect(ref === undefined || ref.startsWith("refs/heads/")).toBe(true);
      expect(["undefined", "object"]).toContain(typeof pullRequestOf(asked));
      const range = await rangeOf(asked, git as never).catch((error: { code?: string }) => error.code);
      expect(typeof range === "string" ? range : isCommit(range?.base ?? "")).toSatisfy(
        (one) => one === true || one === "CHECK_EVENT_UNUSABLE",
      );
    });
    await fc.assert(property, BOUNDED);
  });
});
