import type { Reason } from "./reason.ts";

export const engineReasons = {
  ENGINE_MISSING: {
    meaning: "ONNX Runtime was not found, so that no model can be run here.",
    fix: "Run: npm i onnxruntime-node@1.30.0, or point MODELGATE_ORT_DIR at a folder with onnxruntime_binding.node and its library.",
    exit: 3,
  },
  ENGINE_BROKEN: {
    meaning: "ONNX Runtime was found but does not start.",
    fix: "Check that it was built for this platform (glibc 2.28 or newer on Linux), and install it again.",
    exit: 3,
  },
  ENGINE_LOCALE_MISSING: {
    meaning:
      "The model changes letters to upper or lower case (StringNormalizer) in a locale that this machine does not have.",
    fix: "Install the locale on the machine that measures: sudo localedef -i en_US -f UTF-8 en_US.UTF-8 (on Debian and Ubuntu after apt-get install locales), or set another locale in the model.",
    exit: 3,
  },
  ENGINE_UNTRUSTED: {
    meaning:
      "The ONNX Runtime that was found in the repository under judgement, or fetched, is no published build; it could measure what it likes.",
    fix: "Install onnxruntime-node 1.30.0 from npm, or point MODELGATE_ORT_DIR at a build that you trust.",
    exit: 3,
  },
  ENGINE_NOT_FETCHED: {
    meaning:
      "ONNX Runtime is not on this runner, and could not be fetched from the assets of modelgate's release.",
    fix: "Let the runner reach github.com, mirror the assets and set MODELGATE_ORT_URL, or point MODELGATE_ORT_DIR at a build.",
    exit: 3,
  },
  ENGINE_INTERRUPTED: {
    meaning: "The run was stopped before the model finished.",
    fix: "Run the command again.",
    exit: 3,
  },
} as const satisfies Record<string, Reason>;
