import type { JsonObject } from "../http/json.ts";
import { Description, type Findings } from "./schema.ts";
import { SERVED_OPERATIONS, type ServedOperation } from "./served.ts";

/** An operation of GitHub's description that a request matches, with the values in its path. */
export interface Match {
  readonly operation: ServedOperation;
  readonly parameters: Readonly<Record<string, string>>;
}

let loaded: Contract | undefined;

/** GitHub's REST description, read once a process. */
export function restContract(): Contract {
  loaded ??= new Contract();
  return loaded;
}

/** Which operation a request is, and whether a request or an answer is as described. */
export class Contract {
  readonly #description = new Description("openapi.json");
  /** Longer paths first: `{ref}` may have slashes, so that it would swallow what follows. */
  readonly #routes = SERVED_OPERATIONS.toSorted((one, other) => other.length - one.length).map(
    (operation) => ({
      operation,
      method: operation.slice(0, operation.indexOf(" ")),
      pattern: this.#pattern(operation),
    }),
  );

  match(method: string, path: string): Match | undefined {
    for (const { operation, method: own, pattern } of this.#routes) {
      const found = own === method ? pattern.exec(path) : null;
      if (found === null) continue;
      const raw = Object.entries(found.groups ?? {});
      return {
        operation,
        parameters: Object.fromEntries(raw.map(([key, text]) => [key, decodeURIComponent(text ?? "")])),
      };
    }
    return undefined;
  }

  documentationUrl(operation: ServedOperation): string {
    const docs = this.#about(operation)["externalDocs"] as JsonObject | undefined;
    const url = docs?.["url"];
    return typeof url === "string" ? url : "https://docs.github.com/rest";
  }

  checkRequest(operation: ServedOperation, call: { query: URLSearchParams; body: unknown }): Findings {
    return [...this.#checkQuery(operation, call.query), ...this.#checkBody(operation, call.body)];
  }

  checkResponse(operation: ServedOperation, status: number, body: unknown): Findings {
    const responses = this.#about(operation)["responses"] as JsonObject;
    const response = responses[String(status)] as JsonObject | undefined;
    if (response === undefined) return isError(status) ? [] : [`GitHub never answers ${status} here`];
    const content = this.#description.deref(response)["content"] as JsonObject | undefined;
    const media = content?.["application/json"] as JsonObject | undefined;
    if (media === undefined) return body === undefined ? [] : ["the answer has no body"];
    return this.#description.check(media["schema"] as JsonObject, body);
  }

  #checkQuery(operation: ServedOperation, query: URLSearchParams): Findings {
    const known = new Map(this.#parameters(operation, "query").map((one) => [one["name"], one] as const));
    return [...query].flatMap(([name, text]) => {
      const parameter = known.get(name);
      if (parameter === undefined) return [`?${name} is no parameter of ${operation}`];
      const schema = this.#description.deref(parameter["schema"] as JsonObject);
      return this.#description.check(schema, coerce(schema, text)).map((line) => `?${name} ${line}`);
    });
  }

  #checkBody(operation: ServedOperation, body: unknown): Findings {
    const request = this.#about(operation)["requestBody"] as JsonObject | undefined;
    if (request === undefined || (body === undefined && request["required"] !== true)) return [];
    const content = (request["content"] as JsonObject)["application/json"] as JsonObject;
    const schema = this.#description.deref(content["schema"] as JsonObject);
    return this.#description.checkClosed(schema, body ?? {});
  }

  #about(operation: ServedOperation): JsonObject {
    const [method = "", path = ""] = operation.split(" ");
    const paths = this.#description.document["paths"] as JsonObject;
    return (paths[path] as JsonObject)[method.toLowerCase()] as JsonObject;
  }

  #parameters(operation: ServedOperation, place: string): JsonObject[] {
    const all = (this.#about(operation)["parameters"] ?? []) as readonly JsonObject[];
    return all.map((one) => this.#description.deref(one)).filter((one) => one["in"] === place);
  }

  #pattern(operation: ServedOperation): RegExp {
    const parameters = this.#parameters(operation, "path");
    const wide = new Set(
      parameters.filter((one) => one["x-multi-segment"] === true).map((one) => one["name"]),
    );
    const path = operation.slice(operation.indexOf(" ") + 1);
    const source = path.replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => `(?<${name}>${wide.has(name) ? ".*?" : "[^/]+"})`,
    );
    // The root folder of a repository is asked for with or without the last slash.
    return new RegExp(`^${source.replace("/(?<path>.*?)", "(?:/(?<path>.*?))?")}$`);
  }
}

function isError(status: number): boolean {
  return status >= 400;
}

function coerce(schema: JsonObject, text: string): unknown {
  if (schema["type"] === "integer") return Number(text);
  if (schema["type"] === "boolean") return text === "true";
  return text;
}
