import { type Digest, digestOf } from "../domain/digest.ts";
import { checkSchema } from "../domain/document/check-schema.ts";
import { lineAndColumn } from "../domain/document/document.ts";
import { formatJson, formatPart, sortedKeys } from "../domain/document/format.ts";
import { parseJson } from "../domain/document/json.ts";
import { schemaErrors } from "../domain/document/schema.ts";
import {
  type Ledger,
  LEDGER_FILE,
  type ModelState,
  modelState,
  ownEntry,
  type Transition,
} from "../domain/ledger.ts";
import { gateError, problem, refuse } from "../errors.ts";
import { DEPLOYED_V1 } from "../generated/deployed-v1.js";

/** The first ledger of a repository: no model had a transition. */
export const GENESIS: Ledger = { models: {}, schema_version: "modelgate/deployed/v1" };

/** The one spelling of a ledger. */
export function formatLedger(ledger: Ledger): string {
  return formatJson(ledger);
}

const NO_MODELS = '{\n  "models": {}';
const texts = new WeakMap<ModelState, string>();

/**
 * The same, with the text of each model made once: ledgers that `apply` makes share the models that a transition leaves
 * alone, so that a history costs what changes in it. For ledgers that nobody edits in place.
 */
export function formatShared(ledger: Ledger): string {
  const { models, ...rest } = ledger;
  const ids = sortedKeys(models);
  const text = formatJson({ models: {}, ...rest });
  if (ids.length === 0 || !text.startsWith(NO_MODELS)) return formatLedger(ledger);
  const lines = ids.map((id) => `    ${JSON.stringify(id)}: ${textOf(models[id] as ModelState)}`);
  return `{\n  "models": {\n${lines.join(",\n")}\n  }${text.slice(NO_MODELS.length)}`;
}

function textOf(model: ModelState): string {
  const known = texts.get(model);
  if (known !== undefined) return known;
  const text = formatPart(model, "    ");
  texts.set(model, text);
  return text;
}

/** SHA-256 of the canonical JSON of a model's state: what its next transition names as `previous`. */
export function modelDigest(model: ModelState): Digest {
  const known = digests.get(model);
  if (known !== undefined) return known;
  const digest = digestOf(formatJson(model));
  digests.set(model, digest);
  return digest;
}

const digests = new WeakMap<ModelState, Digest>();

/** Ids of the models whose entries differ between two ledgers, in the order of the second; then those that are gone from it. */
export function changedModels(before: Ledger, after: Ledger): readonly string[] {
  const ids = new Set([...Object.keys(after.models), ...Object.keys(before.models)]);
  return [...ids].filter((id) => {
    const [was, is] = [ownEntry(before.models, id), ownEntry(after.models, id)];
    return was !== is && (!was || !is || textOf(was) !== textOf(is));
  });
}

/** How the lines of a model end in the canonical text of a ledger. JSON holds no line feed inside of a text. */
export const ENTRY_END = "\n    }";

/** Where the canonical text of a ledger has the lines of a model, from the line feed before them; undefined when it has none. */
export function entryOf(
  text: Buffer,
  model: string,
): { readonly start: number; readonly end: number } | undefined {
  const start = text.indexOf(entryKey(model));
  const end = start < 0 ? -1 : text.indexOf(ENTRY_END, start);
  return end < 0 ? undefined : { start, end: end + ENTRY_END.length };
}

/** The lines of a model as `formatLedger` writes them, with the line feed before them. */
export function entryLines({ models }: Ledger, model: string): string {
  const entry = ownEntry(models, model);
  return entry ? entryKey(model) + textOf(entry) : "";
}

const entryKey = (model: string): string => `\n    ${JSON.stringify(model)}: `;

/**
 * The entry of one model from the canonical text of a ledger, without reading the others; undefined when it is not listed.
 * Whether the rest of the text is a ledger is not looked at. LEDGER_*, DOCUMENT_*.
 */
export function entryIn(bytes: Uint8Array, model: string): ModelState | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = entryOf(text, model);
  if (!at) return undefined;
  const alone = `${NO_MODELS.slice(0, -1)}${text.toString("utf8", at.start, at.end)}\n  }${REST}`;
  return ownEntry(parseLedger(Buffer.from(alone)).models, model);
}

const REST = formatJson(GENESIS).slice(NO_MODELS.length);

/** Whether a JSON value is a transition as the ledger's schema has it. */
export function isTransition(value: unknown): value is Transition {
  const model = { ...modelState(GENESIS, ""), revision: 1, previous: EMPTY_DIGEST, transition: value };
  return schemaErrors(DEPLOYED_V1, { ...GENESIS, models: { m: model } }).length === 0;
}

const EMPTY_DIGEST = digestOf("");

/**
 * Reads `deployed.json`. Throws one GateError with all problems: DOCUMENT_* for what is not JSON or does not fit the
 * schema, LEDGER_INVALID for what contradicts itself, LEDGER_NOT_CANONICAL for another spelling.
 */
export function parseLedger(bytes: Uint8Array, file: string = LEDGER_FILE): Ledger {
  const ledger = checkSchema<Ledger>(parseJson(bytes, file), DEPLOYED_V1);
  refuse(
    contradictions(ledger).map(([pointer, text]) =>
      problem("LEDGER_INVALID", text, { where: { file, pointer } }),
    ),
  );
  refuseOtherSpelling(bytes, formatLedger(ledger), file);
  return ledger;
}

function refuseOtherSpelling(bytes: Uint8Array, canonical: string, file: string): void {
  const text = Buffer.from(bytes).toString("utf8");
  if (text === canonical) return;
  let at = 0;
  while (text[at] === canonical[at]) at += 1;
  throw gateError("LEDGER_NOT_CANONICAL", "The spelling differs from the canonical one here.", {
    where: { file, ...lineAndColumn(text, at) },
  });
}

type Contradiction = readonly [pointer: string, text: string];

function contradictions({ models }: Ledger): Contradiction[] {
  return Object.entries(models).flatMap(([id, model]) => [
    ...chainContradictions(id, model),
    ...modelContradictions(`/models/${id}`, model),
  ]);
}

function chainContradictions(id: string, { transition }: ModelState): Contradiction[] {
  if (transition === null || transition.model === id) return [];
  return [[`/models/${id}/transition/model`, `It is a transition of ${transition.model}.`]];
}

function modelContradictions(pointer: string, model: ModelState): Contradiction[] {
  const gone = new Set([...Object.keys(model.retired), ...Object.keys(model.revoked)]);
  return Object.entries(model.environments).flatMap(([name, state]) => {
    const here = `${pointer}/environments/${name}`;
    const slots = Object.entries(state.slots).map(
      ([slot, { version }]) => [`${here}/slots/${slot}`, version] as const,
    );
    const targets = state.rollback_targets.map(
      ({ version }, n) => [`${here}/rollback_targets/${n}`, version] as const,
    );
    const live = slots.filter(([at]) => at.endsWith("/PRODUCTION"));
    const places = [...slots, ...targets];
    return [
      ...places
        .filter(([, version]) => gone.has(version))
        .map(([at, v]) => [at, `${v} is retired or revoked.`] as const),
      ...twice(slots),
      ...twice([...live, ...targets]),
    ];
  });
}

function twice(places: readonly Contradiction[]): Contradiction[] {
  const again = places.filter(([, version], n) => places.findIndex((other) => other[1] === version) < n);
  return again.map(([at, version]) => [at, `${version} stands here twice.`]);
}
