import { demoRepository, type DemoRepository } from "./demo/repository.ts";
import { say } from "./demo/say.ts";

/** The main job on real models, in a copy of this repository: what a release manager does in a year, in a minute. */
function play(repository: DemoRepository): void {
  const { modelgate, merge } = repository;

  trust(repository);

  say("2. A version arrives", "Its author adds a folder; register computes every digest, and signs.");
  register(repository, "1.0.0");
  modelgate(["validate", "--all"]);

  say("3. It goes live", "Each step is gated: one commit, one merge. Production takes a second person too.");
  promoteAllTheWay(repository, "1.0.0");

  say("4. A better version", "1.1.0 is measured against the live one, on this machine, in turn.");
  register(repository, "1.1.0");
  promoteAllTheWay(repository, "1.1.0");

  say("5. A broken version", "1.2.0 was exported carelessly. Its own parity.json says that all is well.");
  register(repository, "1.2.0");
  modelgate(["promote", "flight-delay@1.2.0", "--to", "SHADOW", "--env", "prod", "--reason", "retrained"], {
    exit: 1,
  });

  say("6. The way back", "Complaints come in. A rollback needs integrity and a version that passed before.");
  modelgate(["rollback", "flight-delay", "--env", "prod", "--reason", "complaints from the operations desk"]);
  merge("promote/prod/flight-delay");

  say("7. A year later", "What is live, who let it through, and is the history whole?");
  modelgate(["status"]);
  modelgate(["live", "flight-delay", "--env", "prod"]);
  modelgate(["history", "flight-delay"]);
  modelgate(["audit"]);
}

function trust({ keys, modelgate, commit }: DemoRepository): void {
  say("1. Whom to trust", "Keys, who holds them, what they may sign. They count from the next commit on.");
  if (keys === null) {
    process.stdout.write("No ssh-keygen here: nothing is signed or approved in this demo.\n");
    return;
  }
  modelgate(["trust", "add", "ada", "--key", `${keys.asking}.pub`, "--roles", ...ROLES]);
  modelgate(["trust", "add", "bob", "--key", `${keys.approving}.pub`, "--roles", "release-manager"]);
  commit("trust: Ada and Bob");
}

const ROLES = ["model-signer", "release-manager", "policy-owner"];

function register({ keys, modelgate, add, commit }: DemoRepository, version: string): void {
  add("flight-delay", version);
  modelgate(["register", `models/flight-delay/${version}`, ...(keys === null ? [] : ["--key", keys.asking])]);
  commit(`models: flight-delay ${version}`);
}

const PHASES = [
  ["SHADOW", []],
  ["CANARY", ["--phase", "5%"]],
  ["CANARY", ["--phase", "50%"]],
  ["PRODUCTION", []],
] as const;

function promoteAllTheWay({ keys, modelgate, merge }: DemoRepository, version: string): void {
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
    if (slot === "PRODUCTION" && keys !== null)
      modelgate([
        "approve",
        "prod/flight-delay",
        "--key",
        keys.approving,
        "--comment",
        "agreed with the desk",
      ]);
    merge("promote/prod/flight-delay");
  }
}

const repository = demoRepository();
play(repository);
say("Done", `Look around: cd ${repository.root} && git log --stat`);
