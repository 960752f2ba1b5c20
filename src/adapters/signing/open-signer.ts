import { GateError, gateError } from "../../errors.ts";
import type { Signer } from "../../ports/signing.ts";
import type { PublicKey } from "../../trust/public-key.ts";
import { keyObjectSigner } from "./key-object.ts";
import { readKeyFile, type KeyFile } from "./key-file.ts";
import { sshKeygenSigner } from "./ssh-keygen.ts";

/**
 * Opens a key for signing: a private key in PEM or in OpenSSH's format, or a public key (`.pub`) whose private half lies
 * beside it or in the SSH agent. Never asks for a passphrase: a locked key has to be in the agent.
 * SIGNING_KEY_UNREADABLE, SIGNING_KEY_LOCKED, TRUST_KEY_*; on signing SIGNING_KEY_LOCKED, SIGNING_TOOL_MISSING,
 * SIGNING_FAILED.
 */
export async function openSigner(path: string, env: NodeJS.ProcessEnv): Promise<Signer> {
  const file = await readKeyFile(path);
  if (!file) throw gateError("SIGNING_KEY_UNREADABLE", `There is no signing key ${path}.`);
  if (file.kind === "public" && path.endsWith(".pub")) return openPublic(path, file.key, env);
  return signerOf(path, file, env);
}

/** As with git's `user.signingKey`, a public key stands for the private key beside it, else for the agent's. */
async function openPublic(path: string, key: PublicKey, env: NodeJS.ProcessEnv): Promise<Signer> {
  const beside = path.slice(0, -".pub".length);
  const file = await readKeyFile(beside);
  if (!file || file.kind === "public" || file.kind === "locked") return agentSigner(path, key, env);
  const signer = await signerOf(beside, file, env);
  if (signer.key.fingerprint === key.fingerprint) return signer;
  throw gateError("SIGNING_KEY_UNREADABLE", `${beside} is not the private key of ${path}.`);
}

async function signerOf(path: string, file: KeyFile, env: NodeJS.ProcessEnv): Promise<Signer> {
  switch (file.kind) {
    case "pem":
      return keyObjectSigner(file.secret);
    case "openssh":
      if (file.locked) return agentSigner(path, file.key, env);
      return sshKeygenSigner({ key: file.key, file: path, env });
    case "public":
      return agentSigner(path, file.key, env);
    case "locked": {
      const half = await readKeyFile(`${path}.pub`);
      if (half?.kind === "public") return agentSigner(path, half.key, env);
      throw locked(path);
    }
  }
}

function agentSigner(path: string, key: PublicKey, env: NodeJS.ProcessEnv): Signer {
  if (!env["SSH_AUTH_SOCK"]) throw locked(path);
  const signer = sshKeygenSigner({ key, file: null, env });
  return {
    key,
    sign: (payload, namespace) =>
      signer.sign(payload, namespace).catch((error: unknown) => {
        throw isNotHeld(error) ? notHeld(path) : error;
      }),
  };
}

/** ssh-keygen's words (in the C locale) for a key that neither a file nor the agent has. */
function isNotHeld(error: unknown): boolean {
  return error instanceof GateError && error.message.includes("No private key found for public key");
}

function notHeld(path: string): GateError {
  const key = path.replace(/\.pub$/, "");
  return gateError("SIGNING_KEY_LOCKED", `The SSH agent does not hold the signing key ${path}.`, {
    fix: `Unlock it in the agent: ssh-add ${key}; then run again. ssh-add -l lists what the agent holds.`,
  });
}

function locked(path: string): GateError {
  const key = path.replace(/\.pub$/, "");
  return gateError(
    "SIGNING_KEY_LOCKED",
    `The signing key ${path} is locked by a passphrase, or its private half is not there; and there is no SSH agent.`,
    {
      fix: `Start an agent, and unlock the key in it: eval "$(ssh-agent)" && ssh-add ${key}; then run again.`,
    },
  );
}
