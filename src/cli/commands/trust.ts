import { gateError } from "../../errors.ts";
import { plainText } from "../../report/escape.ts";
import { addition, ending, rotation } from "../../trust/file/edits.ts";
import type { Role } from "../../trust/roles.ts";
import { openPgpKeyIn } from "../../trust/openpgp/web-flow.ts";
import type { CommandContext } from "../context.ts";
import { change, keyFile, newKey, type Rewriting } from "../trust-change.ts";

interface AddOptions extends Rewriting {
  readonly key?: string;
  readonly githubWebFlow?: string;
  readonly roles?: readonly Role[];
  readonly github?: string;
  readonly id?: string;
}

/** `modelgate trust add PRINCIPAL --key FILE` or `modelgate trust add --github-web-flow FILE`. */
export async function add(
  context: CommandContext,
  principal: string | undefined,
  options: AddOptions,
): Promise<number> {
  if (options.githubWebFlow !== undefined) {
    const key = openPgpKeyIn(await keyFile(options.githubWebFlow));
    return change(
      context,
      options,
      addition({
        principal: principal ?? "github-web-flow",
        id: options.id ?? `web-flow-${key.fingerprint.slice(-16).toLowerCase()}`,
        key,
        roles: options.roles ?? ["gate-bot"],
        github: options.github ?? null,
      }),
    );
  }
  if (principal === undefined || options.key === undefined)
    throw gateError("TRUST_ROLES_NEEDED", "It is not said who holds which key.", {
      fix: "Run: modelgate trust add PRINCIPAL --key KEY.pub --roles ROLE, or modelgate trust add --github-web-flow FILE",
    });
  const key = await newKey(options.key);
  return change(
    context,
    options,
    addition({
      principal,
      id: options.id ?? null,
      key,
      roles: options.roles ?? [],
      github: options.github ?? null,
    }),
  );
}

/** `modelgate trust rotate KEY --key FILE`. */
export async function rotate(
  context: CommandContext,
  old: string,
  options: Rewriting & { readonly key: string; readonly id?: string },
): Promise<number> {
  const key = await newKey(options.key);
  const exit = await change(context, options, rotation({ old, id: options.id ?? null, key }));
  context.console.note(
    `Both keys sign now. When the new one is in use: modelgate trust retire ${plainText(old)} --reason "rotated"`,
  );
  return exit;
}

/** `modelgate trust retire KEY --reason TEXT`. */
export function retire(
  context: CommandContext,
  key: string,
  options: Rewriting & { readonly reason: string },
): Promise<number> {
  return change(context, options, ending({ key, as: "retired", reason: options.reason }));
}
