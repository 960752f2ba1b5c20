import { environmentState, type Ledger, slotOf, stateOf } from "../../domain/ledger.ts";
import type { State } from "../../domain/lifecycle.ts";

/** A version, in one environment or (null) wherever it is nearest to users. */
export interface Holder {
  readonly model: string;
  readonly version: string;
  readonly environment: string | null;
}

/** From this position of the line on the holder is so, without a break; not held: a slot that is switched off. */
interface Step {
  readonly position: number;
  readonly since: string;
  readonly state: State;
  readonly held: boolean;
}

/** A revision of the ledger on the audited line. */
export interface SeenRevision {
  readonly position: number;
  /** When it took effect (ISO-8601 UTC): the later of decision and commit. */
  readonly effective: string;
  readonly before: Ledger;
  readonly after: Ledger;
  /** The models that it changed. */
  readonly models: readonly string[];
}

/** `unknown`: it began before the walk did, or the ledger could not be read in between. */
export type Since = Readonly<Partial<Record<State, string>>> | "unknown";

/**
 * Since when each version holds its state without a break, collected while a history is walked once: what
 * `usecases/gate/history.ts` finds by walking backwards for one version. Grows with transitions, not with versions.
 */
export class HeldSince {
  readonly #steps = new Map<string, Step[]>();
  /** The first transition of each model: a version that none has moved is as it was since then. */
  readonly #first = new Map<string, { readonly position: number; readonly effective: string }>();
  #complete: boolean;
  #broken = -1;

  /** `complete`: the walk begins before the ledger does. */
  constructor(complete: boolean) {
    this.#complete = complete;
  }

  record(seen: SeenRevision): void {
    const { position, effective, models } = seen;
    for (const model of models) if (!this.#first.has(model)) this.#first.set(model, { position, effective });
    for (const holder of touched(seen)) this.#step(holder, seen);
  }

  /** The ledger was deleted or is unreadable at this position: what went before cannot be counted on. */
  interrupt(position: number): void {
    this.#broken = position;
    this.#complete = false;
  }

  /** For a base commit at a position of the line. */
  at(position: number, ledger: Ledger, holder: Holder): Since {
    const state = stateOf(ledger, holder.model, holder);
    const last = this.#steps.get(keyOf(holder))?.findLast((step) => step.position <= position);
    if (last && last.position > this.#broken) return last.held ? { [last.state]: last.since } : {};
    if (!this.#complete) return "unknown";
    const first = this.#first.get(holder.model);
    return first && first.position <= position ? { [state]: first.effective } : {};
  }

  #step(holder: Holder, { position, effective, before, after }: SeenRevision): void {
    const [was, is] = [standing(before, holder), standing(after, holder)];
    if (was.state === is.state && was.held === is.held) return;
    const key = keyOf(holder);
    const steps = this.#steps.get(key) ?? [];
    steps.push({ position, since: effective, ...is });
    this.#steps.set(key, steps);
  }
}

function standing(ledger: Ledger, { model, version, environment }: Holder): Pick<Step, "state" | "held"> {
  const here = environmentState(ledger, model, environment ?? "");
  const slot = slotOf(here, version);
  const held = slot === undefined || here.slots[slot]?.serving === true;
  return { state: stateOf(ledger, model, { version, environment }), held };
}

/** Versions that a revision can have moved: whoever is in a slot before or after it, or newly retired or revoked. */
function* touched({ before, after, models }: SeenRevision): Generator<Holder> {
  for (const model of models) {
    const states = [before, after].flatMap((ledger) => {
      const state = Object.hasOwn(ledger.models, model) ? ledger.models[model] : undefined;
      return state ? [state] : [];
    });
    const environments = new Set(states.flatMap((state) => Object.keys(state.environments)));
    for (const version of movedVersions(states)) {
      yield { model, version, environment: null };
      for (const environment of environments) yield { model, version, environment };
    }
  }
}

function movedVersions(states: readonly Ledger["models"][string][]): ReadonlySet<string> {
  const inSlots = states.flatMap(({ environments }) =>
    Object.values(environments).flatMap(({ slots }) => Object.values(slots).map(({ version }) => version)),
  );
  const [was, is] = [states[0], states.at(-1)];
  const ended = [...Object.keys(is?.retired ?? {}), ...Object.keys(is?.revoked ?? {})].filter(
    (version) =>
      !was || was === is || !(Object.hasOwn(was.retired, version) || Object.hasOwn(was.revoked, version)),
  );
  const revokedNow = Object.keys(is?.revoked ?? {}).filter(
    (version) => was && !Object.hasOwn(was.revoked, version),
  );
  return new Set([...inSlots, ...ended, ...revokedNow]);
}

function keyOf({ model, version, environment }: Holder): string {
  return `${model}\0${version}\0${environment ?? ""}`;
}
