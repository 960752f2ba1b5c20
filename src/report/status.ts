import type { Broken } from "../domain/broken.ts";
import type { EnvironmentState, ModelState, Transition } from "../domain/ledger.ts";
import { type SlotName, SLOTS } from "../domain/lifecycle.ts";
import { requestText } from "../domain/request-text.ts";
import { counted } from "../domain/counted.ts";
import { shortCommit } from "../domain/short-commit.ts";
import { type DependentView, dependentLines } from "./dependents.ts";
import { slotText } from "./effect.ts";
import { plainText } from "./escape.ts";
import { indented, layOutTable } from "./layout.ts";

/** What a status page shows; the use case's answer fits. */
export interface StatusView {
  readonly transitions: number;
  readonly commit: string;
  readonly models: readonly (ModelState & { readonly model: string; readonly versions: readonly string[] })[];
  readonly proposals: readonly ProposalView[];
  readonly dependents: readonly DependentView[] | null;
  readonly broken: readonly Broken[];
}

type ProposalView =
  | { readonly state: "open" | "stale"; readonly branch: string; readonly transition: Transition }
  | { readonly state: "broken"; readonly branch: string; readonly reason: string };

/** Slots by model and environment, then what is registered, and what waits to be merged. */
export function renderStatus(status: StatusView, width: number): string {
  const head = [
    `${counted(status.transitions, "transition")} at ${shortCommit(status.commit)}`,
    ...brokenLines(status.broken).flatMap((line) => indented(line, width)),
  ].join("\n");
  if (status.models.length === 0)
    return `${head}: no model is registered. A version folder becomes one with: modelgate register models/ID/VERSION`;
  const rows = status.models.flatMap((one) => modelRows(one, status.dependents ?? []));
  const places =
    rows.length === 0
      ? "Nothing is deployed yet. A version enters with: modelgate promote ID@VERSION --to SHADOW --env ENV"
      : layOutTable([HEADER, ...rows], width);
  return [
    head,
    "",
    places,
    ...revokedLines(status.dependents).flatMap((line) => indented(line, width)),
    "",
    "Registered:",
    ...layOutTable(status.models.map(versionCells), width - INDENT.length)
      .split("\n")
      .map((line) => INDENT + line),
    ...proposalLines(status.proposals),
  ].join("\n");
}

/** Where something governed is broken, and what still works. */
function brokenLines(broken: readonly Broken[]): readonly string[] {
  if (broken.length === 0) return [];
  const each = broken.map(({ file, says, reason, instead }) => {
    const used = instead === null ? "" : ` Lawful last: commit ${shortCommit(instead)}.`;
    return `  ${plainText(`${file}: ${says}${used} (${reason})`)}`;
  });
  return ["", "BROKEN. disable, revoke, retire and rollback still work; nothing else does:", ...each];
}

const INDENT = "  ";
const HEADER = ["model", "environment", "shadow", "canary", "production", "can roll back to"];

/** What is live, may be rolled back to or waits, and must not: with the way out. */
function revokedLines(dependents: StatusView["dependents"]): readonly string[] {
  if (dependents === null)
    return ["", "What is revoked could not be read: see modelgate trust list, and modelgate validate --all."];
  const told = dependents.filter(
    ({ live, rollback_target_in: targets, branches }) =>
      live.length > 0 || targets.length > 0 || branches.length > 0,
  );
  return told.length === 0 ? [] : ["", ...dependentLines(told)];
}

function modelRows(
  { model, environments }: StatusView["models"][number],
  dependents: readonly DependentView[],
): string[][] {
  return Object.entries(environments).map(([name, state], n) => {
    const refused = dependents
      .filter((one) => one.model === model && one.rollback_target_in.includes(name))
      .map(({ version }) => version);
    return [n === 0 ? model : "", name, ...environmentCells(state, refused)];
  });
}

/** A target that depends on something revoked is one no more, though the ledger lists it. */
function environmentCells(state: EnvironmentState, refused: readonly string[]): string[] {
  const targets = state.rollback_targets.map(({ version }) => version);
  const sound = targets.filter((version) => !refused.includes(version));
  return [...SLOTS.map((slot) => slotCell(state, slot)), sound.join(", ") || "-"];
}

function slotCell(state: EnvironmentState, name: SlotName): string {
  const slot = state.slots[name];
  return slot ? slotText(slot) : "-";
}

function versionCells({ model, versions, retired, revoked }: StatusView["models"][number]): string[] {
  const state = (version: string): string =>
    Object.hasOwn(revoked, version) ? " (revoked)" : Object.hasOwn(retired, version) ? " (retired)" : "";
  const named = versions.map((version) => `${version}${state(version)}`).join(", ");
  return [model, named || "no version folder"];
}

function proposalLines(proposals: readonly ProposalView[]): string[] {
  if (proposals.length === 0) return ["", "No proposal waits."];
  return ["", "Waiting to be merged:", ...proposals.map((one) => `  ${proposalLine(one)}`)];
}

function proposalLine(proposal: ProposalView): string {
  const branch = plainText(proposal.branch);
  if (proposal.state === "broken")
    return `${branch}: broken (${proposal.reason}); delete the branch and ask again`;
  const what = requestText({ phase: null, ...proposal.transition });
  const stale = proposal.state === "stale" ? "  STALE: the ledger moved on; ask again" : "";
  return `${branch}: ${what}${stale}`;
}
