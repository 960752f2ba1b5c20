import { formatJson } from "../../domain/document/format.ts";
import type { Verdict } from "../../domain/verdict.ts";

/** What modelgate says in its own words, and may say better in a later version. What a policy says is none of it. */
const WORDED = ["says", "fix", "title"] as const;

type Worded = Readonly<Partial<Record<(typeof WORDED)[number], string>>>;

/**
 * Whether a stored verdict is what judging again comes to but for sentences: byte for byte the same once the new one says
 * the same things in the stored one's words. `bytes`: of the stored one, which `told` was read from.
 */
export function isReworded(bytes: Uint8Array, told: Verdict, again: Verdict): boolean {
  return Buffer.from(formatJson(inTheWordsOf(told, again))).equals(bytes);
}

function inTheWordsOf(told: Verdict, again: Verdict): Verdict {
  const policies = again.policies.map((policy, at) => ({
    ...policy,
    objectives: eachInWordsOf(told.policies[at]?.objectives, policy.objectives),
    requirements: eachInWordsOf(told.policies[at]?.requirements, policy.requirements),
  }));
  const refusals = eachInWordsOf(told.refusals, again.refusals);
  const broken = again.broken && { broken: eachInWordsOf(told.broken, again.broken) };
  return { ...again, ...broken, policies, refusals };
}

/** By their places: what stands elsewhere, or is missing, differs in more than words. */
function eachInWordsOf<T extends Worded>(told: readonly T[] = [], again: readonly T[]): readonly T[] {
  return again.map((one, at) => {
    const words = WORDED.flatMap((key) => {
      const word = told[at]?.[key];
      return word !== undefined && one[key] !== undefined ? [[key, word] as const] : [];
    });
    return { ...one, ...Object.fromEntries(words) };
  });
}
