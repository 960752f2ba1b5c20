/**
 * What is used of OpenPGP.js, in one place: it is larger than the rest of an action, so that in `actions/dist/` it is one
 * file beside them (scripts/build/bundles.ts).
 */
export {
  config,
  type Config,
  createMessage,
  enums,
  type PublicKey,
  readKey,
  readSignature,
  type SignaturePacket,
  type Subkey,
} from "openpgp";
