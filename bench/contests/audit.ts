import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { AuditReport } from "../../src/domain/audit.ts";
import { digestOf } from "../../src/domain/digest.ts";
import type { Contest, Run } from "../side-by-side.ts";
import type { SignedRepository } from "../../tests/support/synthetic-repository.ts";
import { longHistory, tamperedHistory } from "./signed-histories.ts";

const TRANSITIONS = 10_000;

/**
 * The audit of 10,000 signed transitions, a whole process, that judges everything; the peer asks git for the signatures
 * alone. Both must find the same signatures good, on this history and on one with tampered commits.
 */
export function auditContest(root: string, scratch: string, transitions = TRANSITIONS): Contest {
  const long = longHistory(join(scratch, "transitions"), transitions);
  const tampered = tamperedHistory(join(scratch, "tampered"));
  return {
    title: `audit ${transitions.toLocaleString("en")} signed transitions`,
    goal: 1 / 25,
    // One pair takes minutes.
    pairs: 1,
    ours: {
      name: "modelgate audit",
      run: () => ofBoth((repository) => audited(root, repository), { long, tampered }),
    },
    peer: { name: "git log --format=%G?", run: () => ofBoth(signaturesByGit, { long, tampered }) },
    facts: () => [...growth(root, long), incremental(root, long)],
  };
}

/** The time of the long one; an answer for both, a letter for each commit after the one that brings the keys. */
function ofBoth(
  letters: (repository: SignedRepository) => Run,
  { long, tampered }: { long: SignedRepository; tampered: SignedRepository },
): Run {
  const { ms, answer } = letters(long);
  const good = answer.replaceAll("-", "").length;
  return { ms, answer: `${good} good ${digestOf(answer)} ${letters(tampered).answer}` };
}

interface Audit extends Run {
  readonly report: AuditReport;
  readonly peakMiB: number;
}

/** Of this process alone: what resourceUsage() tells begins with the memory of the parent. */
const TELL_PEAK = `data:text/javascript,import { readFileSync } from "node:fs";
process.on("exit", () => process.stderr.write(/VmHWM:\\s*\\d+/.exec(readFileSync("/proc/self/status", "utf8"))?.[0] ?? ""));`.replaceAll(
  "\n",
  "",
);

function audited(root: string, { folder }: SignedRepository, ...more: readonly string[]): Audit {
  const bin = join(root, "bin/modelgate.js");
  const args = ["--import", TELL_PEAK, bin, "-C", folder, "--json", "audit", ...more];
  const start = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const ms = performance.now() - start;
  const report = JSON.parse(stdout) as AuditReport;
  const judged = report.commits.filter(({ position }) => position > 0);
  const answer = judged.map(({ signer }) => (signer ? "G" : "-")).join("");
  return { ms, answer, report, peakMiB: Number(/VmHWM:\s*(\d+)/.exec(stderr)?.[1]) / 1024 };
}

/** Good or not; git has several letters for what is not. */
function signaturesByGit({ folder, signers }: SignedRepository): Run {
  const settings = ["-c", "gpg.format=ssh", "-c", `gpg.ssh.allowedSignersFile=${signers}`];
  const args = [...settings, "log", "--first-parent", "--reverse", "--format=%G?", "main"];
  const start = performance.now();
  const out = execFileSync("git", args, { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26 });
  const ms = performance.now() - start;
  const letters = out.trim().split("\n").slice(1);
  return { ms, answer: letters.map((letter) => (letter === "G" ? "G" : "-")).join("") };
}

/** Time and memory by the number of commits. */
function growth(root: string, repository: SignedRepository): readonly string[] {
  const all = repository.commits.length - 1;
  return [all / 10, all / 2, all].map((count) => {
    moveMain(repository, count);
    const { ms, peakMiB, report } = audited(root, repository);
    const each = (ms / report.count).toFixed(2);
    return `audit of ${report.count} commits: ${report.outcome}, ${Math.round(ms)} ms, ${each} ms each, peak ${Math.round(peakMiB)} MiB`;
  });
}

/** What an audit costs that goes on from a checkpoint, ten transitions later. */
function incremental(root: string, repository: SignedRepository): string {
  const checkpoint = join(repository.folder, "checkpoint.json");
  const from = ["--checkpoint", checkpoint, "--key", join(repository.folder, "key.pem")];
  rmSync(checkpoint, { force: true });
  const all = repository.commits.length - 1;
  moveMain(repository, all - 10);
  audited(root, repository, ...from);
  moveMain(repository, all);
  const { ms, report } = audited(root, repository, ...from);
  return `audit after a checkpoint, ten transitions later: ${report.outcome}, ${report.audited} of ${report.count} commits followed, ${Math.round(ms)} ms`;
}

function moveMain({ folder, commits }: SignedRepository, transitions: number): void {
  execFileSync("git", ["-C", folder, "update-ref", "refs/heads/main", commits[transitions] ?? ""]);
}
