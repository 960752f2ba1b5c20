import {
  formatModelRef,
  isModelId,
  type ModelRef,
  parseModelRef,
  versionComplaint,
} from "../domain/model-ref.ts";

/** Role -> who holds it. */
type RoleHolders = Readonly<
  Record<string, { readonly people: readonly string[]; readonly teams: readonly string[] }>
>;

/** The value of an input, or what it should have looked like. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wanted: string };

/** How one input is read. `parse` gets trimmed text and is not asked about an empty one. */
export interface InputKind<T> {
  readonly parse: (text: string) => Parsed<T>;
  /** What an empty input means; without it, an empty input is missing. */
  readonly whenEmpty?: { readonly value: T };
}

/** Any text. */
export const text: InputKind<string> = { parse: (value) => ({ ok: true, value }) };

/** `id@version`. */
export const modelRef: InputKind<ModelRef> = {
  parse(value) {
    const ref = parseModelRef(value);
    return ref
      ? { ok: true, value: ref }
      : no(`a model and a version, like ${formatModelRef(EXAMPLE)}${because(value)}`);
  },
};

const EXAMPLE: ModelRef = { id: "flight-delay", version: "1.1.0" };

/** `id@version`, or the id alone: then the ledger knows which version is meant. */
export const modelMaybeVersion: InputKind<{ readonly id: string; readonly version: string | null }> = {
  parse(value) {
    const ref = parseModelRef(value) ?? (isModelId(value) ? { id: value, version: null } : undefined);
    return ref
      ? { ok: true, value: ref }
      : no(`a model, or a model and a version like ${formatModelRef(EXAMPLE)}${because(value)}`);
  },
};

/**
 * The booleans of YAML 1.2's core schema, no others: `yes` and `on` are text there. Empty is the default of action.yml, since an
 * expression that comes to nothing replaces that default by an empty text.
 */
export function flag(otherwise: boolean): InputKind<boolean> {
  return {
    parse(value) {
      if (/^(?:true|True|TRUE)$/.test(value)) return { ok: true, value: true };
      return /^(?:false|False|FALSE)$/.test(value) ? { ok: true, value: false } : no("true or false");
    },
    whenEmpty: { value: otherwise },
  };
}

/** One entry a line, without empty lines; an empty input is an empty list. */
export const lines: InputKind<readonly string[]> = {
  parse: (value) => ({
    ok: true,
    value: value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  }),
  whenEmpty: { value: [] },
};

const LOGIN = /^[a-z\d](?:[a-z\d-]{0,38})(?:\[bot\])?$/i;
const TEAM = /^[\w.-]{1,100}\/([\w.-]{1,100})$/;

/** `role: login, login, org/team`, one role a line; an empty input is nobody. */
export const roleHolders: InputKind<RoleHolders> = {
  parse(value) {
    const roles: [string, RoleHolders[string]][] = [];
    for (const line of value.split(/\r?\n/).filter((text) => text.trim() !== "")) {
      const [, role = "", names = ""] = /^\s*([a-z][a-z\d-]{0,63})\s*:(.*)$/.exec(line) ?? [];
      const all = names
        .split(",")
        .map((name) => name.trim().replace(/^@/, ""))
        .filter((name) => name !== "");
      const teams = all.flatMap((name) => TEAM.exec(name)?.[1] ?? []);
      const people = all.filter((name) => LOGIN.test(name));
      if (role === "" || all.length === 0 || teams.length + people.length !== all.length) {
        return no("lines like `release-manager: ada, grace, my-org/release-team`");
      }
      roles.push([role, { people, teams }]);
    }
    return { ok: true, value: Object.fromEntries(roles) };
  },
  whenEmpty: { value: {} },
};

/** A whole number, in decimal digits. */
export function integer(range: { readonly min: number; readonly max: number }): InputKind<number> {
  return {
    parse(value) {
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      const inside = number >= range.min && number <= range.max;
      return inside ? { ok: true, value: number } : no(`a whole number from ${range.min} to ${range.max}`);
    },
  };
}

/** The seed of every random order and of resampling: 32 bits; 1 when it is empty. */
export const seed: InputKind<number> = { ...integer({ min: 0, max: 2 ** 32 - 1 }), whenEmpty: { value: 1 } };

/** One of a few words, in the given spelling. */
export function oneOf<const T extends string>(words: readonly T[]): InputKind<T> {
  return {
    parse(value) {
      const word = words.find((known) => known === value);
      return word === undefined ? no(`one of ${words.join(", ")}`) : { ok: true, value: word };
    },
  };
}

/** Some of a few words, one a line; an empty input names none. */
export function someOf<const T extends string>(words: readonly T[]): InputKind<readonly T[]> {
  return {
    parse(value) {
      const given = value.split(/\s+/).filter((word) => word !== "");
      const known = words.filter((word) => given.includes(word));
      const strange = given.some((word) => !(words as readonly string[]).includes(word));
      return strange ? no(`some of ${words.join(", ")}, one a line`) : { ok: true, value: known };
    },
    whenEmpty: { value: [] },
  };
}

/** The same input, but it may be left out. */
export function optional<T>(kind: InputKind<T>): InputKind<T | null> {
  return { parse: kind.parse, whenEmpty: { value: null } };
}

/** What is wrong with the version, where that can be said; the sentence that it goes into ends in a full stop. */
function because(ref: string): string {
  const complaint = ref.includes("@") ? versionComplaint(ref.slice(ref.indexOf("@") + 1)) : null;
  return complaint === null ? "" : `. ${complaint.replace(/\.$/, "")}`;
}

function no(wanted: string): { ok: false; wanted: string } {
  return { ok: false, wanted };
}
