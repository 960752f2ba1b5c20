import type { RequestedMove } from "../domain/request-text.ts";
import { environmentState, type Ledger, modelState, type Slot } from "../domain/ledger.ts";
import { SLOT_EVENT, type SlotName, SLOTS } from "../domain/lifecycle.ts";
import { isModelId, isVersion } from "../domain/model-ref.ts";

/** The command that proposes a transition, for example `modelgate promote m@1.1.0 --to CANARY --env prod --phase 5%`. */
export function commandFor({ event, model, version, environment, phase }: RequestedMove): string {
  const slot = SLOTS.find((each) => SLOT_EVENT[each] === event);
  const ref = `${model}@${version}`;
  const here = environment === null ? "" : ` --env ${environment}`;
  if (slot) return `modelgate promote ${ref} --to ${slot}${here}${phase === null ? "" : ` --phase ${phase}`}`;
  if (event === "REGISTER") return `modelgate register models/${model}/${version}`;
  if (event === "ROLLBACK") return `modelgate rollback ${model}${here} --to ${version} --reason "…"`;
  return `modelgate ${event.toLowerCase()} ${ref}${here} --reason "…"`;
}

/**
 * The commands that would do what an edited `deployed.json` wants, as far as it can be told. `edited` is any JSON value:
 * whatever does not look like a ledger is left out. Names are checked, so that a command is safe to copy.
 */
export function commandsBehind(base: Ledger, edited: unknown): readonly string[] {
  const models = Object.entries(record(record(edited)["models"])).filter(([id]) => isModelId(id));
  const wanted = models.flatMap(([model, state]) => [
    ...Object.entries(record(record(state)["environments"]))
      .filter(([name]) => /^[a-z0-9-]{1,32}$/.test(name))
      .flatMap(([environment, after]) =>
        SLOTS.flatMap((slot) => slotCommands(base, { model, environment, slot }, record(after))),
      ),
    ...endings(base, model, record(state)),
  ]);
  return wanted.map(commandFor);
}

function slotCommands(
  base: Ledger,
  at: { model: string; environment: string; slot: SlotName },
  after: Readonly<Record<string, unknown>>,
): RequestedMove[] {
  const { model, environment, slot } = at;
  const before = environmentState(base, model, environment);
  const held = record(record(after["slots"])[slot]);
  const version = held["version"];
  if (version === undefined) return emptied(before.slots[slot], at, after["slots"]);
  if (typeof version !== "string" || !isVersion(version)) return [];
  const phase = phaseOf(held);
  const asked = { model, version, environment };
  const now = before.slots[slot];
  if (now?.version === version && now.phase === (phase ?? undefined)) return switched(now, held, asked);
  const back = slot === "PRODUCTION" && before.rollback_targets.some((target) => target.version === version);
  const event = back ? "ROLLBACK" : SLOT_EVENT[slot];
  return [{ ...asked, event, phase: event === "PROMOTE_TO_CANARY" ? phase : null }];
}

function phaseOf({ phase }: { readonly phase?: unknown }): string | null {
  return typeof phase === "string" && /^\d{1,3}%$/.test(phase) ? phase : null;
}

/** To take a version out of its slot is to turn it off, unless it has only moved to another one. */
function emptied(
  was: Slot | undefined,
  { model, environment }: { model: string; environment: string },
  slots: unknown,
): RequestedMove[] {
  if (!was?.serving || record(slots) !== slots) return [];
  if (Object.values(slots).some((held) => record(held)["version"] === was.version)) return [];
  return [{ event: "DISABLE", model, version: was.version, environment, phase: null }];
}

function switched(
  now: Slot,
  held: Readonly<Record<string, unknown>>,
  asked: { model: string; version: string; environment: string },
): RequestedMove[] {
  if (typeof held["serving"] !== "boolean" || held["serving"] === now.serving) return [];
  return [{ ...asked, event: now.serving ? "DISABLE" : "ENABLE", phase: null }];
}

function endings(base: Ledger, model: string, after: Readonly<Record<string, unknown>>): RequestedMove[] {
  const before = modelState(base, model);
  return (["retired", "revoked"] as const).flatMap((end) =>
    Object.keys(record(after[end]))
      .filter((version) => isVersion(version) && !Object.hasOwn(before[end], version))
      .map((version) => ({
        event: end === "retired" ? ("RETIRE" as const) : ("REVOKE" as const),
        model,
        version,
        environment: null,
        phase: null,
      })),
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
