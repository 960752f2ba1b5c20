import { randomBytes } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gateError } from "../../errors.ts";
import { fileError } from "./file-error.ts";

/** Work under a lock takes milliseconds; who waits longer than this waits for something that hangs. */
const PATIENCE_MS = 10_000;
/** A lock file is written in one go; one that is still empty after a minute was left by a process that was killed. */
const UNSIGNED_MS = 60_000;

/** Who holds a lock. `host` includes the namespace of process ids, so that a container's 17 is not the host's 17. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Whether this process holds the lock still: another may have taken it for abandoned. */
export type IsHeld = () => boolean;

/**
 * Does work that one process at a time may do. The lock is a file that is made with O_EXCL and names its owner. A lock
 * whose owner, on this host, does not run any more is removed. FILE_LOCKED when patience ends, naming the owner; FILE_* when
 * the file cannot be made.
 */
export async function withLock<T>(
  path: string,
  work: (isHeld: IsHeld) => T,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const mine = `${JSON.stringify({ ...SELF, since: new Date().toISOString(), nonce: nonce() })}\n`;
  await acquire(path, mine, Date.now() + patienceMs);
  const isHeld = () => textOf(path) === mine;
  try {
    return work(isHeld);
  } finally {
    if (isHeld()) rmSync(path, { force: true });
  }
}

async function acquire(path: string, mine: string, deadline: number): Promise<void> {
  while (!made(path, mine)) {
    const there = textOf(path);
    if (there !== undefined && isAbandoned(path, there)) remove(path, there);
    else if (Date.now() > deadline) throw locked(path, there ?? "");
    else await sleep(10 + 20 * Math.random());
  }
}

/** NFS may answer "exists" to the very call that made the file, so what the file says decides. */
function made(path: string, mine: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, mine, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return textOf(path) === mine;
    throw fileError(error, path, "write");
  }
}

function isAbandoned(path: string, text: string): boolean {
  const owner = ownerIn(text);
  if (owner) return owner.host === SELF.host && !isRunning(owner.pid);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > UNSIGNED_MS;
}

/** Two processes may find the same lock abandoned: what the second moves away is then the lock of the first, and goes back. */
function remove(path: string, abandoned: string): void {
  const aside = `${path}.${nonce()}`;
  try {
    renameSync(path, aside);
    if (textOf(aside) !== abandoned) linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EEXIST") throw fileError(error, path, "write");
  } finally {
    rmSync(aside, { force: true });
  }
}

function locked(path: string, text: string): Error {
  const owner = ownerIn(text);
  const by = owner
    ? `process ${owner.pid} on ${owner.host} since ${owner.since}`
    : "a process without a name";
  return gateError("FILE_LOCKED", `${path} is held by ${by}.`, {
    where: { file: path },
    fix: `Let it end, then try again. If it does not run any more: rm '${path}'`,
  });
}

function ownerIn(text: string): Owner | undefined {
  try {
    const { pid, host, since } = JSON.parse(text) as Owner;
    const isSane = Number.isSafeInteger(pid) && pid > 0 && isPlain(host) && isPlain(since);
    return isSane ? { pid, host, since } : undefined;
  } catch {
    return undefined;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" && /^[\w.:[\] -]{1,200}$/.test(value);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function nonce(): string {
  return randomBytes(6).toString("hex");
}

const SELF = {
  pid: process.pid,
  host: `${hostname().replace(/[^\w.-]/g, "-")} ${processNamespace()}`.trim(),
};

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
