import { GateError, type Problem, problem, tried } from "../../errors.ts";
import { folded } from "../../ledger/classify.ts";
import { loosenedBetween } from "../../policy/loosened.ts";
import { parsePolicies } from "../../policy/parse-policies.ts";
import type { GatePolicy, PolicySet } from "../../policy/policy.ts";
import type { Git } from "../../ports/git.ts";
import { policySources } from "../gate/base.ts";
import type { RecordsElsewhere } from "../refusals/kept-packs.ts";
import type { Change } from "../proof/change.ts";
import { checkExceptions } from "./exceptions-change.ts";
import { checkGateChange } from "./gate-change.ts";
import { versionProblems } from "./policy-versions.ts";
import type { Findings } from "./report.ts";

/** What verdicts depend on. */
const JUDGES = /^policies\/(?:gates\/[^/]+\.yaml|environments\.yaml|waivers\.yaml)$/;

type FetchRecords = () => Promise<RecordsElsewhere>;

const READ = /^policies\/(?:gates\/[^/]+|environments|waivers|trust|retention|audit-exceptions)\.yaml$/;

/**
 * Checks a change of policies, schemas or the gate's own workflows: the head's policies must be sound as a whole,
 * and their versions only grow. The change is never judged by what it says itself; that the owners agree is for the
 * forge to enforce, and they are named. POLICY_*, DOCUMENT_*, CHECK_CASE_TWIN, CHECK_GATE_WEAKENED.
 */
export async function checkPolicies(
  git: Git,
  change: Change,
  refusals: FetchRecords = async () => ({ tips: [], problems: [] }),
): Promise<Findings> {
  const standing = await policySources(git, change.base);
  const sources = await policySources(git, change.head);
  const [known, parsed] = [tried(() => parsePolicies(standing)), tried(() => parsePolicies(sources))];
  // What somebody has broken must be mendable; a change of nothing but workflows is then refused by what it leaves.
  const before = known instanceof GateError ? null : known;
  const after = parsed instanceof GateError ? null : parsed;
  const gate = await checkGateChange(git, change);
  const exceptions = await checkExceptions(git, change);
  const problems = [
    ...gate.problems,
    ...exceptions.problems,
    ...(await unreadProblems(git, change)),
    ...(parsed instanceof GateError ? parsed.problems : []),
    ...(after ? await versionProblems(git, change, { before, after }) : []),
  ];
  const tested = problems.length === 0 && after ? await backtested(git, change, refusals) : {};
  const notes = [
    ...(after ? notesOn(change, before, after) : []),
    ...(exceptions.notes ?? []),
    ...gate.notes,
    ...(tested.notes ?? []),
  ];
  return { ...tested, problems, notes };
}

/** Promotions and refusals, of each the newest: a pull request must not wait for years of history. */
const MOST_TESTED = 200;

/** What the change makes of the past, which decides nothing: that it cannot be told is no reason to fail either. */
async function backtested(
  git: Git,
  { base, head, paths }: Change,
  refusals: FetchRecords,
): Promise<Pick<Findings, "backtest" | "notes">> {
  if (!paths.some(({ path }) => JUDGES.test(path))) return {};
  try {
    const { backtest } = await import("../backtest/backtest.ts");
    const question = { base, head, most: MOST_TESTED, refusals: await refusals() };
    return { backtest: await backtest(git, question) };
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    const [{ code, message }] = error.problems;
    return { notes: [`The past was not judged again: ${message} (${code})`] };
  }
}

/** A policy that nobody reads would not hold, and one that only some machines read is worse. */
async function unreadProblems(git: Git, { head, paths }: Change): Promise<Problem[]> {
  const changed = new Set(paths.filter(({ after }) => after !== null).map(({ path }) => path));
  const all = (await git.tree(head, "policies")).map(({ path }) => path);
  const unread = all.filter((path) => changed.has(path) && /\.ya?ml$/i.test(path) && !READ.test(path));
  const twins = all.filter((path, n) => all.findIndex((other) => folded(other) === folded(path)) < n);
  return [
    ...unread.map((file) =>
      problem("POLICY_FILE_UNREAD", `The gate does not read ${file}.`, { where: { file } }),
    ),
    ...twins.map((file) =>
      problem("CHECK_CASE_TWIN", `${file} differs from another file in case or accents alone.`, {
        where: { file },
      }),
    ),
  ];
}

/** Notes on what is asked for less strictly; a removed policy has its own. */
const MOST_LOOSER = 20;

function looserIn(
  { paths }: Change,
  before: readonly GatePolicy[],
  after: readonly GatePolicy[],
): readonly string[] {
  const touched = (path: string | undefined): boolean => paths.some((each) => each.path === path);
  const pathNow = (name: string) => after.find((each) => each.name === name)?.path;
  const looser = loosenedBetween(before, after)
    .filter(({ what }) => what !== "policy")
    .filter(({ path, policy }) => touched(path) || touched(pathNow(policy)));
  const notes = looser
    .slice(0, MOST_LOOSER)
    .map(({ policy, what, from, to }) => `Looser: ${policy}, ${what}: ${from} -> ${to ?? "not asked for"}.`);
  return looser.length <= MOST_LOOSER
    ? notes
    : [...notes, `And ${looser.length - MOST_LOOSER} more are looser.`];
}

/** What changes, and whose word it needs: the owners whom the base names, not those whom the change names. */
function notesOn(change: Change, before: PolicySet | null, after: PolicySet): string[] {
  const earlier = before ?? { policies: [] };
  const names = [...new Set([...earlier.policies, ...after.policies].map(({ name }) => name))].sort();
  const policies = names.flatMap((name) => {
    const [old, now] = [earlier, after].map((set) => set.policies.find((each) => each.name === name));
    const touched = change.paths.some(({ path }) => path === old?.path || path === now?.path);
    if (old?.digest === now?.digest || !touched) return [];
    const step = `${old ? `v${old.version}` : "new"} -> ${now ? `v${now.version}` : "removed"}`;
    const owners = (old ?? now)?.owners.join(", ") ?? "";
    return [`Policy ${name}: ${step}. Its owners must agree: ${owners}.`];
  });
  const others = change.paths.map(({ path }) => path).filter((path) => !path.startsWith("policies/gates/"));
  return [
    ...policies,
    ...looserIn(change, earlier.policies, after.policies),
    ...(others.length > 0 ? [`Changes what guards the gate: ${others.slice(0, 10).join(", ")}.`] : []),
    "Judged by nothing that it changes; the policies of the base hold until it is merged.",
  ];
}
