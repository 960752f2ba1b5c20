import type { NativeBinding } from "./binding.ts";
import type { Frame } from "./protocol.ts";

/** Serves one kind of request: answers frames of its own, or throws `Failure`. */
export type Handler = (binding: NativeBinding, request: Frame) => void;
