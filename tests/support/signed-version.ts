import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatJson } from "../../src/domain/document/format.ts";
import { type Manifest, manifestHash } from "../../src/domain/manifest.ts";
import { register } from "../../src/usecases/registry/register.ts";
import { type CheckScene, checkScene, codesOf } from "./check-scene.ts";
import { signed } from "./oms.ts";
import { testKey, type TestKey, trustText } from "./trust.ts";

const REF = ["flight-delay", "1.0.0"] as const;
export const VERSION_FOLDER = "models/flight-delay/1.0.0";
/** The manifest lists the bundle, so the bundle cannot list the manifest. */
const NOT_SIGNED = ["manifest.json", "model.sig"];

/** What a change brings besides the version's own files. */
export interface Registering {
  readonly bundle?: Uint8Array;
  /** Done to the folder before its manifest is written. */
  readonly change?: () => void;
  /** Makes another manifest of the finished one, its signature for example. */
  readonly sealed?: (manifest: Manifest) => Promise<Manifest>;
}

/** A team whose main trusts one key to sign models, and a real version that wants to be registered. */
export interface SignedVersionScene extends Disposable {
  readonly check: CheckScene;
  readonly ada: TestKey;
  /** The codes of the required check on a change that adds the version. */
  registering(how?: Registering): Promise<readonly string[]>;
  /** A bundle of the version as it is in this project, by `ada` or another key; changed as `oms.ts` says. */
  bundle(how?: Omit<Parameters<typeof signed>[1] & object, "files"> & { key?: TestKey }): Promise<Uint8Array>;
}

export const ecKey = (namedCurve = "P-256"): TestKey =>
  testKey(() => generateKeyPairSync("ec", { namedCurve }));

export async function signedVersionScene(ada: TestKey = ecKey()): Promise<SignedVersionScene> {
  const check = await checkScene([]);
  const { repo, team, ports } = check;
  let changes = 0;
  const principal = { id: "ada", roles: ["model-signer"], keys: [{ id: "ada-1", key: ada }] };
  repo.commit({ "policies/trust.yaml": trustText({ principals: [principal] }) }, "trust");
  return {
    check,
    ada,
    async registering({ bundle, change, sealed } = {}) {
      const branch = `change-${(changes += 1)}`;
      repo.git("checkout", "-q", "-b", branch, "main");
      team.add(...REF);
      if (bundle) repo.write(`${VERSION_FOLDER}/model.sig`, bundle);
      change?.();
      const file = `${VERSION_FOLDER}/manifest.json`;
      const read = (): Manifest => JSON.parse(readFileSync(join(repo.root, file), "utf8")) as Manifest;
      repo.write(file, formatJson(unsigned(read())));
      await register({ ...ports, clock: { now: () => new Date() } }, VERSION_FOLDER);
      if (sealed) repo.write(file, formatJson(await sealed(read())));
      const head = repo.commit({}, branch);
      repo.git("checkout", "-q", "main");
      return codesOf(await check.check("main", head));
    },
    bundle: ({ key = ada, ...how } = {}) =>
      signed(key.private, { ignored: NOT_SIGNED, ...how, files: filesOf(VERSION_FOLDER) }),
    [Symbol.dispose]: () => check[Symbol.dispose](),
  };
}

function unsigned(manifest: Manifest): Manifest {
  const draft = { ...manifest, signature: null, signing_key_id: null };
  return { ...draft, manifest_hash: manifestHash(draft) };
}

function filesOf(folder: string): Record<string, Uint8Array> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(folder, name)).isFile() && !NOT_SIGNED.includes(name));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
}
