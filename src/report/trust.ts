import type { Revocation, TrustRegistry } from "../trust/registry.ts";
import { plainText } from "./escape.ts";

/** Who is trusted with what, and what is revoked. A key has its state and fingerprint on one line, and below them what it may sign. */
export function trustLines(registry: TrustRegistry): readonly string[] {
  const { version, owners, principals, manifestSignature, revoked } = registry;
  return [
    `trust.yaml version ${version}, owned by ${owners.map(plainText).join(", ")}; signatures of manifests are ${manifestSignature}.`,
    ...principals.flatMap(({ id, github, keys }) => [
      github === null ? id : `${id} (${github} on GitHub)`,
      ...keys.flatMap(({ id: key, standing, fingerprint, roles }) => [
        `  ${key}  ${standing.state}  ${fingerprint}`,
        `    ${roles.join(", ")}`,
        ...(standing.state === "active" ? [] : [`    ${standing.state}: ${plainText(standing.reason)}`]),
      ]),
    ]),
    ...revoked.datasets.map((one) => revocationLine("dataset", one)),
    ...revoked.trainerCode.map((one) => revocationLine("training code", one)),
  ];
}

function revocationLine(noun: string, { digest, reason, lifted }: Revocation): string {
  const text = `revoked ${noun} ${digest}: ${plainText(reason)}`;
  return lifted === null ? text : `${text} (lifted: ${plainText(lifted)})`;
}
