import {
  config as defaults,
  type Config,
  type PublicKey,
  readKey,
  type SignaturePacket,
  type Subkey,
} from "openpgp";
import { gateError, type GateError } from "../../errors.ts";

/** An OpenPGP key as the registry has it. */
export interface OpenPgpKey {
  /** Of the primary key: 40 upper-case hex digits. */
  readonly fingerprint: string;
  readonly armored: string;
}

/** GitHub's key until 2024-01-16. It is shorter than other keys may be; what it signed stands all the same. */
const FORMER_WEB_FLOW_FINGERPRINT = "5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23";

/** OpenPGP.js takes null for "do not compare with any clock"; its types do not say so. */
export const NO_CLOCK = null as never;

const RSA_BITS = 3072;

/** A key that may have made a signature: the primary key, or one of its subkeys. */
export interface Candidate {
  readonly fingerprint: string;
  readonly key: PublicKey;
  readonly issuer: PublicKey | Subkey;
}

/** The keys, among those of the registry, that bear the key id in a signature. TRUST_KEY_UNKNOWN when there are none. */
export async function candidatesFor(
  packet: SignaturePacket,
  keys: readonly OpenPgpKey[],
): Promise<readonly Candidate[]> {
  const opened = await Promise.all(keys.map(openKey));
  const candidates = opened.flatMap((key, at) =>
    key.getKeys(packet.issuerKeyID).map((issuer) => {
      return { fingerprint: keys[at]?.fingerprint ?? "", key, issuer };
    }),
  );
  if (candidates.length > 0) return candidates;
  const id = packet.issuerKeyID.toHex().toUpperCase();
  throw gateError("TRUST_KEY_UNKNOWN", `Nobody is known to hold the OpenPGP key ${id}.`);
}

/** Reading a key costs more than verifying with it; an audit meets the same few in every commit. */
const met = new Map<string, Promise<PublicKey>>();
const MET_LIMIT = 256;

function openKey(from: OpenPgpKey): Promise<PublicKey> {
  const name = `${from.fingerprint} ${from.armored}`;
  const known = met.get(name);
  if (known) return known;
  const opened = readOpenPgpKey(from);
  if (met.size >= MET_LIMIT) met.clear();
  met.set(name, opened);
  return opened;
}

async function readOpenPgpKey({ fingerprint, armored }: OpenPgpKey): Promise<PublicKey> {
  const key = await readKey({ armoredKey: armored }).catch((cause: unknown) => {
    throw gateError("TRUST_KEY_MALFORMED", `The OpenPGP key ${fingerprint} cannot be read.`, { cause });
  });
  const real = key.getFingerprint().toUpperCase();
  if (real === fingerprint) return key;
  throw gateError("TRUST_KEY_MALFORMED", `The OpenPGP key ${fingerprint} is in truth ${real}.`);
}

/**
 * Proves that the key is one to sign with by its own statements: bound to its primary key, meant for signing, strong.
 * SIGNATURE_KEY_UNFIT.
 */
export async function requireFit(of: Candidate): Promise<void> {
  const { unfit } = await standingOf(of);
  if (unfit) throw refused(of, "SIGNATURE_KEY_UNFIT", "may not sign", unfit);
}

/**
 * Proves that the key was in use: not revoked in the copy that the registry has, and neither made nor ended after the
 * signature says that it was made. That date is the signer's own claim; the position in the log decides what trust in
 * the key is worth. SIGNATURE_KEY_REVOKED, SIGNATURE_KEY_EXPIRED.
 */
export async function requireInUse(of: Candidate, packet: SignaturePacket): Promise<void> {
  const { revoked, expires } = await standingOf(of);
  if (revoked) throw refused(of, "SIGNATURE_KEY_REVOKED", "is revoked by its holder");
  const made = packet.created?.getTime() ?? Number.NaN;
  if (!(made >= of.issuer.getCreationTime().getTime())) {
    throw refused(of, "SIGNATURE_KEY_EXPIRED", "did not exist yet when the signature says that it was made");
  }
  if (!(made < expires)) {
    throw refused(of, "SIGNATURE_KEY_EXPIRED", "had expired when the signature says that it was made");
  }
}

interface Standing {
  readonly revoked: boolean;
  /** Why it may not sign; null when it may, or when it might if it were not revoked. */
  readonly unfit: unknown;
  /** Milliseconds since 1970, or Infinity. */
  readonly expires: number;
}

const standings = new WeakMap<PublicKey | Subkey, Promise<Standing>>();

function standingOf(of: Candidate): Promise<Standing> {
  const known = standings.get(of.issuer);
  if (known) return known;
  const found = findStanding(of);
  standings.set(of.issuer, found);
  return found;
}

async function findStanding({ key, issuer, fingerprint }: Candidate): Promise<Standing> {
  const config = configFor(fingerprint);
  const revoked =
    (await key.isRevoked(undefined, undefined, NO_CLOCK, config)) || (await subkeyRevoked(issuer, config));
  const unfit = revoked
    ? null
    : await key.getSigningKey(issuer.getKeyID(), NO_CLOCK, undefined, config).then(
        (signing) => (signing === issuer ? null : new Error("another key of the same id signs")),
        (error: unknown) => error,
      );
  const ends = [await key.getExpirationTime(undefined, config)];
  if ("mainKey" in issuer) ends.push(await issuer.getExpirationTime(NO_CLOCK, config));
  return { revoked, unfit, expires: Math.min(...ends.map(milliseconds)) };
}

async function subkeyRevoked(issuer: PublicKey | Subkey, config: Config): Promise<boolean> {
  return "mainKey" in issuer && (await issuer.isRevoked(NO_CLOCK, NO_CLOCK, NO_CLOCK, config));
}

/** Null: OpenPGP.js found no valid self-signature, hence no time at which the key holds. */
function milliseconds(end: Date | number | null): number {
  if (end === null) return 0;
  return typeof end === "number" ? end : end.getTime();
}

function configFor(fingerprint: string): Config {
  const minRSABits = fingerprint === FORMER_WEB_FLOW_FINGERPRINT ? 2048 : RSA_BITS;
  return { ...defaults, minRSABits };
}

function refused(
  { fingerprint, issuer }: Candidate,
  code: "SIGNATURE_KEY_REVOKED" | "SIGNATURE_KEY_EXPIRED" | "SIGNATURE_KEY_UNFIT",
  how: string,
  cause?: unknown,
): GateError {
  const own = issuer.getFingerprint().toUpperCase();
  const of = own === fingerprint ? "" : ` (a subkey of ${fingerprint})`;
  return gateError(code, `The OpenPGP key ${own}${of} ${how}.`, { cause });
}
