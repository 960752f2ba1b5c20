import { beforeEach, describe, expect, it } from "vitest";
import { keyObjectSigner } from "../../../../src/adapters/signing/key-object.ts";
import { audit } from "../../../../src/usecases/audit/audit.ts";
import { shippedSources } from "../../../support/judging.ts";
import { auditedInMemory, auditInMemory, gist, gitOf } from "../../../support/memory-audit.ts";
import { recordedProgress } from "../../../support/parity-run.ts";
import { sideJudges } from "../../../support/side-judges.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import {
  FIXED_KEY,
  SyntheticHistory,
  type SyntheticOptions,
  trustOf,
} from "../../../support/synthetic-history.ts";

// Each audit here is one in order that those in stretches have to agree with (`auditBothWays`).

const VERSIONS = [
  { id: "m", version: "1.0.0" },
  { id: "n", version: "1.0.0" },
];
const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;
const OTHER = { event: "PROMOTE_TO_SHADOW", model: "n", version: "1.0.0" } as const;
const CANARY = { event: "PROMOTE_TO_CANARY", model: "m", version: "1.0.0", phase: "5%" } as const;
const GATE = "policies/gates/shadow.yaml";
const TRUST = "policies/trust.yaml";

let history: SyntheticHistory;

function begin(more: Partial<SyntheticOptions> = {}): void {
  history = new SyntheticHistory({ policies: SMALL_POLICIES, versions: VERSIONS, trust: null, ...more });
}

function plainCommit(text: string): void {
  history.tree.write("README.md", text);
  history.commit();
}

/** The tree as it is, with its bytes changed, in the next commit. */
async function commitEdited(edit: (bytes: Buffer) => Buffer): Promise<void> {
  const tree = await history.objects.object(history.tree.tree());
  const edited = history.objects.add("tree", edit(Buffer.from(tree?.bytes ?? [])));
  const { seconds } = history;
  const text = { parents: [history.head], message: "edited\n", seconds, signWith: null };
  history.head = history.objects.commit(edited, text);
}

async function gists(): Promise<readonly string[]> {
  return (await auditInMemory(history)).commits.map(gist);
}

describe("what an audit in stretches carries from one to the next", () => {
  it("are the versions of policies, and none of trust.yaml", async () => {
    begin({ trust: trustOf(FIXED_KEY) });
    history.promote(SHADOW);
    history.tree.write(TRUST, trustOf(history.key, 2));
    history.commit();
    history.promote(CANARY);
    const [root] = history.objects.commits;
    for (const question of [{}, { from: root ?? "" }]) {
      const made = await (await auditedInMemory(history, question)).checkpoint(keyObjectSigner(history.key));
      expect(made?.policy_versions).not.toHaveProperty([TRUST]);
      expect(made?.policy_versions).toMatchObject({ shadow: 1, [GATE]: 1 });
    }
  });

  it("is the commit that brought the first trust.yaml, also when a checkpoint does not know it", async () => {
    begin({ trust: trustOf(FIXED_KEY) });
    plainCommit("1");
    const signer = keyObjectSigner(history.key);
    const made = await (await auditedInMemory(history)).checkpoint(signer);
    if (!made) throw new Error("There is no checkpoint.");
    const { checkpointPayload } = await import("../../../../src/ledger/audit/checkpoint.ts");
    const without = { ...made, trust_root: null };
    const blob = await signer.sign(checkpointPayload(without), "checkpoint@modelgate");
    plainCommit("2");
    history.tree.write(TRUST, trustOf(history.key, 2));
    const grown = history.commit();
    plainCommit("3");
    const checkpoint = { ...without, signature: Buffer.from(blob).toString("base64") };
    expect((await auditInMemory(history, { checkpoint })).trust?.root).toBe(grown);
  });
});

describe("a policy that came in a mixture", () => {
  it("has had its version all the same", async () => {
    begin();
    const text = await history.text(GATE);
    history.tree.write(GATE, text.replace("version: 1", "version: 9"));
    history.tree.write("evidence/more.txt", "more");
    history.commit();
    plainCommit("1");
    plainCommit("2");
    history.tree.write(GATE, text.replace("version: 1", "version: 4"));
    history.commit();
    expect(await gists()).toEqual([
      "PASS",
      "FAIL CHECK_MIXTURE CHECK_PACK_FOREIGN",
      "PASS",
      "PASS",
      "FAIL POLICY_ROLLBACK",
    ]);
  });
});

describe("a commit that cannot be read", () => {
  beforeEach(() => {
    begin();
    history.promote(SHADOW);
  });

  /** Out of order behind whatever the tree holds. */
  function unsorted(bytes: Buffer): Buffer {
    const id = history.objects.add("blob", "x");
    return Buffer.concat([bytes, Buffer.from("100644 aaa\0"), Buffer.from(id, "hex")]);
  }

  it("hides no change of deployed.json from those after it", async () => {
    const lawful = await history.text("deployed.json");
    history.tree.write("deployed.json", "{}\n");
    await commitEdited(unsorted);
    plainCommit("1");
    plainCommit("2");
    const { digestOf } = await import("../../../../src/domain/digest.ts");
    expect((await auditInMemory(history)).ledger_digest).toBe(digestOf("{}\n"));
    history.promote(OTHER);
    expect((await gists()).at(-1)).toBe("FAIL AUDIT_LEDGER_UNLAWFUL");
    history.tree.write("deployed.json", lawful);
    history.commit();
    expect((await gists()).at(-1)).toBe("WARN AUDIT_LEDGER_RESTORED");
  });

  it("is no break where deployed.json stayed as it was", async () => {
    history.tree.write("src/train.py", "print()\n");
    await commitEdited((bytes) => {
      const at = bytes.indexOf("40000 src\0") + "40000 src\0".length;
      const folder = history.objects.add("tree", unsorted(unsorted(Buffer.alloc(0))));
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(folder, "hex"), bytes.subarray(at + 20)]);
    });
    plainCommit("1");
    history.promote(CANARY);
    expect(await gists()).toEqual([
      "PASS",
      "PASS",
      "FAIL GIT_OBJECT_CORRUPT",
      "FAIL GIT_OBJECT_CORRUPT",
      "PASS",
    ]);
  });
});

describe("what was read of policies before", () => {
  it("does not stand for a submodule that has the id of their folder", async () => {
    begin({ policies: shippedSources() });
    history.promote(SHADOW);
    const linked = (bytes: Buffer): Buffer => {
      const at = bytes.indexOf("40000 policies\0");
      return Buffer.concat([bytes.subarray(0, at), Buffer.from("160000"), bytes.subarray(at + 5)]);
    };
    await commitEdited(linked);
    history.decide({ event: "RETIRE", model: "n", version: "1.0.0", environment: null });
    await commitEdited(linked);
    // A way out rests on the policies before; a verdict that knows nothing of the submodule is another one.
    expect(await gists()).toEqual(["PASS", "PASS", "FAIL CHECK_PATH_HOSTILE", "FAIL CHECK_VERDICT_MISMATCH"]);
  });

  it("is no refusal for what deployed.json was beside them", async () => {
    begin();
    const lawful = await history.text("deployed.json");
    history.tree.write("deployed.json", "{}\n");
    const broken = history.commit();
    history.tree.write("deployed.json", lawful);
    history.commit();
    const waivers = "apiVersion: modelgate/v1\nkind: Waivers\nwaivers: []\n";
    history.tree.write("policies/waivers.yaml", waivers);
    const head = history.commit();
    history.head = broken;
    history.decide(SHADOW);
    history.head = head;
    history.commit("on a base that is none\n");
    history.tree.write("policies/waivers.yaml", null);
    history.commit();
    history.promote(OTHER);
    const [, ...found] = (await gists()).map((one) => one.split(" ").slice(0, 2).join(" "));
    expect(found).toEqual([
      "FAIL DOCUMENT_KEY_MISSING",
      "WARN AUDIT_LEDGER_RESTORED",
      "PASS",
      "FAIL DOCUMENT_KEY_MISSING",
      "PASS",
      "PASS",
    ]);
  });
});

describe("an audit from the first commit on", () => {
  it("counts how long a version held its state from what that commit holds", async () => {
    begin();
    history.promote(SHADOW);
    const tree = history.tree.tree();
    for (const commit of history.objects.commits.toReversed()) history.objects.forget(commit);
    const text = { parents: [], message: "import\n", seconds: history.seconds, signWith: null };
    history.head = history.objects.commit(tree, text);
    history.promote(OTHER);
    history.promote(CANARY);
    const report = await auditInMemory(history, { from: history.objects.commits[0] ?? "" });
    expect(report.commits.map(gist)).toEqual(["PASS", "PASS", "PASS"]);
  });
});

describe("an audit that is broken off", () => {
  it("does not wait for those who help", async () => {
    begin();
    for (const text of ["1", "2", "3", "4"]) plainCommit(text);
    const controller = new AbortController();
    const git = gitOf(history);
    const judges = {
      ...sideJudges(git, 1),
      open: () => ({
        judge: () => {
          setImmediate(() => controller.abort());
          return new Promise<never>(() => undefined);
        },
        close: () => undefined,
      }),
    };
    const audited = audit({ git, progress: recordedProgress(), judges }, { signal: controller.signal });
    await expect(audited).rejects.toThrow("aborted");
  });
});
