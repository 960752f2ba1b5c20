import { ENVIRONMENTS_FILE, TRUST_FILE } from "../../domain/policy-files.ts";
import type { Digest } from "../../domain/digest.ts";
import { type Ledger, LEDGER_FILE } from "../../domain/ledger.ts";
import type { EnvironmentPhases } from "../../domain/lifecycle.ts";
import { formatModelRef, type ModelRef, versionFolder } from "../../domain/model-ref.ts";
import { GateError, problem, type Problem, tried } from "../../errors.ts";
import { parseLedger } from "../../ledger/ledger-text.ts";
import type { PolicySet } from "../../policy/policy.ts";
import { parseTrust, type TrustRegistry } from "../../trust/registry.ts";
import { FOLDER } from "../../ledger/audit/tree-cursor.ts";
import { type CommitFiles, readPolicies, registeredVersion } from "../gate/base.ts";
import type { RegisteredVersion } from "../gate/last-lawful.ts";
import { readEnvironments } from "../gate/environments.ts";
import { type ReadVersion, readVersion } from "../registry/load-version.ts";
import { diffTrees } from "../../ledger/audit/raw-tree.ts";
import type { CommittedTree, CommittedVersion, TreeFile } from "../registry/committed-version.ts";
import { Remembered } from "./remembered.ts";
import type { ObjectStore } from "./store.ts";

/** Root trees of the audited line, and what the gate reads of them; parsed once for each spelling of it. */
export class Snapshots {
  readonly store: ObjectStore;
  readonly #policies = new Remembered<PolicySet>(64);
  readonly #trust = new Remembered<TrustRegistry>(64);
  readonly #environments = new Remembered<readonly EnvironmentPhases[]>(64);
  readonly #versions = new Remembered<RegisteredVersion>(1024);
  /** Whole manifests, for those who ask one after the other. */
  readonly #manifests = new Remembered<ReadVersion>(64);
  readonly #ledgers = new Remembered<Ledger>(64);

  constructor(store: ObjectStore) {
    this.store = store;
  }

  /** The policies of a tree. GIT_*, POLICY_*, DOCUMENT_*. */
  async policies(root: string): Promise<PolicySet> {
    const folder = await this.store.find(root, "policies");
    // An id in the place of a folder may be that of a folder, and is none: a submodule holds nothing.
    const id = folder?.mode === FOLDER ? folder.id : "";
    return this.#policies.get(id, () => readPolicies(this.files(root), root));
  }

  /** The keys of a tree; null without a trust.yaml. GIT_*, TRUST_*, DOCUMENT_*. */
  async trust(root: string): Promise<TrustRegistry | null> {
    const id = await this.store.fileId(root, TRUST_FILE);
    if (id === null) return null;
    return this.#trust.get(id, async () => parseTrust(await this.store.blob(id), TRUST_FILE));
  }

  async environments(root: string): Promise<readonly EnvironmentPhases[]> {
    const id = await this.store.fileId(root, ENVIRONMENTS_FILE);
    return this.#environments.get(id ?? "", () => readEnvironments(this.files(root), root));
  }

  /** A registered version; undefined when the tree has no such version. MANIFEST_*, DOCUMENT_*. */
  async version(root: string, ref: ModelRef): Promise<RegisteredVersion | undefined> {
    const id = await this.#manifestId(root, ref);
    if (id === null) return undefined;
    return this.#versions.get(keyOf(ref, id), async () => registeredVersion(await this.#manifest(ref, id)));
  }

  /** Its whole manifest; undefined when the tree has no such version. MANIFEST_*, DOCUMENT_*. */
  async manifest(root: string, ref: ModelRef): Promise<ReadVersion | undefined> {
    const id = await this.#manifestId(root, ref);
    return id === null ? undefined : this.#manifest(ref, id);
  }

  #manifestId(root: string, ref: ModelRef): Promise<string | null> {
    return this.store.fileId(root, `${versionFolder(ref)}/manifest.json`);
  }

  #manifest(ref: ModelRef, id: string): Promise<ReadVersion> {
    return this.#manifests.get(keyOf(ref, id), async () => readVersion(ref, await this.store.blob(id)));
  }

  /** What a tree holds of a version; found out once for each tree of the version's folder. GIT_*. */
  async committed(root: string, ref: ModelRef): Promise<CommittedVersion> {
    return this.store.facts.committed.get(await this.#folderKey(root, ref), async () => {
      const found = await tried(() => this.#compared(root, ref));
      return found instanceof GateError ? { problems: found.problems, inLfs: [] } : found;
    });
  }

  async #compared(root: string, ref: ModelRef): Promise<CommittedVersion> {
    const version = await this.manifest(root, ref);
    if (!version) return { problems: [lacksManifest(ref)], inLfs: [] };
    const { committedVersion } = await import("../registry/committed-version.ts");
    return committedVersion(this.tree(root), { version, sources: null });
  }

  /** The same was found out by whoever asked for more than it, and found nothing wrong. */
  async noteCommitted(root: string, ref: ModelRef, found: CommittedVersion): Promise<void> {
    await this.store.facts.committed.get(await this.#folderKey(root, ref), async () => found);
  }

  async #folderKey(root: string, ref: ModelRef): Promise<string> {
    const folder = await this.store.find(root, versionFolder(ref));
    // The id of a submodule may be that of a folder.
    return keyOf(ref, folder?.mode === FOLDER ? folder.id : "");
  }

  /** A root tree as versions are compared with it. */
  tree(root: string): CommittedTree {
    const { store } = this;
    return {
      below: (folder) => this.#filesBelow(root, folder),
      at: async (path) => {
        const entry = await store.find(root, path);
        return entry && entry.mode !== FOLDER ? { path, ...entry } : undefined;
      },
      content: (id) => store.content(id),
      read: (id) => store.blob(id),
    };
  }

  /** The id of the ledger's blob; null when the tree has none, or something that is no file in its place. */
  async ledgerId(root: string): Promise<string | null> {
    const entry = await this.store.find(root, LEDGER_FILE);
    return entry?.mode.startsWith("100") === true ? entry.id : null;
  }

  /** The ledger in a blob, for whoever looks back; most who do look at the same revisions. LEDGER_*, DOCUMENT_*. */
  ledger(id: string): Promise<Ledger> {
    return this.#ledgers.get(id, async () => parseLedger(await this.store.blob(id)));
  }

  /** A root tree as the use cases read a commit. */
  files(root: string): CommitFiles {
    return {
      show: (_commit, path) => this.store.file(root, path),
      paths: (_commit, folder) => this.#paths(root, folder),
    };
  }

  async #paths(root: string, folder: string): Promise<readonly string[]> {
    return (await this.#filesBelow(root, folder)).map(({ path }) => path);
  }

  async #filesBelow(root: string, folder: string): Promise<readonly TreeFile[]> {
    const top = await this.store.find(root, folder);
    if (top?.mode !== FOLDER) return [];
    const found = await diffTrees(this.store.tree, null, top.id);
    return found.flatMap(({ path, after }) => (after ? [{ path: `${folder}/${path}`, ...after }] : []));
  }
}

/** A commit of the line, as far as a pack that is bound to it needs it. */
export interface LineCommit {
  readonly commit: string;
  readonly position: number;
  readonly root: string;
  readonly ledgerDigest: Digest | null;
  /** As the commit claims. */
  readonly committedAt: Date;
}

function keyOf(ref: ModelRef, id: string): string {
  return `${ref.id} ${ref.version} ${id}`;
}

export function lacksManifest(ref: ModelRef): Problem {
  const where = { file: versionFolder(ref) };
  return problem("MANIFEST_MISSING", `${formatModelRef(ref)} has no manifest.json.`, { where });
}
