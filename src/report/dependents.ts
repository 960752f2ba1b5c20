import type { Exposure } from "../ledger/exposure.ts";
import { plainText } from "./escape.ts";

/** A version that depends on something revoked; the use case's answer fits. */
export interface DependentView {
  readonly model: string;
  readonly version: string;
  readonly because: readonly string[];
  readonly live: readonly Exposure[];
  readonly rollback_target_in: readonly string[];
  readonly branches: readonly string[];
  readonly pull_requests: readonly { readonly number: number; readonly url: string }[] | null;
}

/** One line a version, and one for each place where it matters, with the command that takes it out of service. */
export function dependentLines(dependents: readonly DependentView[]): readonly string[] {
  return dependents.flatMap((one) => {
    const name = `${one.model} ${one.version}`;
    return [
      `${name} can no longer be promoted. ${one.because.map(plainText).join(" ")}`,
      ...one.live.map((exposure) => exposureLine(name, exposure)),
      ...listLine(
        `${name} is a rollback target in`,
        one.rollback_target_in,
        "it is refused there from now on.",
      ),
      ...listLine(`${name} is proposed on`, one.branches.map(plainText), "the check refuses it."),
      ...listLine(
        `${name} is proposed by`,
        (one.pull_requests ?? []).map(({ number, url }) => `#${number} (${plainText(url)})`),
        "the check refuses it.",
      ),
    ];
  });
}

function exposureLine(name: string, { environment, slot, serving, command }: Exposure): string {
  const where = `${name} holds ${slot} in ${environment}`;
  return serving && command !== null
    ? `${where} and is serving. Take it out: ${command}`
    : `${where}, switched off; it cannot be enabled any more.`;
}

function listLine(begin: string, items: readonly string[], end: string): readonly string[] {
  return items.length === 0 ? [] : [`${begin} ${items.join(", ")}; ${end}`];
}
