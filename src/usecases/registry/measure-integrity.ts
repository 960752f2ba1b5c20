import type { Evidence, Finding } from "../../domain/evidence.ts";
import { measured } from "../../domain/measurement.ts";
import type { VersionFacts } from "../../domain/registry/version-facts.ts";
import { problem, type Problem } from "../../errors.ts";
import type { Machine } from "../../ports/machine.ts";
import type { RunContext } from "../run-context.ts";
import { timestampOf } from "../../domain/time.ts";
import { type Ground, signatureGround } from "../trust/ground.ts";
import type { OpenKeyless } from "../../ports/signing.ts";
import type { ModelSignature } from "../../domain/model-signature.ts";
import { modelSignature, type ModelSignatureAnswer } from "./model-signature.ts";
import { TRUSTED_ROOT } from "../../domain/policy-files.ts";
import { checkVersion } from "./check-version.ts";
import type { RegistryPorts } from "./ports.ts";
import type { ModelVersion } from "./load-version.ts";

export interface IntegrityPorts extends RegistryPorts {
  readonly machine: Pick<Machine, "fingerprint">;
  readonly openKeyless?: OpenKeyless;
}

/** For people: each problem with its place and remedy. */
export interface IntegrityDetails {
  readonly problems: readonly Problem[];
  /** Who signed the files; left out when nobody did. */
  readonly model_signature?: ModelSignature;
}

/** What a schema of evidence holds; how many problems there really are is what the metric says. */
const MAX_FINDINGS = 1024;
const MAX_INPUTS = 4096;
const MAX_PATH = 512;
const MAX_SENTENCE = 2000;

/** Checks a version as `validate` does, signed by whom the ground trusts, and states what came out: integrity.problems and integrity.files. */
export async function measureIntegrity(
  version: ModelVersion,
  ports: IntegrityPorts,
  run: RunContext,
  ground: Ground,
): Promise<Evidence<IntegrityDetails>> {
  const check = await checkVersion(ports, version.ref, ground);
  const signed = await signatureOf(version, ports, ground);
  const problems = [...check.problems, ...swapProblems(version, check.manifestDigest), ...signed.problems];
  const files = check.facts?.files.length ?? 0;
  return {
    schema_version: "modelgate/evidence/v1",
    kind: "integrity",
    run_id: run.runId,
    model_version: version.ref.version,
    canary_phase: run.phase,
    timestamp: timestampOf(run.now),
    subject: version.subject,
    baseline: null,
    inputs: inputsOf(version, check.facts),
    runner: ports.machine.fingerprint(null),
    seed: null,
    measurements: [
      measured("integrity.problems", { value: problems.length, samples: files }),
      measured("integrity.files", { value: files, samples: files }),
    ],
    findings: [...problems.map(toFinding), ...check.findings].slice(0, MAX_FINDINGS),
    details: {
      problems: problems.slice(0, MAX_FINDINGS),
      ...(signed.signature ? { model_signature: signed.signature } : {}),
    },
  };
}

async function signatureOf(
  { ref, folder }: ModelVersion,
  ports: IntegrityPorts,
  ground: Ground,
): Promise<ModelSignatureAnswer> {
  const { use } = await signatureGround(ports.git, ground, ref);
  const root = ground.commit === null ? undefined : await ports.git.show(ground.commit, TRUSTED_ROOT);
  return modelSignature(ports, { folder, trust: ground.trust, use, root: root ?? null });
}

/** The evidence is about the version that was loaded, so that very manifest must have been checked. */
function swapProblems(version: ModelVersion, checked: string | null): Problem[] {
  if (checked === null || checked === version.manifestDigest) return [];
  const where = { file: `${version.folder}/manifest.json` };
  return [problem("FILE_CHANGED", "The manifest changed while the version was checked.", { where })];
}

function inputsOf(version: ModelVersion, facts: VersionFacts | null): Evidence["inputs"] {
  const manifest = { name: `${version.folder}/manifest.json`, digest: version.manifestDigest };
  const files = (facts?.files ?? []).map((file) => ({
    name: `${version.folder}/${file.path}`,
    digest: file.digest,
  }));
  const inputs = [manifest, ...files].filter(({ name }) => name.length <= MAX_PATH).slice(0, MAX_INPUTS);
  return inputs.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

function toFinding(one: Problem): Finding {
  const file = one.where?.file.slice(0, MAX_PATH) ?? null;
  return { code: one.code, message: one.message.slice(0, MAX_SENTENCE).toWellFormed(), file };
}
