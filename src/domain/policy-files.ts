/** Gate policies, one a file; nothing below it in a folder of its own is read. */
export const GATES_FOLDER = "policies/gates";
export const ENVIRONMENTS_FILE = "policies/environments.yaml";
export const WAIVERS_FILE = "policies/waivers.yaml";
/** How long artifacts are kept. */
export const RETENTION_FILE = "policies/retention.yaml";
/** Who is trusted with what. */
export const TRUST_FILE = "policies/trust.yaml";
/** A root of Sigstore that somebody pins instead of the one that comes with modelgate. */
export const TRUSTED_ROOT = "policies/trusted-root.json";
/** Commits whose failure in an audit somebody acknowledges. */
export const EXCEPTIONS_FILE = "policies/audit-exceptions.yaml";
/** Made of trust.yaml; git finds there who may sign, when told to: `git config gpg.ssh.allowedSignersFile .github/allowed_signers`. */
export const SIGNERS_FILE = ".github/allowed_signers";
