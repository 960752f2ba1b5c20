import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { openSshLine, publicKeyFromKeyObject, type PublicKey } from "../../src/trust/public-key.ts";
import { parseTrust, type TrustRegistry } from "../../src/trust/registry.ts";
import type { Ground } from "../../src/usecases/trust/ground.ts";
import { utf8 } from "./problems.ts";

/** A repository that has no trust.yaml. */
export const NO_TRUST: Ground = { commit: null, trust: null };

/** A real key pair. */
export interface TestKey {
  readonly fingerprint: string;
  /** `ssh-ed25519 AAAA…` */
  readonly line: string;
  readonly public: PublicKey;
  readonly private: KeyObject;
}

/** A key pair of its own each time; `of` gives other kinds than Ed25519. */
export function testKey(
  make: () => { privateKey: KeyObject } = () => generateKeyPairSync("ed25519"),
): TestKey {
  const { privateKey } = make();
  const key = publicKeyFromKeyObject(privateKey);
  return { fingerprint: key.fingerprint, line: openSshLine(key), public: key, private: privateKey };
}

/** One key as it stands in a trust.yaml made here. */
export interface KeyEntry {
  readonly id: string;
  readonly key: Pick<TestKey, "fingerprint" | "line">;
  readonly roles?: readonly string[];
  readonly retired?: string;
  readonly revoked?: string;
}

export interface TrustText {
  readonly version?: number;
  readonly principals?: readonly {
    readonly id: string;
    readonly github?: string;
    readonly roles: readonly string[];
    readonly keys: readonly KeyEntry[];
  }[];
  /** Lines that follow the principals, as they are. */
  readonly more?: readonly string[];
}

/** Who signed the sample versions, as this project's own trust.yaml names them. */
export const SAMPLES = {
  id: "modelgate-samples",
  roles: ["model-signer"],
  keys: [
    {
      id: "samples-1",
      key: {
        fingerprint: "SHA256:Zda5DTy19hYKAA54mD7B5AACRXCmxBXAkTLvACvyvnk",
        line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKI74EmLDE/1SemnDfeGk2c5fajUlFXmdX2+z2sXOxX7",
      },
      retired: "its private half was destroyed",
    },
  ],
};

/** A trust.yaml in the layout that modelgate writes. */
export function trustText({ version = 1, principals = [], more = [] }: TrustText): string {
  return `${[
    "apiVersion: modelgate/v1",
    "kind: TrustPolicy",
    "metadata:",
    `  version: ${version}`,
    "  owners: [ml-platform]",
    principals.length === 0 ? "principals: []" : "principals:",
    ...principals.flatMap((one) => [
      `  - id: ${one.id}`,
      ...(one.github === undefined ? [] : [`    github: ${one.github}`]),
      `    roles: [${one.roles.join(", ")}]`,
      "    keys:",
      ...one.keys.flatMap(keyLines),
    ]),
    ...more,
  ].join("\n")}\n`;
}

function keyLines({ id, key, roles, retired, revoked }: KeyEntry): string[] {
  return [
    `      - id: ${id}`,
    `        fingerprint: ${key.fingerprint}`,
    `        public_key: ${key.line}`,
    ...(roles ? [`        roles: [${roles.join(", ")}]`] : []),
    ...(retired === undefined ? [] : ["        retired:", `          reason: ${JSON.stringify(retired)}`]),
    ...(revoked === undefined ? [] : ["        revoked:", `          reason: ${JSON.stringify(revoked)}`]),
  ];
}

export function trustOf(text: TrustText): TrustRegistry {
  return parseTrust(utf8(trustText(text)));
}
