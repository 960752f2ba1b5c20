import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { keyObjectSigner } from "../../../src/adapters/signing/key-object.ts";
import { type CommitObject, parseCommitObject } from "../../../src/trust/commit.ts";
import { armor, dearmor } from "../../../src/trust/ssh/sshsig.ts";
import { BOUNDED, edited, edits, latin1, outcome } from "../../support/fuzz.ts";
import { utf8 } from "../../support/problems.ts";
import { commitId } from "../../support/raw-commits.ts";

let blob: Buffer;
beforeAll(async () => {
  const signer = keyObjectSigner(generateKeyPairSync("ed25519").privateKey);
  blob = Buffer.from(await signer.sign(utf8("What is signed.\n"), "git"));
});

describe("Commit objects", () => {
  const TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  const PERSON = "Ada <ada@example.org> 1700000000 +0100";
  const good = (blob: Buffer): Buffer => {
    const armored = armor(blob).trimEnd().replaceAll("\n", "\n ");
    return Buffer.from(
      `tree ${TREE}\nparent ${TREE}\nauthor ${PERSON}\ncommitter ${PERSON}\ngpgsig ${armored}\n\nWhat is signed.\n`,
    );
  };
  const parse = (raw: Buffer) => parseCommitObject(commitId(raw.toString("latin1")), raw);

  test("bytes at random are refused", () => {
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom(
          `tree ${TREE}`,
          `parent ${TREE}`,
          `author ${PERSON}`,
          `committer ${PERSON}`,
          "",
          " ",
          "gpgsig x",
        ),
        latin1(40),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, (drawn) => {
        const raw = Buffer.from(drawn.join("\n"), "latin1");
        const read = outcome(() => parse(raw));
        const shaped =
          /^tree [^\n]*\n(?:parent [^\n]*\n)*author [^\n]*\ncommitter [^\n]*\n(?:encoding [^\n]*\n)?\n/;
        const isWhole = "value" in read && Buffer.from(read.value.payload).equals(raw);
        expect("code" in read || (isWhole && shaped.test(raw.toString("latin1")))).toBe(true);
      }),
      BOUNDED,
    );
  });

  test("a signed commit, edited in any way, is refused, or says something else under the id of its own", () => {
    const raw = good(blob);
    const { payload } = parse(raw);
    const holds = ({ signature }: CommitObject): boolean => {
      const held = signature && outcome(() => dearmor(signature.armored));
      return held !== null && "value" in held && held.value.equals(blob);
    };
    fc.assert(
      fc.property(edits, (by) => {
        const bent = edited(raw, by);
        const read = outcome(() => parse(bent));
        // The signature can be whole only when the edit changed what it is over.
        const same = "value" in read && holds(read.value) && Buffer.from(read.value.payload).equals(payload);
        expect(same).toBe(bent.equals(raw));
      }),
      BOUNDED,
    );
  });

  test("one payload and one signature give one commit", () => {
    const raw = good(blob);
    const { payload, signature } = parse(raw);
    const text = Buffer.from(payload).toString("latin1");
    const armored = Buffer.from(signature?.armored ?? []).toString("latin1");
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom("\n ", "\n", " ", "\r\n ", "\t"),
        fc.boolean(),
        (at, glue, twice) => {
          const header = `gpgsig ${armored.trimEnd().replaceAll("\n", glue)}\n`;
          const place = at % (text.length + 1);
          const bent = Buffer.from(
            text.slice(0, place) + header + (twice ? header : "") + text.slice(place),
            "latin1",
          );
          const read = outcome(() => parse(bent));
          const same =
            "value" in read &&
            Buffer.from(read.value.payload).equals(payload) &&
            Buffer.from(read.value.signature?.armored ?? []).equals(signature?.armored ?? new Uint8Array());
          expect(same).toBe(bent.equals(raw));
        },
      ),
      BOUNDED,
    );
  });
});
