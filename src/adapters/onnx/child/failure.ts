/** Codes that a child may answer; the parent takes no other. */
export const FAILURES = [
  "ENGINE_BROKEN",
  "ENGINE_LOCALE_MISSING",
  "MODEL_LOAD_FAILED",
  "MODEL_RUN_FAILED",
  "MODEL_MEMORY",
  "MODEL_OUTPUT_TOO_LARGE",
] as const;
export type FailureCode = (typeof FAILURES)[number];

/** A refusal inside the child; it becomes the `failed` frame. */
export class Failure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

const OUT_OF_MEMORY = /bad_alloc|bad allocation|failed to allocate memory|Array buffer allocation failed/i;

/** The kernel of StringNormalizer takes its locale from the operating system, which need not have it. */
const NO_LOCALE = /Failed to construct locale with name:([\w.@-]{1,64})/;

/**
 * What the engine threw, under the given code, or as MODEL_MEMORY when it could not get memory, or as ENGINE_LOCALE_MISSING
 * when this machine has not the locale that the model asks for.
 */
export function runFailure(code: FailureCode, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [, locale] = NO_LOCALE.exec(message) ?? [];
  if (locale !== undefined)
    return new Failure("ENGINE_LOCALE_MISSING", `The model needs the locale ${locale}, which is not here.`);
  return new Failure(OUT_OF_MEMORY.test(message) ? "MODEL_MEMORY" : code, message);
}
