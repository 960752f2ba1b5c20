import type { Reason } from "./reason.ts";

export const initReasons = {
  INIT_REF_INVALID: {
    meaning:
      "A workflow pins the commit of a release, which is 40 hex digits; a tag can be moved to other code.",
    fix: "Find it: git ls-remote https://github.com/modelgate/modelgate 'refs/tags/v*^{}', then init --ref <commit>.",
    exit: 2,
  },
  INIT_OWNER_INVALID: {
    meaning: "CODEOWNERS names accounts and teams; GitHub ignores a line whose owner it does not know.",
    fix: "Name who reviews rules: --owner @org/team or --owner @login.",
    exit: 2,
  },
  INIT_BRANCH_INVALID: {
    meaning: "Workflows run for the default branch by its name, and what was given cannot be one.",
    fix: "Name the default branch of the repository as git branch shows it: --branch main.",
    exit: 2,
  },
  INIT_MODEL_UNNAMED: {
    meaning: "A model file was given without the id and version that it is to have.",
    fix: "Add --as flight-delay@1.0.0.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
