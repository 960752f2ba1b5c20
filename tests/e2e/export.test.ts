import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forecasts, type Forecasts, ORT_DIR } from "../support/forecasts.ts";
import { keyPair, type LooseJson } from "../support/oms.ts";

const BIN = resolve(import.meta.dirname, "../../bin/modelgate.js");

let team: Forecasts;

beforeAll(() => {
  team = forecasts(["flight-delay@1.0.0"]);
  const keys = keyPair();
  writeFileSync(join(team.repo.root, "key.pem"), keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(join(team.repo.root, "pub.pem"), keys.publicKey.export({ type: "spki", format: "pem" }));
});

afterAll(() => team[Symbol.dispose]());

function modelgate(...words: string[]) {
  const env = { ...process.env, MODELGATE_ORT_DIR: ORT_DIR, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    cwd: team.repo.root,
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("a decision is exported as a summary, and verified against just what is expected", () => {
  expect(
    modelgate("gate", "flight-delay@1.0.0", "--event", "REGISTER", "--out", "evidence/here").status,
  ).toBe(0);
  const exported = modelgate(
    "--json",
    "export",
    "vsa",
    "evidence/here",
    "--method",
    "key",
    "--private-key",
    "key.pem",
    "--output-bundle",
    "vsa.sig",
  );
  const { statement }: LooseJson = JSON.parse(exported.stdout);
  const subject = `sha256:${statement.subject[1].digest.sha256}`;
  const verify = (...more: string[]) =>
    modelgate(
      "verify-attestation",
      "--bundle",
      "vsa.sig",
      "--method",
      "key",
      "--public-key",
      "pub.pem",
      "--subject",
      subject,
      ...more,
    );
  const here = ["--resource-uri", "modelgate:flight-delay@1.0.0/everywhere"];
  expect(verify(...here, "--level", "MODELGATE_REGISTER")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`Verified: MODELGATE_REGISTER for ${subject}\nSigned by key `),
  });
  const other = verify(...here, "--level", "MODELGATE_PROMOTE_TO_PRODUCTION");
  expect([other.status, other.stderr]).toEqual([1, expect.stringContaining("ATTESTATION_MISMATCH")]);
});
