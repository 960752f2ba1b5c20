import type { Reason } from "./reason.ts";

export const documentsReasons = {
  DOCUMENT_TOO_LARGE: {
    meaning: "The document is larger than its reader allows; nothing of it was parsed.",
    fix: "Make the document smaller; raw samples belong into workflow artifacts, not into Git.",
    exit: 2,
  },
  DOCUMENT_EMPTY: {
    meaning: "The document holds nothing but white space or comments.",
    fix: "Write the document, or remove the file.",
    exit: 2,
  },
  DOCUMENT_NOT_UTF8: {
    meaning: "The bytes are not UTF-8.",
    fix: "Save the file as UTF-8 without a byte order mark.",
    exit: 2,
  },
  DOCUMENT_BOM: {
    meaning:
      "The document begins with a byte order mark, so that its digest differs from that of the same text without one.",
    fix: "Save the file as UTF-8 without a byte order mark.",
    exit: 2,
  },
  DOCUMENT_SYNTAX: {
    meaning: "The text is not JSON or YAML at this place.",
    fix: "Mend the text at the line and column shown.",
    exit: 2,
  },
  DOCUMENT_TRUNCATED: {
    meaning: "The text ends in the middle of a value; a copy or a checkout was cut short.",
    fix: "Restore the whole file, for example with git checkout, and try again.",
    exit: 2,
  },
  DOCUMENT_DUPLICATE_KEY: {
    meaning: "A key stands twice in one object; readers differ in which one counts, so both are refused.",
    fix: "Keep one of the two.",
    exit: 2,
  },
  DOCUMENT_NUMBER_UNSAFE: {
    meaning: "An integer beyond 2^53 - 1 would be rounded when read, and so mean another number.",
    fix: "Write it as a string, or use a smaller number.",
    exit: 2,
  },
  DOCUMENT_NUMBER_NOT_FINITE: {
    meaning: "A number is infinite or not a number; no limit can be compared with it.",
    fix: "Write a finite number, or leave the value out.",
    exit: 2,
  },
  DOCUMENT_SURROGATE: {
    meaning: "A string holds half of a surrogate pair, which has no UTF-8 form and so no stable digest.",
    fix: "Write the whole character.",
    exit: 2,
  },
  DOCUMENT_TOO_DEEP: {
    meaning: "Objects and lists are nested deeper than the reader allows.",
    fix: "Flatten the document.",
    exit: 2,
  },
  DOCUMENT_KEY_FORBIDDEN: {
    meaning:
      "A key has a special meaning to some reader (__proto__, or in YAML also constructor, prototype and <<).",
    fix: "Choose another key.",
    exit: 2,
  },
  DOCUMENT_KEY_NOT_TEXT: {
    meaning:
      "A YAML key is a number, a boolean, null, a list or a mapping; readers differ in how they spell it.",
    fix: "Put the key in quotes.",
    exit: 2,
  },
  DOCUMENT_ALIAS: {
    meaning:
      "YAML anchors and aliases are not read: they make one line mean many, or a document that contains itself.",
    fix: "Write the value out where it is used.",
    exit: 2,
  },
  DOCUMENT_TAG: {
    meaning: "YAML tags are not read: what a value is follows from its spelling alone.",
    fix: "Remove the tag; put text in quotes.",
    exit: 2,
  },
  DOCUMENT_MANY: {
    meaning: "The file holds several YAML documents; only the first would count.",
    fix: "Put each document into a file of its own.",
    exit: 2,
  },
  DOCUMENT_NOT_CANONICAL: {
    meaning:
      "The text says the right thing in another spelling; files that are hashed have only one spelling.",
    fix: "Write it with sorted keys, two spaces and one line feed at the end; modelgate register does.",
    exit: 2,
  },
  DOCUMENT_VERSION_UNKNOWN: {
    meaning: "The document names a schema version that this release does not read.",
    fix: "Use a release that knows the version, or write the document in the version shown.",
    exit: 2,
  },
  DOCUMENT_KEY_UNKNOWN: {
    meaning: "The schema has no such key; a misspelt key would silently do nothing.",
    fix: "Correct or remove the key.",
    exit: 2,
  },
  DOCUMENT_KEY_MISSING: {
    meaning: "A required key is not there.",
    fix: "Add the key.",
    exit: 2,
  },
  DOCUMENT_TYPE_WRONG: {
    meaning: "The value is of another type than the schema asks for.",
    fix: "Write a value of the type shown.",
    exit: 2,
  },
  DOCUMENT_VALUE_UNKNOWN: {
    meaning: "The value is none of those that the schema lists.",
    fix: "Choose one of the listed values.",
    exit: 2,
  },
  DOCUMENT_VALUE_INVALID: {
    meaning: "The value is outside the bounds or the form that the schema states.",
    fix: "Write a value that fits.",
    exit: 2,
  },
} as const satisfies Record<string, Reason>;
