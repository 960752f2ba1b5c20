import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { digestOf } from "../../src/domain/digest.ts";
import { type Evidence, type Subject, packFolder } from "../../src/domain/evidence.ts";
import {
  type Ledger,
  liveVersion,
  modelState,
  type Transition,
  transitionCount,
} from "../../src/domain/ledger.ts";
import { apply } from "../../src/ledger/apply.ts";
import { HeldSince } from "../../src/ledger/audit/held-since.ts";
import { formatLedger, GENESIS, modelDigest } from "../../src/ledger/ledger-text.ts";
import { planTransition } from "../../src/ledger/plan.ts";
import { evaluate } from "../../src/policy/evaluate.ts";
import { parsePolicies, type PolicySource } from "../../src/policy/parse-policies.ts";
import type { PolicySet } from "../../src/policy/policy.ts";
import { openSshLine, publicKeyFromKeyObject } from "../../src/trust/public-key.ts";
import { packEvidence } from "../../src/usecases/gate/evidence-pack.ts";
import { evidenceWith, goodMeasurements, shippedSources } from "./judging.ts";
import { ObjectWriter, WorkTree } from "./object-writer.ts";
import { CODE, syntheticVersion } from "./synthetic-version.ts";

/** A fixed key, so that a history has the same commit ids at each run (RFC 8032, test 1). */
export const FIXED_KEY: KeyObject = createPrivateKey({
  key: {
    kty: "OKP",
    crv: "Ed25519",
    d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  },
  format: "jwk",
});

export function newKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

/** A request of a synthetic history; `model` and `version` are registered. */
export interface SyntheticRequest {
  readonly event: Transition["event"];
  readonly model: string;
  readonly version: string;
  readonly environment?: string | null;
  readonly phase?: string | null;
}

export interface SyntheticOptions {
  readonly versions: readonly { readonly id: string; readonly version: string }[];
  /** The shipped ones when left out. */
  readonly policies?: readonly PolicySource[];
  readonly key?: KeyObject;
  /** Null: no trust.yaml, and nothing is signed. */
  readonly trust?: string | null;
  /** Seconds since 1970 of the first commit; each further one is an hour later. */
  readonly start?: number;
}

const ALL_ROLES = "[model-signer, evidence-signer, release-manager, policy-owner, gate-bot]";

/** trust.yaml that gives one key every role. */
export function trustOf(key: KeyObject, version = 1): string {
  const { fingerprint } = publicKeyFromKeyObject(key);
  return `apiVersion: modelgate/v1
kind: TrustPolicy
metadata: { version: ${version}, owners: [ml-platform] }
principals:
  - id: ada
    roles: ${ALL_ROLES}
    keys:
      - id: ada-1
        fingerprint: ${fingerprint}
        public_key: ${openSshLine(publicKeyFromKeyObject(key))}
`;
}

/**
 * A history made in memory by the product's own kernels: adoption, then one gated, signed transition a commit. Real in
 * every byte that an audit reads, but its models are no models, and none was ever run.
 */
export class SyntheticHistory {
  readonly objects = new ObjectWriter();
  tree = new WorkTree(this.objects);
  readonly key: KeyObject;
  readonly #held = new HeldSince(true);
  readonly #policies: PolicySet;
  readonly #subjects = new Map<string, Subject>();
  #seconds: number;
  ledger: Ledger = GENESIS;
  head: string;

  constructor(options: SyntheticOptions) {
    this.key = options.key ?? FIXED_KEY;
    this.#seconds = options.start ?? 1_700_000_000;
    const sources = options.policies ?? shippedSources();
    this.#policies = parsePolicies(sources);
    for (const { path, bytes } of sources) this.tree.write(path, bytes);
    for (const { id, version } of options.versions) this.register(id, version);
    const trust = options.trust === undefined ? trustOf(this.key) : options.trust;
    if (trust !== null) this.tree.write("policies/trust.yaml", trust);
    this.tree.write("deployed.json", formatLedger(GENESIS));
    this.head = this.#write("adopt\n", trust === null ? null : this.key, []);
  }

  get seconds(): number {
    return this.#seconds;
  }

  register(id: string, version: string): void {
    const files = syntheticVersion(id, version);
    this.tree.write(CODE.path, CODE.text);
    for (const [path, text] of files) this.tree.write(`models/${id}/${version}/${path}`, text);
    this.#subjects.set(`${id}@${version}`, {
      model_id: id,
      version,
      manifest_digest: digestOf(files.get("manifest.json") ?? ""),
      artifact_digest: digestOf(`${id}@${version}`),
    });
  }

  /** Commits what was written to the tree. */
  commit(message = "change\n", signWith: KeyObject | null = this.key, more: CommitMore = {}): string {
    const { merged = [], seconds } = more;
    if (seconds !== undefined) this.#seconds = seconds;
    this.head = this.#write(message, signWith, [this.head, ...merged], more.extra);
    return this.head;
  }

  /** The text of a file as it is in the tree now. */
  async text(path: string): Promise<string> {
    const { ObjectStore } = await import("../../src/usecases/audit/store.ts");
    const bytes = await new ObjectStore(this.objects).file(this.tree.tree(), path);
    if (!bytes) throw new Error(`There is no ${path}.`);
    return bytes.toString("utf8");
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what the file holds
  async read<T>(path: string): Promise<T> {
    return JSON.parse(await this.text(path)) as T;
  }

  /** Decides and writes a transition to the tree, as the gate would; `commit` lands it. */
  decide(asked: SyntheticRequest): Transition {
    this.#seconds += 3600;
    const request = { environment: "prod", phase: null, reason: "because", requestedBy: "Ada", ...asked };
    const { transition, files } = this.#judge(request);
    const before = this.ledger;
    const phases = this.#policies.environments;
    this.ledger = apply(before, transition, phases);
    for (const [path, bytes] of files) this.tree.write(path, bytes);
    this.tree.write("deployed.json", formatLedger(this.ledger));
    this.#held.record({
      position: this.objects.commits.length,
      effective: iso(this.#seconds),
      before,
      after: this.ledger,
      models: [transition.model],
    });
    return transition;
  }

  /** A gated transition in a signed commit. */
  promote(asked: SyntheticRequest): string {
    const { event, model } = this.decide(asked);
    return this.commit(`${event} ${model}\n`);
  }

  /** A gated transition in a signed commit beside the line, on its head, for somebody to merge. */
  propose(asked: SyntheticRequest): string {
    const { tree, ledger } = this;
    this.tree = tree.copy();
    const { event, model } = this.decide(asked);
    const [root, seconds] = [this.tree.tree(), this.#seconds];
    [this.tree, this.ledger] = [tree, ledger];
    const message = `${event} ${model}\n`;
    return this.objects.commit(root, {
      parents: [this.head],
      message,
      seconds,
      signWith: this.key,
      aside: true,
    });
  }

  #judge(request: Required<SyntheticRequest> & { reason: string; requestedBy: string }) {
    const now = new Date(this.#seconds * 1000);
    const subject = this.#subject(request.model, request.version);
    const live =
      request.environment === null ? undefined : liveVersion(this.ledger, request.model, request.environment);
    const baseline =
      live && live.version !== request.version ? this.#subject(request.model, live.version) : null;
    const stamp = iso(this.#seconds).replaceAll(/[-:]/g, "");
    const runId = `${request.model}_${request.version}_${request.phase?.replace("%", "") ?? "none"}_${stamp}_${transitionCount(this.ledger).toString(16).padStart(8, "0")}`;
    const evidence = this.#evidence(request.event, {
      run_id: runId,
      subject,
      baseline,
      timestamp: iso(this.#seconds),
    });
    const since = this.#held.at(this.objects.commits.length - 1, this.ledger, request);
    const verdict = evaluate({
      policies: this.#policies,
      evidence,
      ledger: this.ledger,
      request,
      subject,
      baseline,
      broken: [],
      revoked: [],
      history: { since: since === "unknown" ? null : since, refusedBefore: [] },
      enforcedElsewhere: ["approvals", "streak"],
      now,
      runId,
      baseCommit: this.head,
    });
    if (verdict.outcome === "FAIL" || verdict.outcome === "INCONCLUSIVE")
      throw new Error(`Refused: ${JSON.stringify(verdict, null, 1)}`);
    const { run_id, subject: about, event, environment, canary_phase, base_commit, policy_digest } = verdict;
    const head = {
      run_id,
      subject: about,
      baseline,
      event,
      environment,
      canary_phase,
      base_commit,
      policy_digest,
    };
    const ledger_digest = modelDigest(modelState(this.ledger, request.model));
    const pack = packEvidence({ ...head, ledger_digest, created_at: verdict.decided_at }, evidence, verdict);
    const planned = planTransition(this.ledger, request, this.#policies.environments);
    const transition: Transition = {
      event: planned.event,
      model: planned.model,
      version: planned.version,
      manifest_digest: subject.manifest_digest,
      environment: planned.environment,
      from: planned.from,
      to: planned.to,
      ...(planned.phase === null ? {} : { phase: planned.phase }),
      reason: planned.reason,
      requested_by: "Ada",
      run_id: runId,
      decided_at: verdict.decided_at,
      policy_digest,
      evidence_digest: pack.digest,
      verdict: verdict.outcome,
    };
    const folder = packFolder({ model: planned.model, version: planned.version, runId });
    return {
      transition,
      files: [...pack.files].map(([path, bytes]) => [`${folder}/${path}`, bytes] as const),
    };
  }

  #evidence(event: Transition["event"], more: Partial<Evidence>): readonly Evidence[] {
    const needed = this.#policies.policies.filter(({ match }) => match.events.includes(event));
    const metrics = new Set(needed.flatMap(({ objectives }) => objectives.map(({ metric }) => metric)));
    const measured = goodMeasurements().filter(({ metric }) => metrics.has(metric));
    return evidenceWith(measured, { ...more, model_version: more.subject?.version ?? "" });
  }

  #subject(model: string, version: string): Subject {
    const known = this.#subjects.get(`${model}@${version}`);
    if (!known) throw new Error(`${model}@${version} is not registered.`);
    return known;
  }

  #write(message: string, signWith: KeyObject | null, parents: readonly string[], extra = ""): string {
    return this.objects.commit(this.tree.tree(), {
      parents,
      message,
      seconds: this.#seconds,
      signWith,
      extra,
    });
  }
}

export interface CommitMore {
  readonly merged?: readonly string[];
  readonly seconds?: number;
  readonly extra?: string;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}
