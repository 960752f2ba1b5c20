/** What a key may sign. One principal may hold several. */
export const ROLES = [
  "model-signer",
  "evidence-signer",
  "release-manager",
  "policy-owner",
  "gate-bot",
] as const;
export type Role = (typeof ROLES)[number];

export function isRole(text: unknown): text is Role {
  return ROLES.some((role) => role === text);
}

/** Kinds of change whose landing commit is signed, and who may sign it unless trust.yaml says otherwise. */
export const COMMIT_SIGNERS = {
  promotion: ["gate-bot", "release-manager"],
  registration: ["gate-bot", "model-signer"],
  policy: ["gate-bot", "policy-owner"],
  trust: ["gate-bot", "policy-owner"],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type SignedChange = keyof typeof COMMIT_SIGNERS;
