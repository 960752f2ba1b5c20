import { describe, expect, it } from "vitest";
import type { Evidence, Measurement } from "../../../src/domain/evidence.ts";
import { renderEvidence, renderEvidenceMarkdown } from "../../../src/report/evidence.ts";
import { evidenceOf, goodMeasurements } from "../../support/judging.ts";

const NOISY = "The runner was noisy: calibration varied by 30 % (limit 15 %), <b>steal</b> 0 %.";

/** Evidence in which some measurements carry a note. */
function noted(notes: Readonly<Record<number, string>>): Evidence {
  const evidence = evidenceOf("benchmark", goodMeasurements());
  const measurements = evidence.measurements.map((one, at): Measurement => ({
    ...one,
    note: notes[at] ?? null,
  }));
  return { ...evidence, measurements };
}

describe("what a measurement says of its numbers", () => {
  it("stands below the table, once for all that say the same", () => {
    const evidence = noted({ 0: NOISY, 1: NOISY, 2: "No cases." });
    const text = renderEvidence(evidence, 80);
    expect(text.split("\n")[1]).not.toContain("note");
    expect(text.match(/noisy/g)).toHaveLength(1);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const [, below = ""] = renderEvidenceMarkdown(evidence).split("|\n\n");
    expect(below).toContain("\\<b>steal");
    expect(below.match(/^- /gm)).toHaveLength(2);
  });

  it("names three of many", () => {
    const all = Object.fromEntries(noted({}).measurements.map((_, at) => [at, NOISY]));
    expect(renderEvidence(noted(all), 80).replaceAll(/\s+/g, " ")).toMatch(/; and \d+ more\)/);
  });

  it("is left out when there is nothing to say", () => {
    expect(renderEvidence(noted({}), 80)).not.toContain("\n\n");
  });
});
