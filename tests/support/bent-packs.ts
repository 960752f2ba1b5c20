import { lastTransition, withEntry } from "./ledgers.ts";
import { digestOf } from "../../src/domain/digest.ts";
import { formatJson } from "../../src/domain/document/format.ts";
import type { EvidencePack } from "../../src/domain/evidence.ts";
import type { Ledger } from "../../src/domain/ledger.ts";

/** The documents that a promotion brings, by their paths; the last is deployed.json. */
export type Brought = ReadonlyMap<string, unknown>;

const LEDGER = "deployed.json";
const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** What kind of document stands at a path, as `pack`, `verdict`, `deployed`, `parity` … */
export const kindOf = (path: string): string => nameOf(path).replace(".json", "");

export const SCHEMA_OF: Readonly<Record<string, string>> = {
  pack: "pack",
  verdict: "verdict",
  deployed: "deployed",
  integrity: "evidence",
  parity: "evidence",
  benchmark: "evidence",
};

/** The same documents with one of them exchanged, and every digest that follows from it put in step: no key is needed. */
export function withBent(brought: Brought, path: string, bent: unknown): ReadonlyMap<string, string> {
  const all = new Map([...brought, [path, bent]]);
  const pack = [...all.keys()].find((each) => nameOf(each) === "pack.json") ?? "";
  if (path !== pack) all.set(pack, relisted(all, all.get(pack) as EvidencePack));
  const ledger = all.get(LEDGER) as Ledger;
  if (path !== LEDGER) all.set(LEDGER, sealed(ledger, formatJson(all.get(pack))));
  return new Map([...all].map(([name, document]) => [name, formatJson(document)]));
}

function relisted(all: Brought, pack: EvidencePack): EvidencePack {
  const texts = new Map([...all].map(([path, document]) => [nameOf(path), formatJson(document)]));
  const files = pack.files.map((entry) => {
    const text = texts.get(entry.path) ?? "";
    return { ...entry, sha256: digestOf(text), size: Buffer.byteLength(text) };
  });
  return { ...pack, files };
}

function sealed(ledger: Ledger, pack: string): Ledger {
  const transition = lastTransition(ledger);
  if (!transition) return ledger;
  const sealedWith = { ...transition, evidence_digest: digestOf(pack) };
  return withEntry(ledger, transition.model, { transition: sealedWith });
}
