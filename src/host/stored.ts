import type { UploadedArtifact } from "../ports/artifacts.ts";
import type { WorkflowRun } from "../domain/run-artifact.ts";
import { counted } from "../domain/counted.ts";
import type { Problem } from "../errors.ts";
import type { ActionReport } from "./action.ts";
import { type Annotation, annotationOfProblem } from "../report/annotations.ts";

/** What became of a run's artifact. Nothing of this changes the answer of the step. */
export interface Stored {
  /** One sentence. */
  readonly text: string;
  /** Whether the sentence belongs into a summary and a comment, and not into the log alone. */
  readonly isStored: boolean;
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
}

const NO_OUTPUTS = { "artifact-name": "", "artifact-url": "", "artifact-digest": "" } as const;

/** Nothing was stored, for a reason or because of problems, which are warnings. */
export function notStored(text: string, problems: readonly Problem[] = []): Stored {
  return { text, isStored: false, annotations: problems.map(warning), outputs: NO_OUTPUTS };
}

/** An artifact of this workflow run; problems were met on the way. */
export function storedAs(
  artifact: UploadedArtifact,
  at: { readonly workflow: WorkflowRun; readonly server: string; readonly problems: readonly Problem[] },
): Stored {
  const { id, name, digest, retentionDays: days } = artifact;
  const { repository, id: run } = at.workflow;
  return {
    text: `Report and raw samples: artifact ${name}, ${digest ?? "no digest"}, kept for ${counted(days, "day")}.`,
    isStored: true,
    annotations: at.problems.map(warning),
    outputs: {
      "artifact-name": name,
      "artifact-url": `${at.server}/${repository}/actions/runs/${run}/artifacts/${id}`,
      "artifact-digest": digest ?? "",
    },
  };
}

function warning(found: Problem): Annotation {
  return { ...annotationOfProblem(found), level: "warning" };
}

/** A report that says what became of the run's artifact. */
export function withStored(report: ActionReport, stored: Stored): ActionReport {
  const { text, isStored, annotations, outputs } = stored;
  return {
    ...report,
    text: `${report.text.trimEnd()}\n${text}`,
    // Names and digests are on allow-lists of characters: they are no markup.
    markdown: isStored ? `${report.markdown.trimEnd()}\n\n${text}\n` : report.markdown,
    annotations: [...report.annotations, ...annotations],
    outputs: { ...report.outputs, ...outputs },
  };
}
