/**
 * Fields of what a promotion brings that bind nothing by themselves, and why. Each is still covered by the digest of its
 * file, which the pack lists, by the digest of the pack, which the transition names, and by the signature of the commit.
 * Whoever can make all of these anew could have written the field in the first place.
 */
const TELLS = "told to people; no rule reads it";
const MACHINE =
  "told to people; where numbers of machines are compared, the verdict holds the machine, and is derived again";
const VOUCHED =
  "who asked and why, in their own words; who approved and who committed is proved by keys and the forge";

export const UNBOUND: Readonly<Record<string, string>> = {
  "evidence run_id":
    "one measurement may serve several runs; the pack and the verdict are bound to their own",
  "evidence inputs/*/name":
    "what was read, for people; the manifest's digest binds every file of the version",
  "evidence inputs/*/digest":
    "what was read, for people; the manifest's digest binds every file of the version",
  "evidence seed": "lets somebody else repeat the run; another seed gives other evidence",
  "evidence details": TELLS,
  "evidence compared/*/output": "told to people, unless a policy gives that output a rule of its own",
  "evidence compared/*/elements": TELLS,
  "evidence compared/*/extremes/*/*": "read by the back-test of a change of policies, which decides nothing",
  "evidence measurements/*/note":
    "told to people where a number was measured, and in the verdict where it misses its limit; judged where it was not",
  "evidence measurements/*/reason": "told to people where a number was measured; judged where it was not",
  "evidence runner/cpu_model": MACHINE,
  "evidence runner/cores": MACHINE,
  "evidence runner/os": MACHINE,
  "evidence runner/arch": MACHINE,
  "evidence runner/node": MACHINE,
  "evidence runner/engine/version": "told to people; the engine's digest is bound",
  "evidence runner/engine/threads": "told to people; the engine's digest is bound",
  "evidence runner/engine/optimization_level": "told to people; the engine's digest is bound",
  "deployed models/*/transition/reason": VOUCHED,
  "deployed models/*/transition/requested_by": VOUCHED,
};

/** Those of evidence that the check measures again and compares, so that it notices what no binding does. */
export const REMEASURED: ReadonlySet<string> = new Set([
  "evidence compared/*/output",
  "evidence compared/*/elements",
  "evidence compared/*/extremes/*/*",
  "evidence inputs/*/name",
  "evidence inputs/*/digest",
  "evidence details",
  "evidence measurements/*/note",
  "evidence measurements/*/reason",
]);
