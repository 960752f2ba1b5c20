/** What is used of OpenPGP.js. It is large and seldom needed: only ever imported by `import()`. */
export { config, createMessage, enums, readKey, readSignature } from "openpgp";
