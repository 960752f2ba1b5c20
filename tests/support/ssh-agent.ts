import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SSH_ENV } from "./ssh-keys.ts";

/** A real ssh-agent of the test's own; `await using agent = await sshAgent(folder)` ends it. */
export interface SshAgent extends AsyncDisposable {
  readonly socket: string;
  add(path: string): void;
}

export async function sshAgent(folder: string): Promise<SshAgent> {
  const socket = join(folder, "agent");
  const child = spawn("ssh-agent", ["-D", "-a", socket], { env: SSH_ENV, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await listening(child, socket);
  return {
    socket,
    add(path) {
      execFileSync("ssh-add", ["-q", path], { env: { ...SSH_ENV, SSH_AUTH_SOCK: socket }, stdio: "pipe" });
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

async function listening(child: ChildProcess, socket: string): Promise<void> {
  while (!existsSync(socket)) {
    if (child.exitCode !== null) throw new Error("ssh-agent did not start.");
    await wait(10);
  }
}
