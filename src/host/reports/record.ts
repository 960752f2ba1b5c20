import { recordHeadline, recordMarkdown, recordText } from "../../report/record.ts";
import type { RecordedRevision } from "../../usecases/forge/record.ts";
import { requestText } from "../../domain/request-text.ts";
import type { ActionReport } from "../action.ts";
import type { Annotation } from "../../report/annotations.ts";

/** What was recorded after a merge, as log, job summary, annotations and outputs. */
export function reportRecord(recorded: readonly RecordedRevision[]): ActionReport {
  const facts = recorded.map((one) => ({ ...one, subject: requestText({ phase: null, ...one.transition }) }));
  const newest = recorded.at(-1);
  return {
    outcome: "PASS",
    headline: recordHeadline(facts),
    text: recordText(facts),
    markdown: recordMarkdown(facts),
    annotations: recorded.flatMap(({ notes }) => notes.map(warning)),
    outputs: {
      revision: newest === undefined ? "" : String(newest.revision),
      recorded: JSON.stringify(recorded.map(outputOf)),
      "deployment-id": String(recorded.findLast(({ deployment }) => deployment)?.deployment?.id ?? ""),
      closed: recorded.flatMap(({ closed }) => closed).join(","),
      attested: "false",
    },
  };
}

function warning(message: string): Annotation {
  return { level: "warning", title: "Record", message };
}

function outputOf({ commit, revision, transition, pullRequest, deployment }: RecordedRevision): object {
  const { event, model, version, environment } = transition;
  const numbers = { pull_request: pullRequest.number, deployment: deployment?.id ?? null };
  return { commit, revision, event, model, version, environment, ...numbers };
}
