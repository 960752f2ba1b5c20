import { createHash, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from "@sigstore/mock";

/** Sigstore on loopback: a certificate authority with its log, a transparency log, and the trusted root of both. */
export interface LoopbackSigstore extends AsyncDisposable {
  readonly url: string;
  /** JSON of a trusted root, as `--trusted-root` takes it. */
  readonly root: string;
}

const P256 = "PKIX_ECDSA_P256_SHA_256";

export async function startSigstore(): Promise<LoopbackSigstore> {
  const [authority, certificates, entries] = [keys(), keys(), keys()];
  const ctLog = await initializeCTLog(certificates);
  const ca = await initializeCA(authority, ctLog);
  const log = await initializeTLog("http://127.0.0.1", entries);
  const rekor = rekorHandler(log);
  const handlers = [fulcioHandler(ca), { ...rekor, fn: (body: string) => rekor.fn(entered(body)) }];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const handler = handlers.find(({ path }) => request.url === path);
      if (!handler) return void response.writeHead(404).end();
      void handler
        .fn(Buffer.concat(chunks).toString())
        .then(({ statusCode, response: body, contentType }) =>
          response.writeHead(statusCode, { "content-type": contentType ?? "text/plain" }).end(body),
        );
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const root = rootOf({
    authority: Buffer.from(ca.rootCertificate.buffer),
    certificates: spki(certificates.publicKey),
    entries: spki(entries.publicKey),
  });
  return {
    url: `http://127.0.0.1:${port}`,
    root,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An identity token of nobody's making: the loopback authority believes every one, as Fulcio believes only known issuers. */
export function identityToken(subject: string, issuer: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: subject, iss: issuer, aud: "sigstore" })}.x`;
}

/** What the log enters for a proposed DSSE envelope: its digests and signatures, as Rekor does; the mock echoes it. */
function entered(body: string): string {
  const proposed = JSON.parse(body) as {
    spec: { proposedContent: { envelope: string; verifiers: string[] } };
  };
  const { envelope, verifiers } = proposed.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
  const hash = (bytes: Buffer) => ({
    algorithm: "sha256",
    value: createHash("sha256").update(bytes).digest("hex"),
  });
  const spec = {
    envelopeHash: hash(Buffer.from(envelope)),
    payloadHash: hash(Buffer.from(payload, "base64")),
    signatures: signatures.map(({ sig }, n) => ({ signature: sig, verifier: verifiers[n] })),
  };
  return JSON.stringify({ ...proposed, spec });
}

function keys() {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

function spki(key: ReturnType<typeof keys>["publicKey"]): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function rootOf(of: { authority: Buffer; certificates: Buffer; entries: Buffer }): string {
  const validFor = { start: "2020-01-01T00:00:00Z" };
  const log = (baseUrl: string, key: Buffer) => ({
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: { rawBytes: key.toString("base64"), keyDetails: P256, validFor },
    logId: { keyId: createHash("sha256").update(key).digest("base64") },
  });
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [log("http://127.0.0.1", of.entries)],
    certificateAuthorities: [
      {
        subject: { organization: "loopback", commonName: "loopback" },
        uri: "http://127.0.0.1",
        certChain: { certificates: [{ rawBytes: of.authority.toString("base64") }] },
        validFor,
      },
    ],
    ctlogs: [log("http://127.0.0.1", of.certificates)],
    timestampAuthorities: [],
  });
}
