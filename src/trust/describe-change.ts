import { type HeldKey, keysOf } from "./compare.ts";
import { keyOf, type Revocation, type TrustRegistry } from "./registry.ts";
import { COMMIT_SIGNERS, type Role, type SignedChange } from "./roles.ts";

/** What a change of trust does, one sentence each; `before` is null for the first trust.yaml. */
export function describeTrustChange(before: TrustRegistry | null, after: TrustRegistry): readonly string[] {
  return [
    ...keysOf(after).flatMap((held) => keyChange(before, held)),
    ...loginChanges(before, after),
    ...signerChanges(before, after),
    ...requirementChange(before, after),
    ...revocationChanges(before?.revoked.datasets ?? [], after.revoked.datasets, "dataset"),
    ...revocationChanges(before?.revoked.trainerCode ?? [], after.revoked.trainerCode, "training code"),
  ];
}

function keyChange(before: TrustRegistry | null, { holder, key }: HeldKey): readonly string[] {
  const name = `${key.id} of ${holder} (${key.fingerprint})`;
  const old = before ? keyOf(before, key.fingerprint)?.key : undefined;
  const { state } = key.standing;
  const because = key.standing.state === "active" ? "" : `: ${key.standing.reason}`;
  if (!old) return [`Adds the ${state} key ${name}: ${rolesText(key.roles)}${because}.`];
  const standing =
    old.standing.state === state
      ? []
      : [
          state === "active"
            ? `Lets the retired key ${name} sign again.`
            : `${ENDS[state]} the key ${name}${because}.`,
        ];
  return [...standing, ...roleChange(name, old.roles, key.roles)];
}

const ENDS = { retired: "Retires", revoked: "Revokes" } as const;

function roleChange(name: string, before: readonly Role[], after: readonly Role[]): readonly string[] {
  const [given, taken] = [without(after, before), without(before, after)];
  return [
    ...(given.length > 0 ? [`Gives the key ${name} ${rolesText(given)}.`] : []),
    ...(taken.length > 0 ? [`Takes from the key ${name} ${rolesText(taken)}.`] : []),
  ];
}

function loginChanges(before: TrustRegistry | null, after: TrustRegistry): readonly string[] {
  return after.principals.flatMap(({ id, github }) => {
    const old = before?.principals.find((one) => one.id === id);
    if (!old || old.github === github) return [];
    return [`Takes ${github ?? "nobody"} on GitHub for ${id}, in place of ${old.github ?? "nobody"}.`];
  });
}

function signerChanges(before: TrustRegistry | null, after: TrustRegistry): readonly string[] {
  return (Object.keys(COMMIT_SIGNERS) as SignedChange[]).flatMap((kind) => {
    const [old, now] = [before?.commits[kind] ?? COMMIT_SIGNERS[kind], after.commits[kind]];
    if (without(old, now).length + without(now, old).length === 0) return [];
    return [`Lets ${rolesText(now)} sign commits of kind ${kind}, in place of ${rolesText(old)}.`];
  });
}

function requirementChange(before: TrustRegistry | null, after: TrustRegistry): readonly string[] {
  const [old, now] = [before?.manifestSignature ?? "optional", after.manifestSignature];
  if (old === now) return [];
  return [
    now === "required"
      ? "Requires a signature on every new manifest."
      : "No longer requires a signature on new manifests.",
  ];
}

function revocationChanges(
  before: readonly Revocation[],
  after: readonly Revocation[],
  noun: string,
): readonly string[] {
  return after.flatMap(({ digest, reason, lifted }) => {
    const old = before.find((one) => one.digest === digest);
    if (lifted !== null)
      return old?.lifted === lifted ? [] : [`Lifts the revocation of the ${noun} ${digest}: ${lifted}`];
    if (!old) return [`Revokes the ${noun} ${digest}: ${reason}`];
    return old.lifted === null ? [] : [`Revokes the ${noun} ${digest} again: ${reason}`];
  });
}

function rolesText(roles: readonly Role[]): string {
  return roles.length === 0 ? "no role" : roles.join(", ");
}

function without(roles: readonly Role[], others: readonly Role[]): readonly Role[] {
  return roles.filter((role) => !others.includes(role));
}
