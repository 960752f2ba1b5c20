import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditScene, auditScene } from "../../support/audit-scene.ts";
import { codesOf } from "../../support/check-scene.ts";

/**
 * Attack 21: tree objects that no git writes and every git reads, so that what is in a folder is there for whoever checks it
 * out and not for whoever compares. Nobody signs these commits: a change of nothing governed needs no signature.
 */
let scene: AuditScene;
beforeAll(async () => {
  scene = await auditScene();
  scene.git("config", "commit.gpgsign", "false");
});
afterAll(() => scene[Symbol.dispose]());

interface Entry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

function entriesOf(tree: string): Entry[] {
  return scene
    .git("ls-tree", tree)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [mode = "", , rest = ""] = line.split(" ");
      const [id = "", name = ""] = rest.split("\t");
      return { mode: mode.replace(/^0/, ""), name, id };
    });
}

/** Stores a tree, in the order that is given, whatever git thinks of it. */
function storeTree(entries: readonly Entry[]): string {
  const bytes = entries.flatMap(({ mode, name, id }) => [
    Buffer.from(`${mode} ${name}\0`),
    Buffer.from(id, "hex"),
  ]);
  return scene.plumb(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], {
    input: Buffer.concat(bytes),
  });
}

/** A commit on main whose root tree is that of a branch, with one entry written in another way. */
function bent(change: () => void, bend: (entries: readonly Entry[]) => readonly Entry[]): string {
  const honest = scene.aside(change);
  const tree = storeTree(bend(entriesOf(`${honest}^{tree}`)));
  return scene.git("commit-tree", tree, "-p", "main", "-m", "odd");
}

const padded = (name: string) => (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.name === name ? { ...entry, mode: `0${entry.mode}` } : entry));
const committing = (path: string) => (): void => void scene.commit({ [path]: "x\n" }, "odd");

describe("a folder whose mode is written with a zero before it", () => {
  it.each([
    [".github", ".github/workflows/release.yml"],
    ["schemas", "schemas/x.schema.json"],
    ["evidence", "evidence/flight-delay/1.0.0/x/pack.json"],
  ])(
    "is one to git: %s is seen through by the check, and the audit takes no such tree",
    async (folder, path) => {
      const head = bent(committing(path), padded(folder));
      expect(scene.git("ls-tree", "-r", "--name-only", head).split("\n")).toContain(path);
      expect((await scene.check.check("main", head)).kind).not.toBe("other");
      expect(await scene.lastOf(head)).toBe("FAIL GIT_OBJECT_CORRUPT");
    },
  );

  it("is one to git: models is seen through by the check, and the audit takes no such tree", async () => {
    scene.git("checkout", "-q", "--orphan", "bare");
    scene.git("rm", "-q", "-r", "--cached", "models");
    scene.git("commit", "-q", "-m", "no models yet");
    const base = scene.git("rev-parse", "HEAD");
    scene.git("checkout", "-q", "-f", "main");
    const tree = storeTree(padded("models")(entriesOf("main^{tree}")));
    const head = scene.git("commit-tree", tree, "-p", base, "-m", "models");
    expect(codesOf(await scene.check.check(base, head))).not.toEqual([]);
    expect(await scene.lastOf(head)).toBe("FAIL GIT_OBJECT_CORRUPT");
  });
});

describe("a tree", () => {
  it.each<[string, (entries: readonly Entry[]) => readonly Entry[]]>([
    ["that is not sorted", (entries) => entries.toReversed()],
    [
      "with a name twice",
      (entries) => entries.flatMap((entry) => (entry.name === "policies" ? [entry, entry] : [entry])),
    ],
    ["with an empty name", (entries) => [{ ...entries[0]!, name: "" }, ...entries]],
    [
      "with an unknown mode",
      (entries) => entries.map((one) => (one.name === "policies" ? { ...one, mode: "50000" } : one)),
    ],
  ])("%s is refused by the audit", async (_, bend) => {
    const head = bent(committing("policies/gates/notes.md"), bend);
    expect(await scene.lastOf(head)).toBe("FAIL GIT_OBJECT_CORRUPT");
  });
});
