import { describe, expect, it } from "vitest";
import { checkRun } from "../../../src/host/decision-run.ts";
import { keepSamples, type SampleKeeper } from "../../../src/host/sample-keeper.ts";
import { notStored, storedAs, withStored } from "../../../src/host/stored.ts";
import { artifactName } from "../../../src/domain/run-artifact.ts";
import { isArtifactPath } from "../../../src/domain/artifact-names.ts";
import type { ActionReport } from "../../../src/host/action.ts";
import { problem } from "../../../src/errors.ts";
import { NOW } from "../../support/decisions.ts";
import { CANDIDATE } from "../../support/judging.ts";

const HEAD = "4be1d2c0".padEnd(40, "0");
const START = { now: NOW, nonce: "0a1b2c3d", seed: 1 };
const TIMES = {
  batches: [
    { candidate: Float64Array.of(1, 2), live: Float64Array.of(2, 3), liveFailure: null },
    { failure: "32 rows are too many" },
  ],
  calibration: Float64Array.of(0.5),
};

function samplesOf(...processes: readonly (readonly (typeof TIMES)[])[]): SampleKeeper {
  const samples = keepSamples();
  for (const each of processes) samples.onSamples(each, { subject: CANDIDATE, rows: [1, 32] });
  return samples;
}

const json = (bytes: Uint8Array | undefined): unknown => JSON.parse(Buffer.from(bytes!).toString());

describe("raw samples", () => {
  it("hold every timed call, and what the engine said where there is none", () => {
    const files = new Map(samplesOf([TIMES]).files());
    expect(json(files.get("samples.json"))).toEqual({
      schema_version: "modelgate/samples/v1",
      unit: "ms",
      model_id: CANDIDATE.model_id,
      version: CANDIDATE.version,
      manifest_digest: CANDIDATE.manifest_digest,
      processes: [
        {
          calibration: [0.5],
          batches: [
            { rows: 1, candidate: [1, 2], live: [2, 3] },
            { rows: 32, failure: "32 rows are too many" },
          ],
        },
      ],
    });
  });

  it("of a version that was measured again are the last ones", () => {
    const files = new Map(samplesOf([TIMES], []).files());
    expect(json(files.get("samples.json"))).toMatchObject({ processes: [] });
  });
});

describe("the run of a check", () => {
  it("has its answer, and a folder for each version", () => {
    const report = { kind: "promotion", base: "b", head: HEAD, outcome: "PASS" } as const;
    const found = { ...report, problems: [], decisions: [], notes: ["Measured again: benchmark."] };
    const run = checkRun(found, START, { samples: samplesOf([TIMES]), upload: true });
    const files = new Map(run.files);
    expect([...files.keys()]).toEqual([
      "check.json",
      `${CANDIDATE.model_id}_${CANDIDATE.version}/samples.json`,
    ]);
    expect([...files.keys()].every(isArtifactPath)).toBe(true);
    expect(json(files.get("check.json"))).toMatchObject({ result: "pass", head: HEAD, verdicts: [] });
    expect(artifactName(run)).toBe("modelgate-check-4be1d2c00000_20261120T100000Z_0a1b2c3d");
    expect(run).toMatchObject({ commit: HEAD, base: "b", subject: null });
  });
});

describe("what became of an artifact", () => {
  const report: ActionReport = {
    outcome: "PASS",
    headline: "Passed.",
    text: "Passed.\n",
    markdown: "Passed.\n",
    annotations: [],
    outputs: { kind: "other" },
  };

  it("is a sentence in log and summary, with the address as an output", () => {
    const artifact = { id: 9, name: "modelgate-gate-1", size: 10, digest: null, retentionDays: 1 };
    const workflow = { repository: "acme/forecasts", id: "4711", attempt: 1 };
    const stored = storedAs(artifact, { workflow, server: "https://github.com", problems: [] });
    expect(withStored(report, stored)).toEqual({
      ...report,
      text: "Passed.\nReport and raw samples: artifact modelgate-gate-1, no digest, kept for 1 day.",
      markdown: "Passed.\n\nReport and raw samples: artifact modelgate-gate-1, no digest, kept for 1 day.\n",
      outputs: {
        kind: "other",
        "artifact-name": "modelgate-gate-1",
        "artifact-url": "https://github.com/acme/forecasts/actions/runs/4711/artifacts/9",
        "artifact-digest": "",
      },
    });
  });

  it("changes no answer when there is none, whatever went wrong", () => {
    const failed = notStored("Nothing was uploaded.", [problem("ARTIFACT_UPLOAD_FAILED", "Quota.")]);
    const told = withStored(report, failed);
    expect(told).toMatchObject({ outcome: "PASS", markdown: report.markdown });
    expect(told.annotations).toMatchObject([{ level: "warning", title: "ARTIFACT_UPLOAD_FAILED" }]);
  });
});
