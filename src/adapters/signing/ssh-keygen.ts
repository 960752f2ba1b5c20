import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gateError, type GateError } from "../../errors.ts";
import type { Signer } from "../../ports/signing.ts";
import { openSshLine, type PublicKey } from "../../trust/public-key.ts";
import { dearmor, parseSshSignature, verifySshSignature } from "../../trust/ssh/sshsig.ts";

/** A key that only OpenSSH can use: an unlocked private key in a file, or one that an agent holds. */
export interface OpenSshKey {
  readonly key: PublicKey;
  /** The private key's file; null when the agent is to be asked. */
  readonly file: string | null;
  readonly env: NodeJS.ProcessEnv;
}

/** Longest that ssh-keygen may take; an agent may ask its user. */
const TIMEOUT_MS = 60_000;
const OUTPUT_LIMIT = 64 * 1024;

/** Signs by `ssh-keygen -Y sign`, and checks what comes back before anybody sees it. */
export function sshKeygenSigner(at: OpenSshKey): Signer {
  return {
    key: at.key,
    async sign(payload, namespace) {
      const blob = dearmor(await askOpenSsh(at, payload, namespace));
      const signature = parseSshSignature(blob);
      const made = verifySshSignature(signature, { payload, namespace });
      if (made.fingerprint !== at.key.fingerprint) {
        throw failed(`it used the key ${made.fingerprint} in place of ${at.key.fingerprint}`);
      }
      return blob;
    },
  };
}

async function askOpenSsh(at: OpenSshKey, payload: Uint8Array, namespace: string): Promise<Buffer> {
  if (at.file !== null) return await sshKeygen(at.file, { namespace, payload, env: at.env });
  // Beside a public key that lies alone ssh-keygen finds no private key to unlock: it asks the agent, or fails.
  const folder = await mkdtemp(join(tmpdir(), "modelgate-key-"));
  try {
    const file = join(folder, "key.pub");
    await writeFile(file, `${openSshLine(at.key)}\n`, { mode: 0o600 });
    return await sshKeygen(file, { namespace, payload, env: at.env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sshKeygen(
  file: string,
  call: { namespace: string; payload: Uint8Array; env: NodeJS.ProcessEnv },
): Promise<Buffer> {
  // Without a terminal of its own (`detached`) and without an askpass program nothing can prompt.
  const child = spawn("ssh-keygen", ["-q", "-Y", "sign", "-n", call.namespace, "-f", file], {
    env: cleanEnvironment(call.env),
    detached: true,
    timeout: TIMEOUT_MS,
    windowsHide: true,
  });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[], size: 0 };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (bytes: Buffer) => {
      output.size += bytes.length;
      if (output.size > OUTPUT_LIMIT) child.kill();
      else output[stream].push(bytes);
    });
  }
  child.stdin.on("error", () => {});
  child.stdin.end(call.payload);
  return new Promise((resolve, reject) => {
    child.on("error", (cause: NodeJS.ErrnoException) => reject(notStarted(cause)));
    child.on("close", (exit) => {
      if (exit === 0) resolve(Buffer.concat(output.stdout));
      else reject(failed(lastLine(Buffer.concat(output.stderr).toString("utf8"))));
    });
  });
}

function cleanEnvironment({ PATH, SSH_AUTH_SOCK, SystemRoot }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH, SSH_AUTH_SOCK, SystemRoot, LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never" };
}

function notStarted(cause: NodeJS.ErrnoException): GateError {
  if (cause.code !== "ENOENT") return failed(cause.message);
  return gateError("SIGNING_TOOL_MISSING", "The program ssh-keygen was not found on the PATH.", { cause });
}

function failed(how: string): GateError {
  return gateError("SIGNING_FAILED", `ssh-keygen did not sign: ${how}.`);
}

/** ssh-keygen's own words, made safe for one line. */
function lastLine(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^@+/.test(line));
  const safe = lines
    .join(" ")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\uFFFD")
    .trim();
  return safe === "" ? "it gave no reason" : safe.slice(0, 400).replace(/\.$/, "");
}
