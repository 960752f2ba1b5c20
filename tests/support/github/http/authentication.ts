import type { Token } from "../state/tokens.ts";
import type { World } from "../state/world.ts";

/** The token of an `authorization` header: `token X`, `bearer X`, or the password of Basic (git, `x-access-token:X`). */
export function authenticate(world: World, header: string | undefined): Token | undefined {
  const [scheme = "", value = ""] = (header ?? "").split(" ");
  if (/^(token|bearer)$/i.test(scheme)) return world.tokens.get(value);
  if (!/^basic$/i.test(scheme)) return undefined;
  const [, password = ""] = Buffer.from(value, "base64").toString("utf8").split(":");
  return world.tokens.get(password);
}
