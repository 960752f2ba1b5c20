/** Codes that a child may answer; the parent takes no other. */
export const FAILURES = [
  "ENGINE_BROKEN",
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

/** What the engine threw, under the given code, or as MODEL_MEMORY when it could not get memory. */
export function runFailure(code: FailureCode, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(OUT_OF_MEMORY.test(message) ? "MODEL_MEMORY" : code, message);
}
