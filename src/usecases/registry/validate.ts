import type { Finding } from "../../domain/evidence.ts";
import { isModelId, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { duplicateVersionProblems } from "../../domain/registry/version-paths.ts";
import { fileNameProblems } from "../../domain/registry/file-names.ts";
import { shortCommit } from "../../domain/short-commit.ts";
import { formatPlace, GateError, gateError, problem, type Problem, tried } from "../../errors.ts";
import { type Ground, groundOf } from "../trust/ground.ts";
import { changeBase, type ChangeBase } from "../base-commit.ts";
import { changedVersions, type Selection, versionsBelow } from "./changed-versions.ts";
import { immutableProblems } from "./check-immutable.ts";
import { checkVersion } from "./check-version.ts";
import { keptProblems } from "./git-keeps.ts";
import type { RegistryPorts } from "./ports.ts";

export interface ValidateOptions {
  /** Check every version, not only those that differ from the base. */
  readonly all?: boolean;
  /** Check the versions at or below these paths (relative to the root), changed or not. */
  readonly paths?: readonly string[];
  /** Revision to compare with; by default origin/main or main, the first that exists. */
  readonly base?: string;
}

export interface ValidationReport {
  /** Commit that was compared with; null in a repository without commits. */
  readonly base: string | null;
  readonly checked: readonly ModelRef[];
  /** Files whose digest was taken. */
  readonly files: number;
  readonly problems: readonly Problem[];
  /** What authors report and what says less than it seems to (CLAIM_*): shown, and refuses nothing. */
  readonly findings: readonly Finding[];
}

/**
 * Checks versions of the registry against their manifests, their neighbours and the base branch. The cost follows the
 * change: without `all` or `paths` only versions with a file that differs from the base are read.
 * Where only HEAD could be found to compare with, all are read; on no branch that is GIT_BASE_UNKNOWN.
 * What is wrong is in the report; throws only for GIT_* and when the registry itself cannot be listed (FILE_*).
 */
export async function validate(
  ports: RegistryPorts,
  options: ValidateOptions = {},
): Promise<ValidationReport> {
  const found = await changeBase(ports.git, options.base);
  const base = found?.commit ?? null;
  const selection = await selectVersions(ports, options, found);
  const changed = await changedPaths(ports, selection, base);
  const problems: Problem[] = [...selection.problems, ...(await pathProblems(ports, options))];
  const ground = await soundGround(ports, base, problems);
  const checked: ModelRef[] = [];
  const sources: string[] = [];
  const findings: Finding[] = [];
  let files = 0;
  for (const ref of selection.versions) {
    problems.push(...(base === null ? [] : await immutableProblems(ports, { base, ref, changed })));
    if (await isGone(ports, ref)) continue;
    const check = await checkVersion(ports, ref, ground);
    problems.push(...check.problems);
    findings.push(...check.findings);
    files += check.facts?.files.length ?? 0;
    sources.push(...(check.facts?.training?.value.code.map(({ path }) => path) ?? []));
    checked.push(ref);
  }
  problems.push(...(await keptProblems(ports, checked.map(versionFolder), sources)));
  problems.push(...(await neighbourProblems(ports, selection)));
  return { base, checked, files, problems: unique(problems), findings };
}

/** A base that says nothing sound about trust trusts nobody, and says why. */
async function soundGround(
  { git }: RegistryPorts,
  base: string | null,
  problems: Problem[],
): Promise<Ground> {
  const ground = await tried(() => groundOf(git, base));
  if (!(ground instanceof GateError)) return ground;
  problems.push(...ground.problems);
  return { commit: base, trust: null };
}

async function selectVersions(
  ports: RegistryPorts,
  options: ValidateOptions,
  base: ChangeBase | null,
): Promise<Selection> {
  if (options.all || options.paths?.length) return versionsBelow(ports.files, options.paths ?? []);
  if (base?.isHead) await refuseDetached(ports);
  return base === null || base.isHead ? versionsBelow(ports.files, []) : changedVersions(ports, base.commit);
}

/** A runner's checkout of a pull request differs from itself in nothing: that must not pass as "nothing changed". */
async function refuseDetached({ git }: RegistryPorts): Promise<void> {
  const { commit, branch } = await git.head();
  if (branch !== null) return;
  const text = `HEAD is at ${shortCommit(commit)} and on no branch, and there is neither origin/main nor main.`;
  throw gateError("GIT_BASE_UNKNOWN", text);
}

async function changedPaths(
  ports: RegistryPorts,
  selection: Selection,
  base: string | null,
): Promise<readonly string[]> {
  if (base === null) return [];
  if (selection.changed !== null) return selection.changed;
  return (await changedVersions(ports, base)).changed;
}

/** A path that names nothing must not pass as "nothing wrong". */
async function pathProblems(ports: RegistryPorts, options: ValidateOptions): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const path of options.paths ?? []) {
    if ((await versionsBelow(ports.files, [path])).versions.length > 0) continue;
    problems.push(
      problem("FILE_MISSING", "There is no version at or below this path.", { where: { file: path } }),
    );
  }
  return problems;
}

/** The folder was removed; whether it may be is for `immutableProblems` to say. */
async function isGone(ports: RegistryPorts, ref: ModelRef): Promise<boolean> {
  return (await ports.files.list(versionFolder(ref))).length === 0;
}

async function neighbourProblems(ports: RegistryPorts, selection: Selection): Promise<Problem[]> {
  const ids = [...new Set(selection.versions.map((ref) => ref.id))];
  const problems: Problem[] = [];
  for (const id of ids.filter(isModelId)) {
    const names = await ports.files.folders(`models/${id}`);
    problems.push(...duplicateVersionProblems(id, names));
    problems.push(...fileNameProblems(names).map((one) => below(one, `models/${id}`)));
  }
  return problems;
}

function below(found: Problem, folder: string): Problem {
  return { ...found, where: { file: `${folder}/${found.where?.file ?? ""}` } };
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  const key = (one: Problem) =>
    [one.code, one.where && formatPlace(one.where), one.where?.pointer, one.message].join("\0");
  return [...new Map(problems.map((one) => [key(one), one])).values()];
}
