import { signatureHeader } from "../../tests/support/object-writer.ts";
import { FIXED_KEY, newKey, SyntheticHistory } from "../../tests/support/synthetic-history.ts";
import { repositoryOf, type SignedRepository } from "../../tests/support/synthetic-repository.ts";

const MODELS = 10;

/**
 * Adoption, and then so many transitions, each gated, with its own evidence pack, in a commit signed by an Ed25519 key:
 * ten models through SHADOW, two canary phases, and then production or the kill switch.
 */
export function longHistory(folder: string, transitions: number): SignedRepository {
  const rounds = Math.ceil(transitions / MODELS / 4);
  const versions = Array.from({ length: rounds }, (_, round) => `1.${round}.0`);
  const models = Array.from({ length: MODELS }, (_, n) => `model-${n}`);
  const history = new SyntheticHistory({
    versions: models.flatMap((id) => versions.map((version) => ({ id, version }))),
  });
  let left = transitions;
  for (const [round, version] of versions.entries()) {
    for (const model of models) {
      for (const step of stepsOf(round)) {
        if (left > 0) history.promote({ model, version, ...step });
        left -= 1;
      }
    }
  }
  return repositoryOf(folder, history, history.objects.commits);
}

function stepsOf(round: number) {
  const last = round % 20 === 19 ? "PROMOTE_TO_PRODUCTION" : "DISABLE";
  return [
    { event: "PROMOTE_TO_SHADOW" },
    { event: "PROMOTE_TO_CANARY", phase: "5%" },
    { event: "PROMOTE_TO_CANARY", phase: "50%" },
    { event: last },
  ] as const;
}

const ADA = "Ada <ada@example.org> 1700000000 +0000";

/** Good commits, and beside them what git and the audit must both find no good signature on. */
export function tamperedHistory(folder: string): SignedRepository {
  const history = new SyntheticHistory({ versions: [{ id: "model-0", version: "1.0.0" }] });
  const commits = [history.head];
  const plain = (text: string): string =>
    [
      `tree ${history.tree.tree()}`,
      `parent ${history.head}`,
      `author ${ADA}`,
      `committer ${ADA}`,
      "",
      text,
      "",
    ].join("\n");
  const signed = (text: string, header: string): string => plain(text).replace("\n\n", `\n${header}\n`);
  const land = (text: string, make: ((text: string) => string) | null): void => {
    history.tree.write("NOTES.md", `${text}\n`);
    if (make) history.head = history.objects.add("commit", make(text));
    else history.commit(`${text}\n`);
    commits.push(history.head);
  };
  land("good", null);
  land("not signed", plain);
  land("edited after it was signed", (text) =>
    signed(text, signatureHeader(Buffer.from(plain("something else")), FIXED_KEY)),
  );
  land("good again", null);
  land("by an unknown key", (text) => signed(text, signatureHeader(Buffer.from(plain(text)), newKey())));
  land("signed for something else", (text) =>
    signed(text, signatureHeader(Buffer.from(plain(text)), FIXED_KEY, "file")),
  );
  land("good to the end", null);
  return repositoryOf(folder, history, commits);
}
