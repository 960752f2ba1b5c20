import { lastTransition } from "../../../support/ledgers.ts";
import { beforeEach, describe, expect, it } from "vitest";
import { auditInMemory, gist, lastOf } from "../../../support/memory-audit.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { SyntheticHistory } from "../../../support/synthetic-history.ts";

const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;

let history: SyntheticHistory;

beforeEach(() => {
  history = new SyntheticHistory({ policies: SMALL_POLICIES, versions: [{ id: "m", version: "1.0.0" }] });
});

/** A commit beside the line, with the tree as it is. */
function beside(extra = ""): string {
  const { head, seconds, key: signWith } = history;
  const of = { parents: [head], message: "beside\n", seconds, signWith, extra, aside: true };
  return history.objects.commit(history.tree.tree(), of);
}

async function last(): Promise<string> {
  return gist(lastOf(await auditInMemory(history)));
}

describe("a merge", () => {
  it("is judged by what it changed against its first parent", async () => {
    history.decide(SHADOW);
    const proposal = beside();
    history.commit("merge\n", history.key, { merged: [proposal] });
    expect(await last()).toBe("PASS");
  });

  it("of many branches is judged alike", async () => {
    history.decide(SHADOW);
    const merged = [beside(), beside("encoding x\n"), beside("encoding y\n")];
    history.commit("octopus\n", history.key, { merged });
    expect(await last()).toBe("PASS");
  });

  it("fails when it holds a governed file that none of its parents has", async () => {
    history.decide(SHADOW);
    const proposal = beside();
    const folder = `evidence/m/1.0.0/${lastTransition(history.ledger)?.run_id}`;
    history.tree.write(`${folder}/verdict.json`, "{}\n");
    history.commit("merge\n", history.key, { merged: [proposal] });
    expect(await last()).toBe("FAIL AUDIT_MERGE_EDITED EVIDENCE_DIGEST_MISMATCH");
  });

  it("fails when the models that it registers were changed while merging", async () => {
    history.register("m", "1.1.0");
    history.tree.write("models/m/1.1.0/model.onnx", "reviewed");
    const reviewed = beside();
    history.tree.write("models/m/1.1.0/model.onnx", "another");
    history.commit("merge\n", history.key, { merged: [reviewed] });
    expect(await last()).toBe(
      "FAIL AUDIT_MERGE_EDITED MANIFEST_FILE_HASH_MISMATCH MANIFEST_ARTIFACT_HASH_MISMATCH",
    );
  });

  it("is flagged when it brings what was signed already under another id", async () => {
    history.promote(SHADOW);
    const raw = (await history.objects.object(history.head))?.bytes ?? new Uint8Array();
    const copy = Buffer.from(raw).toString("latin1").replace("\n\n", "\ngpgsig-foo bar\n\n");
    const twin = history.objects.add("commit", Buffer.from(copy, "latin1"));
    history.tree.write("README.md", "x");
    history.commit("merge\n", history.key, { merged: [twin] });
    expect(await last()).toBe("FAIL AUDIT_PAYLOAD_REPEATED");
  });
});
