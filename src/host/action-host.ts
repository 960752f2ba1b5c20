import { realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { gateError } from "../errors.ts";
import { optional, text } from "./input-kinds.ts";
import { openPorts, type Ports } from "./wiring.ts";

/** The job around a step: read once from the environment. */
export interface ActionHost {
  /** Absolute path of the repository's checkout: the workspace, or the folder that `working-directory` names in it. */
  readonly folder: string;
  /** The same, relative to the workspace, with `/`; empty for the workspace itself. */
  readonly prefix: string;
  /** GitHub login of who started the workflow: information, never identity. */
  readonly actor: string;
  readonly signal: AbortSignal;
  /** Opens the ports on the repository. */
  readonly open: (ortDir: string | null) => Promise<Ports>;
  /** The environment of the step, for ports that only some actions open. */
  readonly env: NodeJS.ProcessEnv;
  /** The payload of the event that started the workflow; empty when there is none. */
  readonly event: () => Promise<Readonly<Record<string, unknown>>>;
}

/** Inputs that every action has. */
export const commonInputs = { "working-directory": optional(text) };

/** HOST_WORKSPACE_LEFT when the folder is not inside of the workspace, or is not there. */
export function readHost(
  env: NodeJS.ProcessEnv,
  workingDirectory: string | null,
  signal: AbortSignal,
): ActionHost {
  const workspace = realpathSync(env["GITHUB_WORKSPACE"] ?? process.cwd());
  const folder = existing(resolve(workspace, workingDirectory ?? "."));
  const prefix = relative(workspace, folder).split(sep).join("/");
  if (folder === "" || prefix === ".." || prefix.startsWith("../")) {
    throw gateError(
      "HOST_WORKSPACE_LEFT",
      `${JSON.stringify(workingDirectory)} is no folder inside of the workspace.`,
    );
  }
  return {
    folder,
    prefix,
    actor: env["GITHUB_ACTOR"] ?? "",
    signal,
    open: (ortDir) =>
      openPorts({ repo: folder, ortDir: ortDir ?? undefined, signal, json: false, color: false }),
    env,
    event: () => readEvent(env["GITHUB_EVENT_PATH"]),
  };
}

async function readEvent(path: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (!path) return {};
  const event: unknown = JSON.parse(await readFile(path, "utf8"));
  return typeof event === "object" && event !== null ? (event as Readonly<Record<string, unknown>>) : {};
}

function existing(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return "";
  }
}
