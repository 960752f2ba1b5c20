import { isModelId, isVersion } from "../../domain/model-ref.ts";
import { mayMerge } from "../../domain/outcome.ts";
import { REFUSALS_REF } from "../../domain/records-ref.ts";
import { GateError, gateError } from "../../errors.ts";
import type { Git } from "../../ports/git.ts";
import type { Decision } from "../gate/decision.ts";
import { packFolder } from "../../domain/evidence.ts";
import { packChange } from "./draft.ts";
import { refusalMessage } from "./message.ts";

/** A refused attempt, kept as a record. */
export interface Refusal {
  /** The ref that the record is on. */
  readonly ref: string;
  readonly commit: string;
  readonly signed: boolean;
  /** Folder of the evidence pack. */
  readonly evidence: string;
  /** The open pull request that this closed, on a forge. */
  readonly withdrawn?: {
    readonly number: number;
    readonly url: string;
    readonly notes: readonly string[];
  } | null;
}

/** Times that an append is tried again when somebody else appended first. */
const ATTEMPTS = 5;

/**
 * Keeps the evidence of a refused decision as one commit on the append-only ref `refs/modelgate/refusals`, on top of what
 * was refused before. It changes no branch. GIT_RACE_LOST only when others win again and again.
 */
export async function recordRefusal(
  ports: { git: Git },
  decision: Decision,
  options: { now: Date },
): Promise<Refusal> {
  requireRefused(decision);
  const made = await appending("GIT_RACE_LOST", async () =>
    ports.git.append({
      ref: REFUSALS_REF,
      after: (await ports.git.resolve(REFUSALS_REF)) ?? null,
      files: packChange(decision),
      message: refusalMessage(decision),
      at: options.now,
    }),
  );
  return { ref: REFUSALS_REF, evidence: refusedPack(decision), ...made };
}

/** LEDGER_NOT_REFUSED for a decision that may merge; LEDGER_NAME_INVALID for names that can be no folder of a record. */
export function requireRefused({ request, verdict }: Decision): void {
  const { model, version } = request;
  if (!isModelId(model) || !isVersion(version))
    throw gateError(
      "LEDGER_NAME_INVALID",
      `${JSON.stringify([model, version])} names no version of a model.`,
    );
  if (mayMerge(verdict.outcome))
    throw gateError("LEDGER_NOT_REFUSED", `The verdict on ${model} ${version} is ${verdict.outcome}.`);
}

/** Folder of the evidence pack of a decision. */
export function refusedPack({ request, verdict }: Decision): string {
  return packFolder({ model: request.model, version: request.version, runId: verdict.run_id });
}

/** Tries an append again, on top of what a rival appended. */
export async function appending<T>(
  lost: "GIT_RACE_LOST" | "FORGE_RACE_LOST",
  append: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof GateError) || error.code !== lost || attempt >= ATTEMPTS) throw error;
    }
  }
}
