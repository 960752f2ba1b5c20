import { type EnvironmentState, type ModelState, ownEntry, type Slot } from "../domain/ledger.ts";
import { SLOTS } from "../domain/lifecycle.ts";

const EMPTY: EnvironmentState = { slots: {}, rollback_targets: [] };

/**
 * What a transition does to where the versions of a model are, one sentence a place:
 * `In prod: PRODUCTION 1.0.0 -> 1.1.0; CANARY 1.1.0 (50%) -> empty; rollback targets none -> 1.0.0.`
 */
export function describeEffect(before: ModelState, after: ModelState): readonly string[] {
  const names = new Set([...Object.keys(before.environments), ...Object.keys(after.environments)]);
  return [
    ...[...names].toSorted().flatMap((name) => {
      const state = ({ environments }: ModelState): EnvironmentState => ownEntry(environments, name) ?? EMPTY;
      const changes = changesIn(state(before), state(after));
      return changes.length === 0 ? [] : [`In ${name}: ${changes.join("; ")}.`];
    }),
    ...ended(before.retired, after.retired, "retired"),
    ...ended(before.revoked, after.revoked, "revoked"),
  ];
}

function changesIn(before: EnvironmentState, after: EnvironmentState): readonly string[] {
  return [
    ...SLOTS.toReversed().map((name) => [name, slotText(before.slots[name]), slotText(after.slots[name])]),
    ["rollback targets", targetsText(before), targetsText(after)],
  ].flatMap(([what, from, to]) => (from === to ? [] : [`${what} ${from} -> ${to}`]));
}

/** A slot as people read it: `1.1.0`, `1.1.0 (5%)`, `1.1.0 OFF` when the kill switch is on; `empty`. */
export function slotText(slot: Slot | undefined): string {
  if (!slot) return "empty";
  const phase = slot.phase === undefined ? "" : ` (${slot.phase})`;
  return `${slot.version}${phase}${slot.serving ? "" : " OFF"}`;
}

function targetsText({ rollback_targets: targets }: EnvironmentState): string {
  const shown = targets.slice(0, 3).map(({ version }) => version);
  return `${shown.join(", ") || "none"}${targets.length > shown.length ? " …" : ""}`;
}

function ended(
  before: ModelState["retired"],
  after: ModelState["retired"],
  how: "retired" | "revoked",
): readonly string[] {
  const versions = Object.keys(after).filter((version) => !Object.hasOwn(before, version));
  return versions.map((version) => `${version} is ${how}, everywhere and for ever.`);
}
