import { HttpError } from "./http/errors.ts";
import type { JsonObject } from "./http/json.ts";
import { textOf } from "./rest/call.ts";
import type { World } from "./state/world.ts";

/** A plain request to the server's own API; throws an HttpError with GitHub's message when it is refused. */
export async function callApi(
  world: World,
  { token, method, path, body }: { token: string; method: string; path: string; body?: JsonObject },
): Promise<JsonObject> {
  const response = await fetch(`${world.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text === "" ? {} : JSON.parse(text)) as JsonObject;
  if (response.ok) return answer;
  const errors = Array.isArray(answer["errors"]) ? ` ${JSON.stringify(answer["errors"])}` : "";
  throw new HttpError(response.status, `${textOf(answer, "message")}${errors}`);
}
