import { type Ledger, modelState } from "../domain/ledger.ts";
import { type SlotName, SLOTS } from "../domain/lifecycle.ts";
import type { ModelRef } from "../domain/model-ref.ts";
import { commandFor } from "./command.ts";

/** A slot that a version holds, and the command that takes it out of service; null when it serves nobody already. */
export interface Exposure {
  readonly environment: string;
  readonly slot: SlotName;
  readonly serving: boolean;
  readonly command: string | null;
}

/** Where it serves, or could be switched on; production goes back to the newest target that is in no doubt. */
export function exposuresOf(
  ledger: Ledger,
  ref: ModelRef,
  isGood: (ref: ModelRef) => boolean,
): readonly Exposure[] {
  const { environments } = modelState(ledger, ref.id);
  return Object.entries(environments).flatMap(([environment, { slots, rollback_targets: targets }]) =>
    SLOTS.flatMap((slot) => {
      const held = slots[slot];
      if (held?.version !== ref.version) return [];
      const back =
        slot === "PRODUCTION" ? targets.find(({ version }) => isGood({ id: ref.id, version })) : undefined;
      const asked = { model: ref.id, environment, phase: null };
      const command = back
        ? commandFor({ ...asked, event: "ROLLBACK", version: back.version })
        : commandFor({ ...asked, event: "DISABLE", version: ref.version });
      return [{ environment, slot, serving: held.serving, command: held.serving ? command : null }];
    }),
  );
}

/** Environments in which a version is a rollback target. */
export function targetIn(ledger: Ledger, ref: ModelRef): readonly string[] {
  return Object.entries(modelState(ledger, ref.id).environments)
    .filter(([, state]) => state.rollback_targets.some(({ version }) => version === ref.version))
    .map(([environment]) => environment);
}
