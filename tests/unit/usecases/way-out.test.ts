import { beforeAll, describe, expect, it } from "vitest";
import type { Change, Entry, ObjectGit } from "../../support/object-git.ts";
import {
  ask,
  checkOf,
  ENVIRONMENTS,
  lastAudited,
  MODEL,
  propose,
  refusalOf,
  WAYS_OUT,
  wayOutScene,
} from "../../support/way-out-scene.ts";

/** Way of breaking a file -> what is in its place; null: nothing. */
type Ways = Readonly<Record<string, (text: string) => Entry | string | null>>;

const link: Entry = { mode: "120000", bytes: Buffer.from("elsewhere") };
const submodule: Entry = { mode: "160000", bytes: new Uint8Array() };

const UNREADABLE: Ways = {
  "no document": () => "a: [\n{",
  "another schema": (text) => text.replace("kind:", "kindness:").replace('"schema_version"', '"schema"'),
  "a version that is none": (text) =>
    text.replace(/version(": |: )\d+/, "version$1-1").replace("modelgate/", "odd/"),
  "not UTF-8": () => ({ mode: "100644", bytes: Buffer.from([0xc3, 0x28]) }),
  empty: () => "",
  "too large": (text) => `${text}${`# ${"x".repeat(1022)}\n`.repeat(1100)}`,
  "a symbolic link": () => link,
  "a submodule": () => submodule,
};

let scene: ObjectGit;
beforeAll(async () => {
  scene = await wayOutScene();
}, 120_000);

function textOf(git: ObjectGit, path: string): string {
  return Buffer.from(git.entries().get(path)?.bytes ?? "").toString("utf8");
}

/** Everything below a path, away. */
function without(git: ObjectGit, folder: string): Change {
  const below = [...git.entries().keys()].filter((path) => path === folder || path.startsWith(`${folder}/`));
  return new Map(below.map((path) => [path, null]));
}

interface Came {
  readonly outcome: string;
  /** `file CODE` of what the verdict names as broken. */
  readonly broken: readonly string[];
}

/** Breaks main, asks for a way out, and follows it through check, merge and audit. */
async function comesThrough(change: Change, event: string): Promise<Came> {
  const git = scene.fork();
  git.land(change, "break\n");
  const { branch, verdict } = await propose(git, WAYS_OUT[event]!);
  const checked = await checkOf(git, branch);
  expect([checked.problems, checked.outcome]).toEqual([[], verdict.outcome]);
  git.merge(branch);
  const { reasons, outcome, transition } = await lastAudited(git);
  const codes = [...new Set(reasons.map(({ code }) => code))];
  expect([outcome, codes]).toEqual(
    verdict.outcome === "WARN" ? ["WARN", ["AUDIT_DECIDED_AMID_BROKEN"]] : ["PASS", []],
  );
  expect(transition).toMatchObject({ event, revision: 7 });
  return {
    outcome: verdict.outcome,
    broken: (verdict.broken ?? []).map(({ file, reason }) => `${file} ${reason}`),
  };
}

const ALL = Object.keys(WAYS_OUT);
const FILES_OF_THE_SET = [
  "policies/gates/disable.yaml",
  "policies/gates/production.yaml",
  "policies/environments.yaml",
  "policies/waivers.yaml",
  "policies/retention.yaml",
];

describe.each([...FILES_OF_THE_SET, "policies/trust.yaml", "deployed.json"])(
  "%s that cannot be read",
  (file) => {
    it.each(Object.keys(UNREADABLE))("%s: every way out works and names it", async (way) => {
      const now = UNREADABLE[way]!(textOf(scene, file));
      for (const event of ALL) {
        const { outcome, broken } = await comesThrough(new Map([[file, now]]), event);
        expect([event, outcome, broken.map((one) => one.split(" ")[0])]).toEqual([
          event,
          "WARN",
          expect.arrayContaining([file]),
        ]);
      }
    });
  },
);

const MANIFEST = (version: string): string => `models/${MODEL}/${version}/manifest.json`;

/** What is gone, renamed or spelt otherwise, and what each way out then names as broken; nothing: it is not in its way. */
const ROWS: readonly (readonly [
  string,
  (git: ObjectGit) => Change,
  Readonly<Record<string, readonly string[]>>,
])[] = [
  ["deployed.json is gone", (git) => without(git, "deployed.json"), every("deployed.json LEDGER_MISSING")],
  [
    "deployed.json is a folder",
    (git) => new Map([...without(git, "deployed.json"), ["deployed.json/x", "x"]]),
    every("deployed.json GIT_NOT_A_FILE"),
  ],
  [
    "deployed.json is reformatted",
    (git) => new Map([["deployed.json", JSON.stringify(JSON.parse(textOf(git, "deployed.json")))]]),
    every("deployed.json LEDGER_NOT_CANONICAL"),
  ],
  [
    "deployed.json is an earlier revision",
    (git) => new Map([["deployed.json", git.before("main").get("deployed.json")!]]),
    every("deployed.json LEDGER_CHAIN_BROKEN"),
  ],
  [
    "trust.yaml is gone",
    (git) => without(git, "policies/trust.yaml"),
    every("policies/trust.yaml TRUST_FILE_REMOVED"),
  ],
  [
    "trust.yaml is reformatted",
    (git) => new Map([["policies/trust.yaml", `${textOf(git, "policies/trust.yaml")}\n# nothing\n`]]),
    {},
  ],
  ["all policies are gone", (git) => without(git, "policies/gates"), every("policies POLICY_EMPTY")],
  [
    "the policy of the event is gone",
    (git) => without(git, "policies/gates/disable.yaml"),
    { DISABLE: ["policies/gates POLICY_NONE_MATCHES"] },
  ],
  [
    "the policy of the event is no policy by its name",
    (git) =>
      new Map([
        ...without(git, "policies/gates/disable.yaml"),
        ["policies/gates/disable.yml", textOf(git, "policies/gates/disable.yaml")],
      ]),
    every("policies/gates/disable.yml POLICY_FILE_UNREAD"),
  ],
  ["a policy of another event is gone", (git) => without(git, "policies/gates/production.yaml"), {}],
  ["waivers are gone", (git) => without(git, "policies/waivers.yaml"), {}],
  ["retention is gone", (git) => without(git, "policies/retention.yaml"), {}],
  [
    "environments are gone",
    (git) => without(git, "policies/environments.yaml"),
    {
      DISABLE: ["policies/environments.yaml ENVIRONMENT_UNKNOWN"],
      ROLLBACK: ["policies/environments.yaml ENVIRONMENT_UNKNOWN"],
    },
  ],
  [
    "the environment is renamed, and policies name it no more",
    (git) =>
      new Map([
        ["policies/environments.yaml", ENVIRONMENTS.replace("prod", "production")],
        ...[...git.entries()]
          .filter(([path]) => path.startsWith("policies/gates/"))
          .map(([path]) => [path, textOf(git, path).replace("[prod]", "[production]")] as const),
      ]),
    { DISABLE: ["policies/gates POLICY_NONE_MATCHES"], ROLLBACK: ["policies/gates POLICY_NONE_MATCHES"] },
  ],
  [
    "the environment is renamed, and policies name the old one",
    () => new Map([["policies/environments.yaml", ENVIRONMENTS.replace("prod", "production")]]),
    everyOf(
      ["canary", "disable", "enable", "production", "retire", "revoke", "rollback", "shadow"].map(
        (name) => `policies/gates/${name}.yaml POLICY_ENVIRONMENT_UNKNOWN`,
      ),
    ),
  ],
  [
    "the live version's folder is gone",
    (git) => without(git, `models/${MODEL}/1.1.0`),
    beside("RETIRE", `${MANIFEST("1.1.0")} MANIFEST_MISSING`),
  ],
  [
    "the live version's manifest is edited",
    (git) => new Map([[MANIFEST("1.1.0"), `${textOf(git, MANIFEST("1.1.0"))} `]]),
    beside("RETIRE", `${MANIFEST("1.1.0")} LEDGER_MANIFEST_CHANGED`),
  ],
  [
    "the live version's manifest is no document",
    () => new Map([[MANIFEST("1.1.0"), "{"]]),
    beside("RETIRE", `${MANIFEST("1.1.0")} DOCUMENT_TRUNCATED`),
  ],
  [
    "the live version's manifest is a link",
    () => new Map([[MANIFEST("1.1.0"), link]]),
    beside("RETIRE", `${MANIFEST("1.1.0")} GIT_NOT_A_FILE`),
  ],
  [
    "the live version's model is edited",
    () => new Map([[`models/${MODEL}/1.1.0/model.onnx`, "nonsense"]]),
    {},
  ],
  ["another model's folder is no version", () => new Map([["models/other/1.0.0/manifest.json", "{"]]), {}],
  ["evidence is gone", (git) => without(git, "evidence"), {}],
  ["evidence is edited", (git) => new Map([...without(git, "evidence")].map(([path]) => [path, "{"])), {}],
  ["audit exceptions are no document", () => new Map([["policies/audit-exceptions.yaml", "a: ["]]), {}],
  ["allowed signers are nonsense", () => new Map([[".github/allowed_signers", "nonsense"]]), {}],
];

function everyOf(broken: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(ALL.map((event) => [event, broken]));
}

function every(broken: string): Readonly<Record<string, readonly string[]>> {
  return everyOf([broken]);
}

function beside(event: string, broken: string): Readonly<Record<string, readonly string[]>> {
  return { ...every(broken), [event]: [] };
}

it.each(ROWS)("%s", async (_, change, expected) => {
  for (const event of ALL) {
    const broken = expected[event] ?? [];
    expect([event, await comesThrough(change(scene), event)]).toEqual([
      event,
      { outcome: broken.length > 0 ? "WARN" : "PASS", broken },
    ]);
  }
});

describe("a rollback to a version that is not there any more", () => {
  it.each([
    ["its folder is gone", (git: ObjectGit) => without(git, `models/${MODEL}/1.0.0`)],
    ["its manifest is edited", () => new Map([[MANIFEST("1.0.0"), "{}"]])],
    ["models is a file", (git: ObjectGit) => new Map([...without(git, "models"), ["models", "x"]])],
  ])("%s: it is refused, with the command that works", async (_, change) => {
    const git = scene.fork();
    git.land(change(git), "break\n");
    const refused = await refusalOf(() => propose(git, WAYS_OUT["ROLLBACK"]!));
    expect(refused.codes).toEqual(["GATE_VERSION_NOT_ON_BASE"]);
    expect(refused.fix).toContain('modelgate disable flight-delay@1.1.0 --env prod --reason "…"');
    expect((await propose(git, WAYS_OUT["DISABLE"]!)).verdict.outcome).toMatch(/PASS|WARN/);
  });
});

it("uncommitted edits are a note for the way out, and stop what brings a version forward", async () => {
  const git = scene.fork();
  git.dirtyPaths = ["models/other/notes.txt"];
  const { verdict, notes } = await propose(git, WAYS_OUT["DISABLE"]!);
  expect([verdict.outcome, notes]).toEqual(["PASS", ["GIT_DIRTY"]]);
  const forward = ask({ event: "PROMOTE_TO_SHADOW", version: "1.0.0" });
  expect((await refusalOf(() => propose(git, forward))).codes).toContain("GIT_DIRTY");
});

it("what brings a version forward stays closed while anything is broken", async () => {
  for (const file of [...FILES_OF_THE_SET, "policies/trust.yaml", "deployed.json"]) {
    const git = scene.fork();
    git.land(new Map([[file, "a: ["]]), "break\n");
    const enable = ask({ event: "PROMOTE_TO_SHADOW", version: "1.0.0" });
    expect([file, (await refusalOf(() => propose(git, enable))).codes.length > 0]).toEqual([file, true]);
  }
});

it("the same way out is proposed once, and goes on from what it made", async () => {
  const git = scene.fork();
  git.land(without(git, "deployed.json"), "break\n");
  const first = await propose(git, WAYS_OUT["DISABLE"]!);
  const tip = await git.resolve(first.branch);
  await propose(git, WAYS_OUT["DISABLE"]!);
  expect(await git.resolve(first.branch)).toBe(tip);
  git.merge(first.branch);
  const { branch, verdict } = await propose(git, WAYS_OUT["ROLLBACK"]!);
  expect(verdict.broken).toBeUndefined();
  expect((await checkOf(git, branch)).outcome).toBe("PASS");
  git.merge(branch);
  expect((await lastAudited(git)).outcome).toBe("PASS");
});
