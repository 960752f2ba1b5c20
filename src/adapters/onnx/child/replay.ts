import { tensorBytes, type Tensor } from "../../../domain/tensor.ts";
import { Failure } from "./failure.ts";
import type { Handler } from "./handler.ts";
import { answer } from "./pipe.ts";
import { decodeTensor, encodeTensor, type ReplayHeader } from "./protocol.ts";
import { openSession } from "./session.ts";

/** Runs every case once, in order, in one session, and answers each with a `case` frame. */
export const replay: Handler = (binding, request) => {
  const header = request.header as ReplayHeader;
  const session = openSession(binding, header.model, request.blobs);
  let left = header.maxOutputBytes;
  for (const inputs of header.cases) {
    const outputs = session.run(inputs.map((input) => decodeTensor(input, request.blobs)));
    left -= outputs.reduce((sum, output) => sum + weight(output), 0);
    if (left < 0)
      throw new Failure("MODEL_OUTPUT_TOO_LARGE", `The outputs are over ${header.maxOutputBytes} bytes.`);
    const blobs: Uint8Array[] = [];
    answer({ kind: "case", outputs: outputs.map((output) => encodeTensor(output, blobs)) }, blobs);
  }
};

function weight(tensor: Tensor): number {
  if (tensor.dtype !== "string") return tensorBytes(tensor).byteLength;
  return tensor.data.reduce((sum, text) => sum + text.length, 0);
}
