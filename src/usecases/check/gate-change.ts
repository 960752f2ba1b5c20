import { type Problem, problem, triedOr } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import { GATE_CHECK, gateActions, gateFindings } from "../doctor/gate-rules.ts";
import { readWorkflow, type WorkflowFile } from "../doctor/workflow-file.ts";
import type { Change } from "../proof/change.ts";
import type { Findings } from "./report.ts";

const FOLDER = ".github/workflows";
const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** The workflows of a commit; those that are no plain YAML by their text. */
interface Workflows {
  readonly read: readonly WorkflowFile[];
  readonly unread: ReadonlyMap<string, string>;
}

/**
 * What a change does to the required check itself: rules of the doctor that it breaks and the base kept. It is the change's
 * own workflow that runs, so that this is said only while the gate still runs; the rest is for the owners of `.github`.
 * CHECK_GATE_WEAKENED.
 */
export async function checkGateChange(
  git: Git,
  change: Change,
): Promise<Required<Pick<Findings, "problems" | "notes">>> {
  if (!change.paths.some(({ path }) => path.startsWith(`${FOLDER}/`))) return { problems: [], notes: [] };
  const [before, after] = [await workflowsOf(git, change.base), await workflowsOf(git, change.head)];
  return {
    problems: [...weakened(before, after), ...hidden(before, after)],
    notes: exchanged(gateActions(before.read), gateActions(after.read)),
  };
}

async function workflowsOf(git: Git, commit: string): Promise<Workflows> {
  const read: WorkflowFile[] = [];
  const unread = new Map<string, string>();
  for (const path of (await git.paths(commit, FOLDER)).filter((name) => WORKFLOW.test(name))) {
    const bytes = (await git.show(commit, path)) ?? new Uint8Array();
    const workflow = triedOr(null, () => readWorkflow(bytes, path));
    if (workflow) read.push(workflow);
    else unread.set(path, Buffer.from(bytes).toString("utf8"));
  }
  return { read, unread };
}

function weakened(before: Workflows, after: Workflows): Problem[] {
  const said = (one: Problem): string => [one.code, one.where?.file, one.message].join("\0");
  const known = new Set(gateFindings(before.read).map(said));
  return gateFindings(after.read)
    .filter((one) => !known.has(said(one)))
    .map(({ code, message, where, fix }) =>
      weaker(`${code}: ${message}`, { ...(where ? { where } : {}), fix }),
    );
}

/** Anchors, for one: such a workflow may hold anything, and it names the check. */
function hidden(before: Workflows, after: Workflows): Problem[] {
  return [...after.unread]
    .filter(([path, text]) => text.includes(GATE_CHECK) && before.unread.get(path) !== text)
    .map(([file]) =>
      weaker(`DOCTOR_WORKFLOW_UNREADABLE: It names ${GATE_CHECK}, and is no plain YAML.`, {
        where: { file },
        fix: "Write the workflow out in plain YAML.",
      }),
    );
}

function weaker(message: string, more: Parameters<typeof problem>[2]): Problem {
  return problem("CHECK_GATE_WEAKENED", message, more);
}

function exchanged(before: readonly string[], after: readonly string[]): string[] {
  const [gone, come] = [
    before.filter((one) => !after.includes(one)),
    after.filter((one) => !before.includes(one)),
  ];
  if (gone.length === 0 || come.length === 0) return [];
  return [`The gate would run ${come.join(", ")} instead of ${gone.join(", ")}.`];
}
