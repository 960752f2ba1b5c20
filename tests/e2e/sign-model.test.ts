import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUTHORITY, issue, keyPair, SIGNING } from "../support/oms.ts";
import { identityToken, type LoopbackSigstore, startSigstore } from "../support/sigstore.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");
const [IDENTITY, ISSUER] = [
  "https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main",
  "https://token.example",
];

let root: string;
let sigstore: LoopbackSigstore;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "modelgate-oms-"));
  mkdirSync(join(root, "model/weights"), { recursive: true });
  writeFileSync(join(root, "model/weights/a b.bin"), "weights");
  writeFileSync(join(root, "model/config.json"), "{}");
  const [signer, other] = [keyPair("P-384"), keyPair()];
  pem("key.pem", signer.privateKey.export({ type: "pkcs8", format: "pem" }));
  pem(
    "locked.pem",
    signer.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open" }),
  );
  pem("pub.pem", signer.publicKey.export({ type: "spki", format: "pem" }));
  pem("other.pem", other.publicKey.export({ type: "spki", format: "pem" }));
  // Valid when this test runs, whenever that is: the certificate method knows no other clock.
  const years = { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" };
  const authority = await issue({ name: "authority", ...years, extensions: AUTHORITY });
  const leaf = await issue({ name: "team", issuer: authority, ...years, extensions: SIGNING });
  pem("authority.pem", authority.certificate.toString("pem"));
  pem("leaf.pem", leaf.certificate.toString("pem"));
  pem("leaf-key.pem", leaf.key.export({ type: "pkcs8", format: "pem" }));
  sigstore = await startSigstore();
  pem("root.json", sigstore.root);
});

afterAll(async () => {
  await sigstore[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function pem(name: string, text: string | Buffer): void {
  writeFileSync(join(root, name), text);
}

/** Runs the built command line without blocking: the loopback Sigstore answers from this process. */
async function modelgate(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const status = await new Promise<number | null>((done) => child.on("close", done));
  return { status, stdout, stderr };
}

const sign = (method: string, bundle: string, ...more: string[]) =>
  modelgate(["sign-model", "--method", method, "--model-path", "model", "--output-bundle", bundle, ...more]);
const verify = (method: string, bundle: string, ...more: string[]) =>
  modelgate(["verify-model", "--method", method, "--model-path", "model", "--bundle", bundle, ...more]);

describe("sign-model and verify-model", () => {
  it("by a key: signed, verified, and refused by another", async () => {
    expect(await sign("key", "model.sig", "--private-key", "key.pem")).toEqual({
      status: 0,
      stdout: "Signed 2 files of model: model.sig\n",
      stderr: "",
    });
    const good = await verify("key", "model.sig", "--public-key", "pub.pem");
    expect(good.stdout).toMatch(
      /^Verified model: 2 files, signed by key [0-9a-f]{64}\nModel sha256:[0-9a-f]{64}\n$/,
    );
    const bad = await verify("key", "model.sig", "--public-key", "other.pem");
    expect([bad.status, bad.stderr.split("\n")[0]]).toEqual([
      1,
      expect.stringMatching(
        /^model\.sig {2}OMS_KEY_HINT_MISMATCH {2}The bundle names the key [0-9a-f]{64}; trusted is/,
      ),
    ]);
  });

  it("into the model itself, by a key that a passphrase opens", async () => {
    const words = [
      "sign-model",
      "--method",
      "key",
      "--model-path",
      "model",
      "--output-bundle",
      "model/model.sig",
      "--private-key",
      "locked.pem",
    ];
    const closed = await modelgate(words);
    expect([closed.status, closed.stderr]).toEqual([2, expect.stringContaining("MODELGATE_KEY_PASSPHRASE")]);
    expect((await modelgate(words, { MODELGATE_KEY_PASSPHRASE: "open" })).status).toBe(0);
    expect((await verify("key", "model/model.sig", "--public-key", "pub.pem")).status).toBe(0);
    rmSync(join(root, "model/model.sig"));
  });

  it("by a certificate", async () => {
    const signed = await sign(
      "certificate",
      "cert.sig",
      "--private-key",
      "leaf-key.pem",
      "--signing-cert",
      "leaf.pem",
      "--cert-chain",
      "authority.pem",
    );
    expect(signed.status).toBe(0);
    const good = await verify("certificate", "cert.sig", "--cert-chain", "authority.pem");
    expect([good.status, good.stdout]).toEqual([
      0,
      expect.stringContaining("signed by certificate CN=team\n"),
    ]);
    const asKey = await verify("key", "cert.sig", "--public-key", "pub.pem");
    expect([asKey.status, asKey.stderr]).toEqual([1, expect.stringContaining("OMS_METHOD_MISMATCH")]);
  });

  it("keyless, on a Sigstore of one's own", async () => {
    const urls = ["--fulcio-url", sigstore.url, "--rekor-url", sigstore.url];
    const signed = await sign(
      "sigstore",
      "keyless.sig",
      "--identity-token",
      identityToken(IDENTITY, ISSUER),
      ...urls,
    );
    expect(signed).toMatchObject({ status: 0, stderr: "" });
    const me = ["--identity", IDENTITY, "--identity-provider", ISSUER, "--trusted-root", "root.json"];
    expect(await verify("sigstore", "keyless.sig", ...me)).toMatchObject({ status: 0, stderr: "" });
    const anybody = await verify("sigstore", "keyless.sig", "--trusted-root", "root.json");
    expect([anybody.status, anybody.stderr]).toEqual([2, expect.stringContaining("OMS_IDENTITY_MISSING")]);
  });

  it("tell everything that differs, as JSON too", async () => {
    await sign("key", "model.sig", "--private-key", "key.pem");
    writeFileSync(join(root, "model/config.json"), "{ }");
    symlinkSync("config.json", join(root, "model/link"));
    const linked = await verify("key", "model.sig", "--public-key", "pub.pem", "--json");
    expect(JSON.parse(linked.stdout)).toMatchObject({
      problems: [{ code: "OMS_SYMLINK", where: { file: "link" } }],
    });
    rmSync(join(root, "model/link"));
    writeFileSync(join(root, "model/extra"), "");
    const changed = await verify("key", "model.sig", "--public-key", "pub.pem", "--json");
    expect(JSON.parse(changed.stdout)).toMatchObject({
      result: "fail",
      exit: 1,
      problems: [
        { code: "OMS_FILE_CHANGED", where: { file: "config.json" } },
        { code: "OMS_FILE_UNSIGNED", where: { file: "extra" } },
      ],
    });
    rmSync(join(root, "model/extra"));
    writeFileSync(join(root, "model/config.json"), "{}");
  });

  it("say what is missing, and write nothing then", async () => {
    const keyless = await sign("key", "none.sig");
    expect([keyless.status, keyless.stderr]).toEqual([
      2,
      expect.stringContaining("--method key needs --private-key."),
    ]);
    const nowhere = await modelgate([
      "sign-model",
      "--method",
      "key",
      "--model-path",
      "nowhere",
      "--output-bundle",
      "none.sig",
      "--private-key",
      "key.pem",
    ]);
    expect([nowhere.status, nowhere.stderr]).toEqual([2, expect.stringContaining("nowhere  FILE_MISSING")]);
    expect(() => readFileSync(join(root, "none.sig"))).toThrow("ENOENT");
  });
});
