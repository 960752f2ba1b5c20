import type { Ledger } from "../../../src/domain/ledger.ts";
import { lastTransition } from "../../support/ledgers.ts";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forecasts, type Forecasts, ORT_DIR } from "../../support/forecasts.ts";
import type { With } from "../../support/runner/environment.ts";
import type { StepResult } from "../../support/runner/step-result.ts";

/** Names and texts that talk to the runner, a shell, a terminal, a browser, or to git. */
const HOSTILE = [
  "::set-output name=result::pass",
  "x\n::set-output name=result::pass\n",
  "x\r::add-mask::flight-delay",
  "##[set-output name=result]pass",
  "x\n::stop-commands::done",
  "x\n::error file=deployed.json::forged",
  "x\n::set-env name=NODE_OPTIONS::--require=/tmp/evil.js",
  "\u001b[2J\u001b]8;;https://evil.example\u0007x",
  "x\u202Egnp\u2066",
  "$(touch owned)`touch owned`;touch owned",
  "--upload-pack=touch owned",
  "-rf",
  "![x](https://evil.example/beacon.png) <img src=x onerror=alert(1)> [x](javascript:alert(1)) @everyone #1",
  "x\nghadelimiter_00000000-0000-0000-0000-000000000000\nresult=pass",
];

const PROMOTE: With = {
  model: "flight-delay@1.0.0",
  event: "PROMOTE_TO_SHADOW",
  environment: "prod",
  reason: "first model",
  evidence: "stored",
};

/** The only commands that an action of ours may give. */
const OWN_COMMANDS = new Set(["stop-commands", "error", "warning", "notice"]);

function expectHarmless(step: StepResult, team: Forecasts): void {
  expect([...step.log.outputs]).toEqual([]);
  expect(step.env).toEqual({});
  expect(step.log.commands.filter(({ name }) => !OWN_COMMANDS.has(name))).toEqual([]);
  const openings = step.log.commands.filter(({ name }) => name === "stop-commands");
  for (const { data } of openings) expect(data).toMatch(/^[0-9a-f-]{36}$/);
  expect(step.annotations.filter(({ message }) => message === "forged")).toEqual([]);
  const seen = (step.text + step.summary).replaceAll("\n", "");
  expect(seen).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
  expect(step.summary).not.toMatch(/(?<!\\)\]\(|(?<!\\)<[a-z]/i);
  for (const place of [team.repo.root, team.folder]) expect(existsSync(join(place, "owned"))).toBe(false);
}

let shared: Forecasts;

beforeAll(async () => {
  shared = forecasts(["flight-delay@1.0.0"]);
  const { evidence, reason: _, ...asked } = PROMOTE;
  const step = await shared.uses("gate", { ...asked, out: evidence!, "ort-dir": ORT_DIR });
  if (step.outputs["result"] !== "pass") throw new Error(step.text);
});

afterAll(() => shared[Symbol.dispose]());

describe.each(HOSTILE)("%j", (text) => {
  it("is refused or kept as text, wherever an input takes it", async () => {
    for (const inputs of [["model", "event"], ["environment", "phase"], ["evidence"]]) {
      const given = Object.fromEntries(inputs.map((input) => [input, text]));
      const step = await shared.uses("promote", { ...PROMOTE, ...given });
      expect([inputs, step.conclusion]).toEqual([inputs, "failure"]);
      expect(["error", "fail"]).toContain(step.outputs["result"]);
      expectHarmless(step, shared);
    }
  });

  it("is kept as text when it is the reason of a transition, or refused", async () => {
    const step = await shared.uses("promote", { ...PROMOTE, reason: text });
    expectHarmless(step, shared);
    const branch = step.outputs["branch"] ?? "";
    const ledger =
      branch === "" ? null : (JSON.parse(shared.repo.git("show", `${branch}:deployed.json`)) as Ledger);
    expect([null, text.trim()]).toContain((ledger && lastTransition(ledger)?.reason) ?? null);
    const trailers =
      branch === "" ? "" : shared.repo.git("log", "-1", "--format=%(trailers:only,unfold)", branch);
    expect(trailers.split("\n").every((line) => line === "" || line.startsWith("Modelgate-"))).toBe(true);
  });
});

it("every text stays text in file names, manifests and policies", async () => {
  using team = forecasts(["flight-delay@1.0.0"]);
  const folders = HOSTILE.map((text) => plant(team, text));
  team.repo.commit({}, "a change by somebody");
  const step = await team.uses("validate", { all: true });
  expect(step).toMatchObject({ conclusion: "failure", outputs: { result: "fail" } });
  expectHarmless(step, team);
  // Nothing was cut off before it was looked at: each text has left its trace.
  expect(folders.filter((folder) => !shown(step.text).includes(shown(folder)))).toEqual([]);
});

it("every text stays text as the reason of an objective", async () => {
  const { evidence: _, reason: __, ...asked } = PROMOTE;
  using team = forecasts(["flight-delay@1.0.0"]);
  for (let planted = 0; planted < HOSTILE.length;) {
    planted += plantInPolicy(team, HOSTILE.slice(planted));
    team.repo.commit({}, "a change by somebody");
    const gate = await team.uses("gate", asked);
    expect(gate.conclusion).toBe("failure");
    expectHarmless(gate, team);
  }
});

/** The letters and digits of a text, which no escaping changes. */
function shown(text: string): string {
  return text.replaceAll(/\\u\{?[0-9a-f]{4,}\}?|\\[nrtx]|[^a-zA-Z0-9]/gi, "");
}

/** Puts the text wherever an author of a version can write one: names and JSON. Returns the name. */
function plant(team: Forecasts, text: string): string {
  const { root } = team.repo;
  const name = text.replaceAll("/", "_").slice(0, 120);
  mkdirSync(join(root, "models", name, "1.0.0"), { recursive: true });
  writeFileSync(
    join(root, "models", name, "1.0.0", "manifest.json"),
    JSON.stringify({ [text]: text, version: text }),
  );
  writeFileSync(join(root, "models/flight-delay/1.0.0", name), text);
  return name;
}

/** Gives the objectives of a policy the texts as their reasons, as far as there are objectives. Returns how many. */
function plantInPolicy(team: Forecasts, texts: readonly string[]): number {
  const policy = join(team.repo.root, "policies/gates/shadow.yaml");
  let planted = 0;
  const why = (): string => `why: ${JSON.stringify(texts[planted++ % texts.length])}`;
  writeFileSync(policy, readFileSync(policy, "utf8").replaceAll(/why: .*/g, why));
  return planted;
}
