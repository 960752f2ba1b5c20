import type { Reason } from "./reason.ts";

export const hostReasons = {
  HOST_INPUT_MISSING: {
    meaning: "A required input of an action is empty.",
    fix: "Add it to the step's `with:` block.",
    exit: 2,
  },
  HOST_INPUT_INVALID: {
    meaning: "An input of an action cannot be read as what it must be.",
    fix: "Correct the value in the step's `with:` block.",
    exit: 2,
  },
  HOST_WORKSPACE_LEFT: {
    meaning: "The working-directory of an action is not inside of the workspace.",
    fix: "Check the repository out into the workspace and name a folder below it.",
    exit: 2,
  },
  HOST_ARGUMENT_INVALID: {
    meaning: "An argument or option of a command has a value that it cannot have.",
    fix: "See what the verb takes: modelgate <verb> --help.",
    exit: 2,
  },
  HOST_UNKNOWN_TOPIC: {
    meaning: "There is no reason code, metric, event, state or outcome of that name.",
    fix: "See what there is: modelgate explain",
    exit: 2,
  },
  HOST_INTERRUPTED: {
    meaning: "Somebody stopped the run: Ctrl-C, or a cancelled workflow. Nothing was written.",
    fix: "Run it again.",
    exit: 3,
  },
  HOST_OUTPUT_LOST: {
    meaning: "The answer could not be written to standard output, so that nobody has read it.",
    fix: "Make space, or write the output elsewhere, and ask again.",
    exit: 3,
  },
  HOST_CRASHED: {
    meaning: "modelgate itself failed in a way that it does not know.",
    fix: "Run it again; if it stays, report it with the text above: this is a defect of modelgate, not of the model.",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
