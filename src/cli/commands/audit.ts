import { existsSync, realpathSync } from "node:fs";
import { readNamedFile } from "../../adapters/fs/key-file.ts";
import { writeNamedFile } from "../../adapters/fs/named-file.ts";
import { keepHeapSmall } from "../../adapters/machine/small-heap.ts";
import { openSigner } from "../../adapters/signing/open-signer.ts";
import type { AuditReport, Checkpoint } from "../../domain/audit.ts";
import { formatJson } from "../../domain/document/format.ts";
import { GateError, gateError } from "../../errors.ts";
import { auditThreads } from "../../host/audit-threads/threads.ts";
import { openPorts } from "../../host/wiring.ts";
import { formatCheckpoint, parseCheckpoint } from "../../ledger/audit/checkpoint.ts";
import type { Git } from "../../ports/git.ts";
import type { Signer } from "../../ports/signing.ts";
import { auditMarkdown, auditText } from "../../report/audit.ts";
import { audit, type Audited } from "../../usecases/audit/audit.ts";
import { refuseOwnCheckpoint } from "../../usecases/audit/own-checkpoint.ts";
import { belowRoot } from "../below-root.ts";
import { formatProblem } from "../console.ts";
import type { CommandContext } from "../context.ts";

interface Options {
  readonly from?: string;
  readonly checkpoint?: string;
  readonly key?: string;
  readonly report?: string;
}

/**
 * `modelgate audit`: 0 when every commit stands, 1 when one does not, 3 when the audit itself failed on one; more where its
 * report or checkpoint could not be kept.
 */
export async function run(context: CommandContext, options: Options): Promise<number> {
  refuseTogether(options);
  keepHeapSmall();
  const ports = await openPorts(context.surroundings);
  const checkpoint = await readCheckpoint(ports.git, options.checkpoint);
  const signer = options.key === undefined ? null : await openSigner(options.key, process.env);
  const { from } = options;
  const done = await audit(
    { ...ports, judges: auditThreads(ports.git.root) },
    {
      checkpoint,
      signal: context.signal,
      ...(from === undefined ? {} : { from }),
    },
  );
  const { report } = done;
  context.console.text(auditText(report, context.console));
  context.console.data(report);
  const exits = [
    exitOf(report),
    await kept(context, () => writeReport(report, options.report)),
    await kept(context, () => writeCheckpoint(done, { file: options.checkpoint, signer }, context)),
  ];
  return Math.max(...exits);
}

function exitOf({ broken, outcome }: AuditReport): number {
  if (broken) return 3;
  return outcome === "FAIL" ? 1 : 0;
}

/** What the audit found is told already, and its document is the only one: what cannot be kept of it is a note. */
async function kept({ console }: CommandContext, keep: () => Promise<void>): Promise<number> {
  try {
    await keep();
    return 0;
  } catch (error) {
    if (!(error instanceof GateError)) throw error;
    for (const one of error.problems) console.note(formatProblem(one, false));
    return error.exitCode;
  }
}

async function writeReport(report: AuditReport, file: string | undefined): Promise<void> {
  if (file !== undefined) await writeNamedFile(file, reportFile(report, file));
}

function reportFile(report: AuditReport, name: string): string {
  return name.endsWith(".json") ? formatJson(report) : auditMarkdown(report);
}

function refuseTogether({ from, checkpoint, key }: Options): void {
  if (from !== undefined && checkpoint !== undefined)
    throw gateError("HOST_ARGUMENT_INVALID", "--from and --checkpoint both say where to start.");
  if (key !== undefined && checkpoint === undefined)
    throw gateError("HOST_ARGUMENT_INVALID", "--key signs a checkpoint; name its file with --checkpoint.");
}

/** Null when the file is not there yet: then the audit begins at the beginning. */
async function readCheckpoint(git: Git, file: string | undefined): Promise<Checkpoint | null> {
  if (file === undefined || !existsSync(file)) return null;
  await refuseOwnCheckpoint(git, belowRoot(realpathSync(git.root), realpathSync(file)));
  return parseCheckpoint(readNamedFile(file), file);
}

async function writeCheckpoint(
  done: Audited,
  { file, signer }: { file: string | undefined; signer: Signer | null },
  { console }: CommandContext,
): Promise<void> {
  if (file === undefined) return;
  const next = await done.checkpoint(signer);
  if (next) await writeNamedFile(file, formatCheckpoint(next));
  else console.note(notWritten(file, done.report, signer));
}

function notWritten(file: string, { outcome, trust }: AuditReport, signer: Signer | null): string {
  const what = existsSync(file)
    ? `The checkpoint ${file} stays where it was`
    : `No checkpoint ${file} is written`;
  if (outcome === "FAIL") return `${what}: not every commit stands.`;
  if (trust !== null && signer === null)
    return `${what}: under a trust.yaml a policy-owner or the gate-bot signs it. Name the key with --key.`;
  return `${what}: what is in force is not what the last commit holds.`;
}
