import { beforeEach, describe, expect, it } from "vitest";
import { auditInMemory, gist, lastOf } from "../../../support/memory-audit.ts";
import { signatureHeader } from "../../../support/object-writer.ts";
import { SMALL_POLICIES } from "../../../support/small-policies.ts";
import { FIXED_KEY, SyntheticHistory } from "../../../support/synthetic-history.ts";

const SHADOW = { event: "PROMOTE_TO_SHADOW", model: "m", version: "1.0.0" } as const;
const ELSEWHERE = Buffer.from("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\nanother commit\n");

let history: SyntheticHistory;

beforeEach(() => {
  history = new SyntheticHistory({ versions: [{ id: "m", version: "1.0.0" }], policies: SMALL_POLICIES });
});

/** One character of the armor of a signature is another; what is left is well-formed base64. */
function bent(header: string): string {
  const [at, was] = [header.length - 60, header.at(-60)];
  return `${header.slice(0, at)}${was === "A" ? "B" : "A"}${header.slice(at + 1)}`;
}

describe("a signature by a trusted key, on a commit that promotes", () => {
  it.each([
    ["over another commit", signatureHeader(ELSEWHERE, FIXED_KEY)],
    ["over another commit, and bent", bent(signatureHeader(ELSEWHERE, FIXED_KEY))],
  ])("is none when it is %s", async (_how, extra) => {
    history.decide(SHADOW);
    history.commit("promote\n", null, { extra });
    const last = lastOf(await auditInMemory(history));
    expect(gist(last)).toBe("FAIL SIGNATURE_WRONG");
    expect(last.signer).toBeNull();
  });

  it("is none when it was made for another purpose", async () => {
    history.decide(SHADOW);
    history.commit("promote\n", null, { extra: signatureHeader(ELSEWHERE, history.key, "file") });
    expect(gist(lastOf(await auditInMemory(history)))).toBe("FAIL SIGNATURE_NAMESPACE_WRONG");
  });

  it("is told and decides nothing where nothing governed changes", async () => {
    history.tree.write("README.md", "more\n");
    history.commit("readme\n", null, { extra: signatureHeader(ELSEWHERE, history.key) });
    expect(gist(lastOf(await auditInMemory(history)))).toBe("WARN SIGNATURE_WRONG");
  });

  it("hides nothing when it is the last of many: each is proven on its own", async () => {
    const bad: string[] = [];
    for (let at = 0; at < 80; at += 1) {
      history.tree.write("policies/notes.txt", `${at}\n`);
      if (at % 9 !== 4) history.commit(`note ${at}\n`);
      else bad.push(history.commit(`note ${at}\n`, null, { extra: signatureHeader(ELSEWHERE, history.key) }));
    }
    const { commits } = await auditInMemory(history);
    const wrong = commits.filter(({ reasons }) => reasons.some(({ code }) => code === "SIGNATURE_WRONG"));
    expect(wrong.map(({ commit }) => commit)).toEqual(bad);
    expect(commits.filter(({ signer }) => signer === null).map(({ commit }) => commit)).toEqual([
      commits[0]?.commit,
      ...bad,
    ]);
  });
});
