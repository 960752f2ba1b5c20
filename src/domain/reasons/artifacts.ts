import type { Reason } from "./reason.ts";

export const artifactsReasons = {
  ARTIFACT_SERVICE_MISSING: {
    meaning:
      "Measurements of other jobs are to be fetched, and this is no step of GitHub Actions that could.",
    fix: "Run the action in a workflow on GitHub: the runner gives its steps ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL.",
    exit: 2,
  },
  ARTIFACT_FAN_IN_TWICE: {
    meaning: "Two inputs say where the measurements of other jobs are.",
    fix: "Leave out `evidence`: `fan-in: true` finds them in the artifacts of the workflow run.",
    exit: 2,
  },
  ARTIFACT_NAME_INVALID: {
    meaning: "An artifact, or a file in it, would have a name that not every file system and service takes.",
    fix: "This is a mistake of modelgate: report it with the name.",
    exit: 3,
  },
  ARTIFACT_UPLOAD_FAILED: {
    meaning: "The report and the raw samples were not stored. The verdict stands: what proves it is in Git.",
    fix: "Look at githubstatus.com and at the storage quota, and run the job again; or set `upload: false`.",
    exit: 3,
  },
  ARTIFACT_DOWNLOAD_FAILED: {
    meaning: "The measurements of other jobs could not be fetched, so that nothing was judged.",
    fix: "Look at githubstatus.com and run the job again.",
    exit: 3,
  },
  ARTIFACT_TOO_LARGE: {
    meaning: "An artifact of another job is larger than any measurement is.",
    fix: "Look at what the job uploaded: nothing but modelgate's actions may use names that start with `modelgate-`.",
    exit: 2,
  },
  ARTIFACT_INVALID: {
    meaning: "An artifact of another job is not what modelgate's actions upload.",
    fix: "Run the measuring jobs again; nothing but modelgate's actions may use names that start with `modelgate-`.",
    exit: 2,
  },
  ARTIFACT_RUN_MISMATCH: {
    meaning:
      "An artifact was made for another commit, or in another workflow run, than the one that is judged.",
    fix: "Run all jobs of the workflow again, not only the failed ones, on the present head.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
