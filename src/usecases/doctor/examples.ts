import type { doctorReasons } from "../../domain/reasons/doctor.ts";

const SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1";

const GATE = `on:
  pull_request:
    types: [opened, synchronize, reopened, ready_for_review, edited]
  merge_group:`;

const QUEUE = `concurrency:
  group: modelgate-\${{ inputs.model }}
  queue: max
  cancel-in-progress: false`;

const REQUIRED = `{ "context": "model-gate", "integration_id": 15368 }`;

/** What each rule wants to see, to copy. */
export const EXAMPLES: Readonly<Record<keyof typeof doctorReasons, string>> = {
  DOCTOR_WORKFLOW_UNREADABLE: "",
  DOCTOR_GATE_MISSING: "modelgate init --owner @org/team --ref <commit of a release>",
  DOCTOR_GATE_TWICE: "",
  DOCTOR_GATE_TRIGGER_MISSING: GATE,
  DOCTOR_GATE_MERGE_GROUP_MISSING: GATE,
  DOCTOR_GATE_RETARGET_UNSEEN: GATE,
  DOCTOR_GATE_FILTERED: GATE,
  DOCTOR_GATE_SKIPPABLE: "model-gate:\n  name: model-gate\n  if: always()",
  DOCTOR_GATE_SOFT: "",
  DOCTOR_GATE_EMPTY: `uses: modelgate/modelgate@<commit of a release>`,
  DOCTOR_GATE_LEG_UNSEEN: "needs: [plan, measure]",
  DOCTOR_USES_UNPINNED: `uses: actions/checkout@${SHA} # v7.0.1`,
  DOCTOR_HEAD_CHECKED_OUT: "on: pull_request",
  DOCTOR_PERMISSIONS_MISSING: "permissions: {}\njobs:\n  model-gate:\n    permissions:\n      contents: read",
  DOCTOR_PERMISSIONS_BROAD: "permissions: {}\njobs:\n  promote:\n    permissions:\n      contents: write",
  DOCTOR_SCRIPT_INJECTION: `env:\n  TITLE: \${{ github.event.pull_request.title }}\nrun: printf '%s\\n' "$TITLE"`,
  DOCTOR_CREDENTIALS_KEPT: `uses: actions/checkout@${SHA} # v7.0.1\nwith:\n  persist-credentials: false`,
  DOCTOR_PROMOTION_CANCELLED: QUEUE,
  DOCTOR_PROMOTION_UNQUEUED: QUEUE,
  DOCTOR_RECORD_POWERLESS:
    "record:\n  permissions:\n    contents: write\n    deployments: write\n    pull-requests: write",
  DOCTOR_RULES_UNOWNED: "/policies/ @org/ml-platform\n/.github/  @org/ml-platform",
  DOCTOR_BYTES_CONVERTED: "models/**     -text\nevidence/**   -text\ndeployed.json -text",
  DOCTOR_CHECK_NOT_REQUIRED: REQUIRED,
  DOCTOR_CHECK_SOURCE_OPEN: REQUIRED,
  DOCTOR_REBASE_ALLOWED: `"allowed_merge_methods": ["merge"]`,
  DOCTOR_UNSIGNED_ALLOWED: `{ "type": "required_signatures" }`,
  DOCTOR_FORCE_PUSH_ALLOWED: `{ "type": "non_fast_forward" }, { "type": "deletion" }`,
  DOCTOR_OWNER_REVIEW_OFF: `"require_code_owner_review": true, "require_last_push_approval": true`,
  DOCTOR_QUEUE_HEADGREEN: `{ "type": "merge_queue", "parameters": { "grouping_strategy": "ALLGREEN", … } }`,
  DOCTOR_PULL_REQUESTS_OFF: "",
};
