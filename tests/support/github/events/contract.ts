import type { JsonObject } from "../http/json.ts";
import { Description, type Findings } from "../openapi/schema.ts";
import type { GithubEvent } from "./event.ts";

let loaded: Description | undefined;

/** What is wrong with an event's payload by GitHub's description of its webhooks; undefined when GitHub describes none. */
export function payloadFindings({ name, action, payload }: GithubEvent): Findings | undefined {
  loaded ??= new Description("webhooks.json");
  const webhooks = loaded.document["x-webhooks"] as JsonObject;
  const about = webhooks[descriptionName(name, action)] as JsonObject | undefined;
  if (about === undefined) return undefined;
  const post = about["post"] as JsonObject;
  const body = (post["requestBody"] as JsonObject)["content"] as JsonObject;
  const { schema } = body["application/json"] as { readonly schema: JsonObject };
  return loaded.check(schema, JSON.parse(JSON.stringify(payload)));
}

/** `pull_request` + `opened` is `pull-request-opened`; the described repository_dispatch is a sample of one. */
function descriptionName(name: string, action: string | undefined): string {
  if (name === "repository_dispatch") return "repository-dispatch-sample.collected";
  return [name, ...(action === undefined ? [] : [action])].join("-").replaceAll("_", "-");
}
