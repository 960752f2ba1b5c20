import { type Problem, problem } from "../errors.ts";
import { keyOf, letsSomebodySign, type Revocation, type TrustedKey, type TrustRegistry } from "./registry.ts";
import { TRUST_FILE } from "../domain/policy-files.ts";

/**
 * What a change of trust may not do whatever its owners say: TRUST_KEY_REMOVED, TRUST_KEY_CHANGED, TRUST_REVOCATION_UNDONE,
 * TRUST_OWNER_LAST, TRUST_OWNER_NONE. Keys are ended, never erased: else nobody could tell any more what they signed.
 * `before` null: there was no trust.yaml.
 */
export function trustChangeProblems(before: TrustRegistry | null, after: TrustRegistry): readonly Problem[] {
  if (!before) return rootProblems(after);
  return [
    ...(letsSomebodySign(before) ? [] : rootProblems(after)),
    ...keysOf(before).flatMap((held) => keyProblems(held, after)),
    ...undone(before.revoked.datasets, after.revoked.datasets, "dataset"),
    ...undone(before.revoked.trainerCode, after.revoked.trainerCode, "training code"),
    ...ownerProblems(before, after),
  ];
}

/** A key and the id of its principal. */
export interface HeldKey {
  readonly holder: string;
  readonly key: TrustedKey;
}

/** Every key of a registry, in its order. */
export function keysOf({ principals }: TrustRegistry): readonly HeldKey[] {
  return principals.flatMap(({ id, keys }) => keys.map((key) => ({ holder: id, key })));
}

function keyProblems({ holder, key }: HeldKey, after: TrustRegistry): readonly Problem[] {
  const named = keysOf(after).find((one) => one.key.id === key.id);
  const same = keyOf(after, key.fingerprint);
  if (!same) {
    if (!named) return [told("TRUST_KEY_REMOVED", `The key ${key.id} of ${holder} is gone.`)];
    const message = `${key.id} was ${key.fingerprint} and is ${named.key.fingerprint} now.`;
    return [told("TRUST_KEY_CHANGED", message)];
  }
  return [
    ...(same.key.id === key.id && same.principal.id === holder
      ? []
      : [
          told(
            "TRUST_KEY_CHANGED",
            `${key.fingerprint} was ${key.id} of ${holder} and is ${same.key.id} of ${same.principal.id} now.`,
          ),
        ]),
    ...(key.standing.state === "revoked" && same.key.standing.state !== "revoked"
      ? [told("TRUST_REVOCATION_UNDONE", `The key ${key.id} of ${holder} was revoked and no longer is.`)]
      : []),
  ];
}

/** An entry that is lifted stays in the file with the reason. */
function undone(
  before: readonly Revocation[],
  after: readonly Revocation[],
  noun: string,
): readonly Problem[] {
  const kept = new Set(after.map(({ digest }) => digest));
  return before
    .filter(({ digest }) => !kept.has(digest))
    .map(({ digest }) => told("TRUST_REVOCATION_UNDONE", `The ${noun} ${digest} is no longer listed.`));
}

function ownerProblems(before: TrustRegistry, after: TrustRegistry): readonly Problem[] {
  if (!hasOwner(before) || hasOwner(after)) return [];
  return [told("TRUST_OWNER_LAST", "The last active key of a policy-owner goes.")];
}

/** From the root of trust on every change needs a signature, and so does the change that would add whoever may give it. */
function rootProblems(after: TrustRegistry): readonly Problem[] {
  const mayChangeTrust = keysOf(after).some(
    ({ key }) =>
      key.standing.state === "active" && key.roles.some((role) => after.commits.trust.includes(role)),
  );
  if (mayChangeTrust || !letsSomebodySign(after)) return [];
  const roles = after.commits.trust.join(" or ");
  return [
    told("TRUST_OWNER_NONE", `Trust would begin, and none of its keys may sign a change of it (${roles}).`),
  ];
}

function hasOwner(registry: TrustRegistry): boolean {
  return keysOf(registry).some(
    ({ key }) => key.standing.state === "active" && key.roles.includes("policy-owner"),
  );
}

function told(code: Problem["code"], message: string): Problem {
  return problem(code, message, { where: { file: TRUST_FILE } });
}
