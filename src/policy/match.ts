import type { LifecycleEvent } from "../domain/lifecycle.ts";
import type { GatePolicy } from "./policy.ts";

const MAX_GLOB = 64;
const MAX_STARS = 4;
const GLOB = /^[a-z0-9._*-]+$/;
const EVERYWHERE: ReadonlySet<LifecycleEvent> = new Set(["REGISTER", "RETIRE", "REVOKE"]);

/** Letters, digits, ".", "_", "-" and up to four "*": nothing that could make a matcher slow. */
export function isModelGlob(text: string): boolean {
  return text.length <= MAX_GLOB && GLOB.test(text) && text.split("*").length - 1 <= MAX_STARS;
}

/** Whether any of the globs covers a model id. A text that is no glob covers nothing. */
export function matchesModel(globs: readonly string[], model: string): boolean {
  if (model.length > MAX_GLOB) return false;
  return globs.some((glob) => isModelGlob(glob) && (glob === "*" || covers(glob, model)));
}

/** A "*" stands for any characters, or for none. */
function covers(glob: string, model: string): boolean {
  const parts = glob.split(/\*+/).map((part) => part.replaceAll(".", String.raw`\.`));
  return new RegExp(`^${parts.join(".*")}$`).test(model);
}

/** REGISTER, RETIRE and REVOKE belong to no environment. */
export function holdsEverywhere(event: LifecycleEvent): boolean {
  return EVERYWHERE.has(event);
}

/** The part of a request that policies match on. */
export interface Matchable {
  readonly event: LifecycleEvent;
  readonly model: string;
  /** Null for events that hold everywhere. */
  readonly environment: string | null;
}

/** Of one set of policies, by what is asked: a long history asks the same again and again. */
const found = new WeakMap<readonly GatePolicy[], Map<string, readonly GatePolicy[]>>();

/** All policies that apply to a request, sorted by name: the same list whenever the same is asked of the same policies. */
export function matchingPolicies(policies: readonly GatePolicy[], request: Matchable): readonly GatePolicy[] {
  const { event, model, environment } = request;
  const asked = JSON.stringify([event, model, environment]);
  const known = found.get(policies) ?? new Map<string, readonly GatePolicy[]>();
  found.set(policies, known);
  const matching = known.get(asked) ?? findMatching(policies, request);
  if (known.size < MOST_KNOWN) known.set(asked, matching);
  return matching;
}

/** More questions are answered anew: nobody fills the memory by asking. */
const MOST_KNOWN = 4096;

function findMatching(policies: readonly GatePolicy[], request: Matchable): readonly GatePolicy[] {
  return policies.filter((policy) => applies(policy, request)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function applies({ match }: GatePolicy, request: Matchable): boolean {
  return (
    match.events.includes(request.event) &&
    coversEnvironment(match.environments, request) &&
    matchesModel(match.models, request.model)
  );
}

function coversEnvironment(environments: readonly string[], { event, environment }: Matchable): boolean {
  if (holdsEverywhere(event)) return true;
  return environment !== null && (environments.includes("*") || environments.includes(environment));
}
