import { demoRepository, type DemoRepository } from "./demo/repository.ts";
import { say } from "./demo/say.ts";

/** The main job on real models, in a copy of this repository: what a release manager does in a year, in a minute. */
function play(repository: DemoRepository): void {
  const { modelgate, merge } = repository;

  trust(repository);

  say("2. A version arrives", "Its author adds a folder; register computes every digest, and signs.");
  register(repository, "1.0.0");
  modelgate(["validate", "--all"]);

  say("3. It goes live", "Shadow, two canary phases, production: each step is gated, one commit, one merge.");
  promoteAllTheWay(repository, "1.0.0");

  say("4. A better version", "1.1.0 is measured against the live one, on this machine, in turn.");
  register(repository, "1.1.0");
  promoteAllTheWay(repository, "1.1.0");

  say("5. A broken version", "1.2.0 was exported carelessly. Its own parity.json says that all is well.");
  register(repository, "1.2.0");
  modelgate(["promote", "flight-delay@1.2.0", "--to", "SHADOW", "--env", "prod", "--reason", "retrained"], {
    exit: 1,
  });

  say(
    "6. The way back",
    "Complaints come in. A rollback needs no benchmark, only integrity and a version that passed before.",
  );
  modelgate(["rollback", "flight-delay", "--env", "prod", "--reason", "complaints from the operations desk"]);
  merge("promote/prod/flight-delay");

  say("7. A year later", "What is live, who let it through, and is the history whole?");
  modelgate(["status"]);
  modelgate(["live", "flight-delay", "--env", "prod"]);
  repository.log();
  modelgate(["audit"]);
}

const ROLES = ["model-signer", "release-manager", "policy-owner"];

function trust({ key, modelgate, commit }: DemoRepository): void {
  say("1. Whom to trust", "A key, who holds it, and what it may sign. It counts from the next commit on.");
  if (key === null) {
    process.stdout.write("No ssh-keygen here: nothing is signed in this demo.\n");
    return;
  }
  modelgate(["trust", "add", "release", "--key", `${key}.pub`, "--roles", ...ROLES]);
  commit("trust: the release manager's key");
}

function register({ key, modelgate, add, commit }: DemoRepository, version: string): void {
  add("flight-delay", version);
  modelgate(["register", `models/flight-delay/${version}`, ...(key === null ? [] : ["--key", key])]);
  commit(`models: flight-delay ${version}`);
}

const PHASES = [
  ["SHADOW", []],
  ["CANARY", ["--phase", "5%"]],
  ["CANARY", ["--phase", "50%"]],
  ["PRODUCTION", []],
] as const;

function promoteAllTheWay({ modelgate, merge }: DemoRepository, version: string): void {
  for (const [slot, phase] of PHASES) {
    modelgate([
      "promote",
      `flight-delay@${version}`,
      "--to",
      slot,
      "--env",
      "prod",
      ...phase,
      "--reason",
      "better out of time",
    ]);
    merge("promote/prod/flight-delay");
  }
}

const repository = demoRepository();
play(repository);
say("Done", `Look around: cd ${repository.root} && git log --stat`);
