/** An artifact of a workflow run; immutable once it is finalized. */
export interface Artifact {
  readonly id: number;
  readonly run: string;
  readonly job: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt: string | undefined;
  readonly blocks: Map<string, Buffer>;
  content: Buffer | undefined;
  contentType: string;
  /** `sha256:<hex>`, as the client declared it. */
  digest: string | undefined;
  finalized: boolean;
}

/** Artifacts of all runs, and how often each call came. */
export class ArtifactStore {
  readonly all: Artifact[] = [];
  #lastId = 0;

  /** A new artifact; undefined when the run has one of this name. */
  create(about: Pick<Artifact, "run" | "job" | "name" | "createdAt" | "expiresAt">): Artifact | undefined {
    if (this.named(about.run, about.name) !== undefined) return undefined;
    this.#lastId += 1;
    const artifact: Artifact = {
      ...about,
      id: this.#lastId,
      blocks: new Map(),
      content: undefined,
      contentType: "application/octet-stream",
      digest: undefined,
      finalized: false,
    };
    this.all.push(artifact);
    return artifact;
  }

  named(run: string, name: string): Artifact | undefined {
    return this.all.find((one) => one.run === run && one.name === name);
  }

  byId(id: number): Artifact | undefined {
    return this.all.find((one) => one.id === id);
  }

  finished(run: string): readonly Artifact[] {
    return this.all.filter((one) => one.run === run && one.finalized);
  }

  delete(artifact: Artifact): void {
    this.all.splice(this.all.indexOf(artifact), 1);
  }
}
