/** What a verb looks like in use; every line works on the models of this repository. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  status: ["modelgate status", "modelgate status flight-delay"],
  live: [
    "modelgate live flight-delay --env prod",
    "modelgate live flight-delay --env prod --at 2026-11-21T08:00:00Z",
  ],
  audit: [
    "modelgate audit",
    "modelgate audit --report audit.md",
    "modelgate audit --from v1.0.0 --report audit.json",
    "modelgate audit --checkpoint audit-checkpoint.json --key ~/.ssh/id_ed25519",
  ],
  history: ["modelgate history flight-delay", "modelgate history flight-delay --json"],
  verify: [
    "modelgate verify evidence/flight-delay/1.1.0/$RUN",
    "modelgate verify evidence/flight-delay/1.1.0/$RUN --json",
  ],
  init: [
    'modelgate init --ref "$COMMIT" --owner @acme/ml-platform',
    'modelgate init --ref "$COMMIT" --owner @you --model m.onnx --as churn@1.0.0',
  ],
  doctor: ["modelgate doctor", "modelgate doctor --repository acme/models"],
  record: ["modelgate record --repository acme/models"],
  explain: [
    "modelgate explain GATE_HARD_LIMIT_MISSED",
    "modelgate explain parity.max_abs_diff",
    "modelgate explain PROMOTE_TO_CANARY",
    "modelgate explain metrics",
  ],
  trust: [
    "modelgate trust list",
    "modelgate trust add ada --key ada.pub --roles policy-owner release-manager",
    "modelgate trust add --github-web-flow web-flow.gpg",
    "modelgate trust rotate ada-1 --key new.pub",
    'modelgate trust retire ada-1 --reason "rotated"',
    'modelgate trust revoke ada-1 --reason "laptop stolen"',
    'modelgate trust revoke --dataset "$DATASET_HASH" --reason "poisoned"',
  ],
  register: [
    "modelgate register models/flight-delay/1.1.0",
    "modelgate register models/flight-delay/1.1.0 --key ~/.ssh/id_ed25519",
  ],
  validate: ["modelgate validate", "modelgate validate models/flight-delay", "modelgate validate --all"],
  measure: [
    "modelgate measure parity flight-delay@1.2.0",
    "modelgate measure parity silero-vad@6.0.0 --event PROMOTE_TO_SHADOW --env prod",
    "modelgate measure benchmark flight-delay@1.1.0 --live flight-delay@1.0.0",
  ],
  gate: [
    "modelgate gate flight-delay@1.1.0 --event REGISTER",
    "modelgate gate flight-delay@1.1.0 --event PROMOTE_TO_SHADOW --env prod",
  ],
  promote: [
    "modelgate promote flight-delay@1.1.0 --to SHADOW --env staging",
    "modelgate promote flight-delay@1.1.0 --to CANARY --env staging --phase 50%",
    "modelgate promote flight-delay@1.1.0 --to PRODUCTION --env prod --dry-run",
  ],
  "sign-model": [
    "modelgate sign-model --method key --private-key key.pem \\\n    --model-path models/flight-delay/1.1.0 --output-bundle model.sig",
  ],
  "verify-model": [
    "modelgate verify-model --method key --public-key pub.pem \\\n    --model-path models/flight-delay/1.1.0 --bundle model.sig",
  ],
  export: [
    "modelgate export vsa evidence/flight-delay/1.1.0/$RUN --method key \\\n    --private-key key.pem --output-bundle vsa.sig",
  ],
  "verify-attestation": [
    "modelgate verify-attestation --bundle vsa.sig --method key \\\n    --public-key pub.pem --subject sha256:$HEX --level MODELGATE_REGISTER \\\n    --resource-uri modelgate:flight-delay@1.1.0/everywhere",
  ],
  approve: [
    "modelgate approve",
    "modelgate approve promote/prod/flight-delay",
    "modelgate approve prod/flight-delay --key ~/.ssh/id_ed25519",
    'modelgate approve --key ~/.ssh/id_ed25519.pub --comment "agreed with the desk"',
  ],
  check: ["modelgate check --base origin/main --head HEAD"],
  backtest: [
    "modelgate backtest --base origin/main --head HEAD",
    "modelgate backtest --base main --head stricter --report backtest.md",
  ],
  plan: ["modelgate plan --base origin/main --head HEAD --json"],
  rollback: [
    'modelgate rollback flight-delay --env prod --reason "complaints from the desk"',
    'modelgate rollback flight-delay --env prod --to 1.0.0 --reason "complaints"',
  ],
  disable: ['modelgate disable flight-delay@1.1.0 --env prod --reason "storm: out of range"'],
  enable: ['modelgate enable flight-delay@1.1.0 --env prod --reason "the storm is over"'],
  retire: ['modelgate retire flight-delay@1.0.0 --reason "its data may no longer be used"'],
  revoke: ['modelgate revoke flight-delay@1.1.0 --reason "trained on poisoned data"'],
};
