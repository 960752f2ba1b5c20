import { parseCommand, type Command } from "./command-line.ts";

/** The runner's limits. */
export const MAX_ANNOTATIONS_PER_TYPE = 10;
export const MAX_ANNOTATION_LENGTH = 4096;

export type AnnotationType = "error" | "warning" | "notice";

export interface Annotation {
  readonly type: AnnotationType;
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

const COMMANDS = [
  "add-mask",
  "add-matcher",
  "add-path",
  "debug",
  "echo",
  "endgroup",
  "error",
  "group",
  "notice",
  "remove-matcher",
  "save-state",
  "set-env",
  "set-output",
  "stop-commands",
  "warning",
];

/** What a step did by printing. Feed it lines of stdout and stderr, as the runner does. */
export class StepLog {
  readonly outputs = new Map<string, string>();
  readonly state = new Map<string, string>();
  readonly annotations: Annotation[] = [];
  /** Annotations beyond the limit: the runner drops them without a word. */
  readonly dropped: Annotation[] = [];
  readonly debug: string[] = [];
  /** Commands that took effect, in order. */
  readonly commands: Command[] = [];
  failed = false;
  readonly #lines: string[] = [];
  readonly #masks = new Set<string>();
  readonly #registered = new Set(COMMANDS);
  #stopToken: string | undefined;

  /** Lines as people see them, with secrets masked. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  take(line: string): void {
    const command = parseCommand(line, this.#registered);
    if (command === undefined) return void this.#lines.push(this.mask(line));
    if (this.#stopToken !== undefined) return this.#whileStopped(command, line);
    this.commands.push(command);
    this.#run(command);
  }

  mask(text: string): string {
    const masks = [...this.#masks].sort((a, b) => b.length - a.length);
    return masks.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
  }

  /** Secrets known to the job before the step starts, and those that the step adds. */
  addMask(secret: string): void {
    for (const part of [secret, ...secret.split(/[\r\n]+/).map((line) => line.trim())]) {
      if (part.trim() !== "") this.#masks.add(part);
    }
  }

  annotate(annotation: Annotation): void {
    const same = this.annotations.filter((other) => other.type === annotation.type).length;
    const message = this.mask(annotation.message).slice(0, MAX_ANNOTATION_LENGTH);
    const target = same < MAX_ANNOTATIONS_PER_TYPE ? this.annotations : this.dropped;
    target.push({ ...annotation, message });
    this.#lines.push(`##[${annotation.type}]${message}`);
  }

  #whileStopped(command: Command, line: string): void {
    if (command.name.toLowerCase() === this.#stopToken?.toLowerCase()) {
      this.#registered.delete(this.#stopToken);
      this.#stopToken = undefined;
    }
    this.#lines.push(this.mask(line));
  }

  #run(command: Command): void {
    switch (command.name) {
      case "error":
      case "warning":
      case "notice":
        return this.annotate({ type: command.name, message: command.data, properties: command.properties });
      case "add-mask":
        return this.addMask(command.data);
      case "stop-commands":
        return this.#stop(command.data);
      case "set-env":
      case "add-path":
        return this.#refuse(`The \`${command.name}\` command is disabled.`);
      default:
        return this.#keep(command);
    }
  }

  #keep({ name, properties, data }: Command): void {
    if (name === "set-output") this.outputs.set(properties["name"] ?? "", data);
    else if (name === "save-state") this.state.set(properties["name"] ?? "", data);
    else if (name === "debug") this.debug.push(data);
    else this.#lines.push(this.mask(`##[${name}]${data}`));
  }

  #stop(token: string): void {
    if (token === "" || token.toLowerCase() === "pause-logging" || this.#registered.has(token)) {
      return this.#refuse("You cannot use this token for stop-commands.");
    }
    this.#stopToken = token;
    this.#registered.add(token);
    if (token.length > 6) this.addMask(token);
  }

  #refuse(message: string): void {
    this.failed = true;
    this.annotate({ type: "error", message, properties: {} });
  }
}
