import type { Transition } from "../../../src/domain/ledger.ts";
import { madeBy } from "../../support/ledgers.ts";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/domain/digest.ts";
import type { EvidencePack } from "../../../src/domain/evidence.ts";
import type { Ledger } from "../../../src/domain/ledger.ts";
import type { Verdict } from "../../../src/domain/verdict.ts";
import {
  type CheckScene,
  checkScene,
  codesOf,
  editJson,
  packPath,
  reseal,
} from "../../support/check-scene.ts";

const OTHER = digestOf("another");
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/**
 * Attacks 4 and 21: everything of a proposal that is bound to something, swapped one at a time by a forger who makes all
 * digests agree again. Each must be refused by its own code.
 */
describe("a forger swaps one thing of a proposal", () => {
  let scene: CheckScene;
  let stranger: string;

  beforeAll(async () => {
    scene = await checkScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    await scene.propose({});
    scene.repo.git("checkout", "-q", "--orphan", "elsewhere");
    stranger = scene.repo.commit({}, "no ancestor of main");
    scene.repo.git("checkout", "-q", "main");
  });
  afterAll(() => scene[Symbol.dispose]());

  const pack = (edit: (pack: Mutable<EvidencePack>) => void) => (): void =>
    editJson(scene, `${packPath(scene)}/pack.json`, edit);
  const ledger = (edit: (transition: Mutable<Transition>) => void) => (): void =>
    editJson<Mutable<Ledger>>(scene, "deployed.json", (whole) => edit(madeBy(whole)));
  const verdict = (edit: (verdict: Mutable<Verdict>) => void) => (): void =>
    editJson(scene, `${packPath(scene)}/verdict.json`, edit);
  const evidence = (edit: (evidence: Mutable<EvidencePack>) => void) => (): void =>
    editJson(scene, `${packPath(scene)}/parity.json`, edit);
  const file = (name: string): string => join(scene.repo.root, packPath(scene), name);

  const swaps: readonly (readonly [what: string, swap: () => void, codes: readonly string[]])[] = [
    ["nothing", () => undefined, []],
    [
      "the pack's manifest",
      pack((p) => void (p.subject.manifest_digest = OTHER)),
      ["EVIDENCE_SUBJECT_MISMATCH"],
    ],
    [
      "the pack's artifact",
      pack((p) => void (p.subject.artifact_digest = OTHER)),
      ["EVIDENCE_SUBJECT_MISMATCH"],
    ],
    ["the pack's version", pack((p) => void (p.subject.version = "1.1.0")), ["EVIDENCE_SUBJECT_MISMATCH"]],
    [
      "the pack's live version",
      pack((p) => void (p.baseline = { ...p.subject, version: "0.9.0" })),
      ["EVIDENCE_BASELINE_MISMATCH"],
    ],
    ["the pack's policies", pack((p) => void (p.policy_digest = OTHER)), ["EVIDENCE_POLICY_MISMATCH"]],
    [
      "the transition's policies",
      ledger((t) => void (t.policy_digest = OTHER)),
      ["EVIDENCE_POLICY_MISMATCH"],
    ],
    [
      "the policies of both",
      () => {
        pack((p) => void (p.policy_digest = OTHER))();
        ledger((t) => void (t.policy_digest = OTHER))();
      },
      ["EVIDENCE_POLICY_MISMATCH"],
    ],
    ["the pack's ledger", pack((p) => void (p.ledger_digest = OTHER)), ["EVIDENCE_LEDGER_MISMATCH"]],
    ["the pack's engine", pack((p) => void (p.engine_digest = OTHER)), ["EVIDENCE_ENGINE_MISMATCH"]],
    [
      "the base for an unknown one",
      pack((p) => void (p.base_commit = "f".repeat(40))),
      ["EVIDENCE_BASE_MISMATCH"],
    ],
    ["the base for a stranger", pack((p) => void (p.base_commit = stranger)), ["EVIDENCE_BASE_MISMATCH"]],
    ["the pack's event", pack((p) => void (p.event = "PROMOTE_TO_CANARY")), ["CHECK_REQUEST_MISMATCH"]],
    ["the pack's environment", pack((p) => void (p.environment = "staging")), ["CHECK_REQUEST_MISMATCH"]],
    ["the pack's phase", pack((p) => void (p.canary_phase = "5%")), ["CHECK_REQUEST_MISMATCH"]],
    [
      "the pack's run",
      pack((p) => void (p.run_id = p.run_id.replace(/.{8}$/, "0badcafe"))),
      ["CHECK_RUN_MISMATCH"],
    ],
    ["the pack's time", pack((p) => void (p.created_at = "2026-01-01T00:00:00Z")), ["CHECK_RUN_MISMATCH"]],
    [
      "the transition's environment",
      ledger((t) => void (t.environment = "staging")),
      ["CHECK_LEDGER_HAND_EDITED", "LEDGER_APPLY_MISMATCH"],
    ],
    [
      "the transition's manifest",
      ledger((t) => void (t.manifest_digest = OTHER)),
      ["CHECK_LEDGER_HAND_EDITED", "LEDGER_APPLY_MISMATCH"],
    ],
    ["the verdict's outcome", verdict((v) => void (v.outcome = "WARN")), ["CHECK_VERDICT_MISMATCH"]],
    ["the transition's verdict", ledger((t) => void (t.verdict = "WARN")), ["CHECK_VERDICT_MISMATCH"]],
    [
      "a limit in the verdict",
      verdict((v) => void (v.policies[0]!.objectives[0]!.hard = "== 1")),
      ["CHECK_VERDICT_MISMATCH"],
    ],
    [
      "who is judged by the evidence",
      evidence((e) => void (e.subject.manifest_digest = OTHER)),
      ["EVIDENCE_SUBJECT_MISMATCH"],
    ],
    [
      "a measured number",
      () =>
        editJson<{ measurements: { metric: string; value: number }[] }>(
          scene,
          `${packPath(scene)}/parity.json`,
          (e) => {
            for (const one of e.measurements) if (one.metric === "parity.scaled_diff") one.value = 1e-9;
          },
        ),
      ["CHECK_VERDICT_MISMATCH"],
    ],
    [
      "the tolerance of an output",
      () =>
        editJson<{ compared: { atol: number }[] }>(scene, `${packPath(scene)}/parity.json`, (e) => {
          e.compared[0]!.atol = 0.1;
        }),
      ["EVIDENCE_TOLERANCE_MISMATCH"],
    ],
    [
      "evidence that hides its tolerances",
      () =>
        editJson<{ compared?: unknown }>(scene, `${packPath(scene)}/parity.json`, (e) => {
          delete e.compared;
        }),
      ["EVIDENCE_TOLERANCE_MISMATCH"],
    ],
    [
      "one kind of evidence for another",
      () => writeFileSync(file("parity.json"), readFileSync(file("integrity.json"))),
      ["EVIDENCE_KIND_MISMATCH"],
    ],
  ];

  it.each(swaps)("%s", async (what, swap, codes) => {
    const head = scene.branch(
      what.replaceAll(/\W+/g, "-"),
      () => {
        swap();
        reseal(scene);
      },
      "promote/prod/flight-delay",
    );
    const report = await scene.check("main", head);
    expect(codesOf(report)).toEqual(codes);
    expect(report.outcome).toBe(codes.length === 0 ? "PASS" : "FAIL");
  });

  const careless: readonly (readonly [what: string, swap: () => void, codes: readonly string[]])[] = [
    [
      "a pack edited behind the transition's back",
      pack((p) => void (p.event = "x")),
      ["EVIDENCE_DIGEST_MISMATCH"],
    ],
    [
      "evidence edited behind the pack's back",
      evidence((e) => void (e.run_id = "x")),
      ["EVIDENCE_DIGEST_MISMATCH"],
    ],
    ["a file that is missing", () => rmSync(file("parity.json")), ["CHECK_PACK_INCOMPLETE"]],
    ["a file that nobody lists", () => writeFileSync(file("benchmark.json"), "{}\n"), ["EVIDENCE_UNLISTED"]],
    [
      "a file below that nobody lists",
      () => scene.repo.write(`${packPath(scene)}/more/a.json`, "{}\n"),
      ["EVIDENCE_UNLISTED"],
    ],
    [
      "a file among the approvals that is none",
      () => scene.repo.write(`${packPath(scene)}/approvals/a.json`, "{}\n"),
      ["APPROVAL_MALFORMED"],
    ],
    [
      "a file among the approvals that has no approval's name",
      () => scene.repo.write(`${packPath(scene)}/approvals/.a.json`, "{}\n"),
      ["EVIDENCE_UNLISTED"],
    ],
  ];
  it.each(careless)("%s", async (what, swap, codes) => {
    const head = scene.branch(what.replaceAll(/\W+/g, "-"), swap, "promote/prod/flight-delay");
    expect(codesOf(await scene.check("main", head))).toEqual(codes);
  });

  it("a file that the pack lists and that is no evidence", async () => {
    const head = scene.branch(
      "smuggled",
      () => {
        writeFileSync(file("payload.sh"), "#!/bin/sh\n");
        pack((p) => void p.files.push({ path: "payload.sh", sha256: OTHER, size: 1 }))();
        reseal(scene);
      },
      "promote/prod/flight-delay",
    );
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_PACK_FOREIGN"]);
  });

  it("evidence that was removed with its entry, so that nothing speaks against the verdict", async () => {
    const head = scene.branch(
      "removed",
      () => {
        rmSync(file("parity.json"));
        pack((p) => void (p.files = p.files.filter(({ path }) => path !== "parity.json") as never))();
        reseal(scene);
      },
      "promote/prod/flight-delay",
    );
    expect(codesOf(await scene.check("main", head))).toEqual(["EVIDENCE_ENGINE_MISMATCH"]);
  });

  it("the pack of a version for that of another", async () => {
    const other = await checkScene(["flight-delay@1.0.0", "flight-delay@1.1.0"]);
    using _ = other;
    const branch = await other.propose({ environment: "staging" });
    const folder = other.repo.git("ls-tree", "-r", "--name-only", branch, "evidence").split("\n");
    const head = scene.branch(
      "replayed",
      () => {
        for (const path of folder) {
          const name = path.split("/").at(-1) ?? "";
          scene.repo.write(`${packPath(scene)}/${name}`, `${other.repo.git("show", `${branch}:${path}`)}\n`);
        }
        reseal(scene);
      },
      "promote/prod/flight-delay",
    );
    const codes = codesOf(await scene.check("main", head));
    expect(new Set(codes)).toEqual(new Set(["CHECK_RUN_MISMATCH", "CHECK_REQUEST_MISMATCH"]));
  });

  it("a symlink for a file of the pack", async () => {
    const head = scene.branch(
      "linked",
      () => {
        rmSync(file("parity.json"));
        symlinkSync("integrity.json", file("parity.json"));
      },
      "promote/prod/flight-delay",
    );
    expect(codesOf(await scene.check("main", head))).toEqual(["CHECK_PATH_HOSTILE"]);
  });
});
