import { expect, test } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import { trustLines } from "../../../src/report/trust.ts";
import type { TrustedKey, TrustRegistry } from "../../../src/trust/registry/entries.ts";

const SSH = `SHA256:${"x".repeat(43)}`;
const DATA = digestOf("data");

function key(id: string, standing: TrustedKey["standing"]): TrustedKey {
  const roles = ["policy-owner", "release-manager", "model-signer"] as const;
  return { id, standing, roles, fingerprint: SSH, kind: "ssh", publicKey: "", key: null };
}

const REGISTRY: TrustRegistry = {
  version: 6,
  owners: ["ml-platform"],
  principals: [
    {
      id: "ada",
      github: "ada-l",
      roles: [],
      keys: [
        key("ada-1", { state: "revoked", reason: "laptop stolen" }),
        key("ada-2027", { state: "active" }),
      ],
    },
  ],
  commits: { promotion: [], registration: [], policy: [], trust: [] },
  manifestSignature: "optional",
  revoked: { datasets: [{ digest: DATA, reason: "shifted", lifted: "it was not" }], trainerCode: [] },
  digest: digestOf("trust"),
};

test("a key is told by its state and fingerprint first, none wider than a terminal, then by what it may sign and why it ended", () => {
  const lines = trustLines(REGISTRY);
  expect(lines).toEqual([
    "trust.yaml version 6, owned by ml-platform; signatures of manifests are optional.",
    "ada (ada-l on GitHub)",
    `  ada-1  revoked  ${SSH}`,
    "    policy-owner, release-manager, model-signer",
    "    revoked: laptop stolen",
    `  ada-2027  active  ${SSH}`,
    "    policy-owner, release-manager, model-signer",
    `revoked dataset ${DATA}: shifted (lifted: it was not)`,
  ]);
  expect(lines.slice(1, -1).filter((line) => line.length > 80)).toEqual([]);
});
