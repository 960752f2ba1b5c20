/** A refusal by GitHub: the status and the body that it answers with. */
export class HttpError extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, more: Partial<Pick<HttpError, "errors" | "headers">> = {}) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

export const notFound = (): HttpError => new HttpError(404, "Not Found");
export const badCredentials = (): HttpError => new HttpError(401, "Bad credentials");

/** 422 with GitHub's list of errors; a text becomes a custom error of `resource`. */
export function validationFailed(resource: string, message: string, about: object = {}): HttpError {
  const errors = [{ resource, code: "custom", message, ...about }];
  return new HttpError(422, "Validation Failed", { errors });
}

/** 422 for a write that a ruleset forbids, with one line for each broken rule. */
export function ruleViolations(messages: readonly string[]): HttpError {
  return new HttpError(422, rulesText(messages));
}

export function rulesText(messages: readonly string[]): string {
  return `Repository rule violations found\n\n${messages.map((message) => `${message}\n\n`).join("")}`;
}
