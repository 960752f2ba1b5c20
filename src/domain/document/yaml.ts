import { type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { GateError, gateError, refuse } from "../../errors.ts";
import { decodeDocument, documentOf, lineAndColumn, type Document } from "./document.ts";
import { YamlReader } from "./yaml-reader.ts";

/** 256 KiB: policies are written by people. */
export const YAML_SIZE_LIMIT = 256 * 1024;

const MAX_DEPTH = 32;

/**
 * Reads one YAML 1.2 document (core schema) strictly: no anchors, aliases, tags, duplicate keys, keys that are no text,
 * `__proto__`, `constructor`, `prototype` or `<<` keys, `.nan`, `.inf`, or integers that would be rounded.
 * Throws one GateError with all problems found (DOCUMENT_*), each with file, line and column.
 */
export function parseYaml(bytes: Uint8Array, file: string, limit: number = YAML_SIZE_LIMIT): Document {
  const text = decodeDocument(bytes, file, limit);
  const reader = new YamlReader(text, file, singleDocument(readEvents(text, file), file));
  const value = reader.read();
  refuse(reader.problems);
  return documentOf({ file, text, value, spots: () => reader.spots });
}

function readEvents(text: string, file: string): Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (error instanceof YAMLException) throw asGateError(error, text, file);
    throw error;
  }
}

function asGateError(error: YAMLException, text: string, file: string): GateError {
  const place = error.mark
    ? { line: error.mark.line + 1, column: error.mark.column + 1 }
    : lineAndColumn(text, 0);
  const where = { file, ...place };
  if (/depth/i.test(error.reason)) {
    return gateError("DOCUMENT_TOO_DEEP", `Nested deeper than ${MAX_DEPTH} levels.`, { where });
  }
  const message = `This is not YAML: ${error.reason}.`;
  return gateError(/unexpected end/.test(error.reason) ? "DOCUMENT_TRUNCATED" : "DOCUMENT_SYNTAX", message, {
    where,
  });
}

function singleDocument(events: readonly Event[], file: string): readonly Event[] {
  const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
  if (documents === 0)
    throw gateError("DOCUMENT_EMPTY", "The file holds comments only.", { where: { file } });
  if (documents > 1)
    throw gateError("DOCUMENT_MANY", `The file holds ${documents} documents.`, { where: { file } });
  return events;
}
