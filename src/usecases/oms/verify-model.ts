import type { KeyObject } from "node:crypto";
import { gateError, refuse } from "../../errors.ts";
import type { ExpectedIdentity, KeylessIdentity, KeylessVerifier, ModelPlace } from "../../ports/signing.ts";
import { isExpectedIdentity } from "../../domain/identity.ts";
import { type OmsBundle, parseOmsBundle } from "../../trust/oms/bundle.ts";
import { verifyByCertificate } from "../../trust/oms/certificate.ts";
import { compareFiles, type FoundFile } from "../../trust/oms/compare.ts";
import { keyHint, verifyByKey } from "../../trust/oms/key.ts";
import { DEFAULT_IGNORES, isIgnored } from "../../trust/oms/paths.ts";
import { type OmsStatement, parseOmsStatement, refuseDeprecated } from "../../trust/oms/statement.ts";
import { modelFiles } from "./model-files.ts";

/** What is trusted; the bundle itself never says. */
export type OmsTrust =
  | { readonly method: "key"; readonly key: KeyObject }
  | { readonly method: "certificate"; readonly anchors: readonly Uint8Array[]; readonly now: Date }
  | { readonly method: "sigstore"; readonly keyless: KeylessVerifier; readonly expected: ExpectedIdentity };

export interface VerifyRequest {
  readonly place: ModelPlace;
  readonly bundle: { readonly bytes: Uint8Array; readonly file: string };
  readonly trust: OmsTrust;
  /** Left out besides what is left out always, relative to the model. What the signer left out does not count. */
  readonly ignored: readonly string[];
  /** Files that nobody signed are no objection. Never so in a gate. */
  readonly unsignedAllowed: boolean;
}

export interface VerifiedModel {
  /** SHA-256 of the list of files, hex: what the bundle calls the model. */
  readonly root: string;
  readonly files: readonly string[];
  /** For people: fingerprint of the key, subject of the certificate, or identity and issuer. */
  readonly signer: string;
}

/**
 * Verifies a model against a bundle (OMS v1.0, §8): first the signature by what is trusted, then the statement, then every
 * file. Throws with every difference: OMS_*, DOCUMENT_*, FILE_*.
 */
export async function verifyModel(request: VerifyRequest): Promise<VerifiedModel> {
  const bundle = parseOmsBundle(request.bundle.bytes, request.bundle.file);
  refuseDeprecated(bundle);
  const signer = await proveSigner(bundle, request.trust);
  return { signer, ...(await verifyFiles({ ...request, bundle })) };
}

/** Verifies the files of a model against a bundle whose signer was proven. OMS_*, DOCUMENT_*, FILE_*. */
export async function verifyFiles(
  request: Pick<VerifyRequest, "place" | "ignored" | "unsignedAllowed"> & { readonly bundle: OmsBundle },
): Promise<Omit<VerifiedModel, "signer">> {
  const { bundle, place, unsignedAllowed } = request;
  const statement = parseOmsStatement(bundle.payload, bundle.file);
  const signed = namedFor(place, statement);
  const found = await findFiles(request, statement);
  refuse(compareFiles(signed, found, { inParts: statement.shardSize !== null, unsignedAllowed }));
  return { root: statement.root, files: signed.map(({ name }) => name) };
}

/** Proves who signed a bundle, and says it for people. OMS_*. */
export async function proveSigner(bundle: OmsBundle, trust: OmsTrust): Promise<string> {
  switch (trust.method) {
    case "key":
      verifyByKey(bundle, trust.key);
      return `key ${keyHint(trust.key)}`;
    case "certificate":
      return `certificate ${verifyByCertificate(bundle, trust.anchors, trust.now).subject}`;
    case "sigstore": {
      requireKeyless(bundle);
      const { identity, issuer } = await trust.keyless.verify(bundle);
      requireIdentity({ identity, issuer }, trust.expected, bundle.file);
      return `${identity} (${issuer})`;
    }
  }
}

function requireKeyless({ material, file }: OmsBundle): void {
  if (material.method === "sigstore") return;
  const message = `The bundle was signed by the method ${material.method}, not keyless.`;
  throw gateError("OMS_METHOD_MISMATCH", message, { where: { file } });
}

function requireIdentity(found: KeylessIdentity, expected: ExpectedIdentity, file: string): void {
  if (isExpectedIdentity(found.identity, expected) && found.issuer === expected.issuer) return;
  const [is, wanted] = [found, expected].map(({ identity, issuer }) =>
    `${identity} (${issuer})`.slice(0, 300),
  );
  const message = `Signed by ${is}; expected is ${wanted}.`;
  throw gateError("OMS_IDENTITY_MISMATCH", message, { where: { file } });
}

/** Tools before 1.0.1 called a single file ".". */
function namedFor({ single, name }: ModelPlace, { files }: OmsStatement): OmsStatement["files"] {
  return single ? files.map((file) => (file.name === "." ? { ...file, name } : file)) : files;
}

/** What is ignored is looked at all the same when it was signed. */
async function findFiles(
  { place, ignored }: Pick<VerifyRequest, "place" | "ignored">,
  { files: signed, shardSize }: OmsStatement,
): Promise<readonly FoundFile[]> {
  const names = new Set(signed.map(({ name }) => name));
  const all = [...new Set([...DEFAULT_IGNORES, ...ignored])];
  const left = all.filter((each) => ![...names].some((name) => isIgnored(name, [each])));
  const found: FoundFile[] = [];
  for (const { name, path, size } of await modelFiles(place, left)) {
    const wanted = names.has(name) || place.single;
    const digests = wanted ? await digestsOf(place, path, shardSize) : [];
    if (wanted || !isIgnored(name, all)) found.push({ name, size, digests });
  }
  return found;
}

async function digestsOf(
  { files }: ModelPlace,
  path: string,
  shardSize: number | null,
): Promise<readonly string[]> {
  const digests =
    shardSize === null ? [(await files.digest(path)).digest] : await files.digestParts(path, shardSize);
  return digests.map((digest) => digest.slice("sha256:".length));
}
