import type { ForgeSettings } from "../../ports/forge.ts";
import { GateError } from "../../errors.ts";
import type { Client } from "./client.ts";

/** Three calls; what the token may not see is null, never a guess. */
export async function readSettings(client: Client): Promise<ForgeSettings> {
  const { rest } = client;
  const data = await rest("metadata: read", "GET /repos/{owner}/{repo}", {});
  const branch = data.default_branch;
  const [actions, rules] = await Promise.all([
    unlessHidden(rest("administration: read", "GET /repos/{owner}/{repo}/actions/permissions/workflow", {})),
    unlessHidden(
      rest("metadata: read", "GET /repos/{owner}/{repo}/rules/branches/{branch}", { branch, per_page: 100 }),
    ),
  ]);
  return {
    defaultBranch: branch,
    visibility: data.visibility === "public" || data.visibility === "internal" ? data.visibility : "private",
    mergeMethods: methodsOf(data),
    workflowsMayOpenPullRequests: actions?.can_approve_pull_request_reviews ?? null,
    rules: rules?.map(ruleOf) ?? null,
  };
}

function methodsOf(data: {
  readonly allow_merge_commit?: boolean;
  readonly allow_squash_merge?: boolean;
  readonly allow_rebase_merge?: boolean;
}): ForgeSettings["mergeMethods"] {
  if (data.allow_merge_commit === undefined) return null;
  return [
    ...(data.allow_merge_commit ? (["merge"] as const) : []),
    ...(data.allow_squash_merge ? (["squash"] as const) : []),
    ...(data.allow_rebase_merge ? (["rebase"] as const) : []),
  ];
}

function ruleOf(rule: object): { type: string; parameters: Readonly<Record<string, unknown>> } {
  const { type, parameters } = rule as { type?: string; parameters?: Readonly<Record<string, unknown>> };
  return { type: type ?? "", parameters: parameters ?? {} };
}

/** The answer, or undefined when the token may not see it. */
async function unlessHidden<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const hidden =
      error instanceof GateError && ["FORGE_PERMISSION_MISSING", "FORGE_NOT_FOUND"].includes(error.code);
    if (hidden) return undefined;
    throw error;
  }
}
