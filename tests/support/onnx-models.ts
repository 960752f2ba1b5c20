/** Hand-made models: harmless ones to measure, and hostile ones to survive. */
import {
  bytes,
  concat,
  graphAttribute,
  int,
  model,
  node,
  rawTensor,
  sequenceInfo,
  tensorAttribute,
  tensor,
  tensorProto,
  text,
  type Bytes,
} from "./onnx-writer.ts";

const vector = (name: string) => ({ name, dtype: "float32", shape: ["N", 3] });

/** sum = a + b, float32 [N,3]. */
export const ADD: Bytes = model({
  nodes: [node({ op: "Add", inputs: ["a", "b"], outputs: ["sum"] })],
  inputs: [vector("a"), vector("b")],
  outputs: [vector("sum")],
});

/** y = x in any dtype; shape [N]. */
export function identity(dtype: string): Bytes {
  const value = (name: string) => ({ name, dtype, shape: ["N"] });
  return model({
    nodes: [node({ op: "Identity", inputs: ["x"], outputs: ["y"] })],
    inputs: [value("x")],
    outputs: [value("y")],
  });
}

/** Two tensor outputs: `log` (float32) and `sign` (float32) of x [N]: NaN and -Inf on purpose. */
export const LOGARITHM: Bytes = model({
  nodes: [node({ op: "Log", inputs: ["x"], outputs: ["log"] })],
  inputs: [{ name: "x", dtype: "float32", shape: ["N"] }],
  outputs: [{ name: "log", dtype: "float32", shape: ["N"] }],
});

/** A tensor output beside a sequence of tensors. */
export const SEQUENCE: Bytes = model({
  nodes: [
    node({ op: "Identity", inputs: ["x"], outputs: ["y"] }),
    node({ op: "SequenceConstruct", inputs: ["x"], outputs: ["all"] }),
  ],
  inputs: [{ name: "x", dtype: "float32", shape: ["N"] }],
  outputs: [sequenceInfo("all"), { name: "y", dtype: "float32", shape: ["N"] }],
});

/** A Loop whose condition is true for ever, over a counter that it carries. */
export const ENDLESS: Bytes = model({
  nodes: [
    node({
      op: "Loop",
      inputs: ["", "yes", "x"],
      outputs: ["y"],
      attributes: [
        graphAttribute(
          "body",
          concat(
            bytes(1, node({ op: "Identity", inputs: ["cond_in"], outputs: ["cond_out"] })),
            bytes(1, node({ op: "Identity", inputs: ["v_in"], outputs: ["v_out"] })),
            text(2, "body"),
            ...[
              ["i", "int64"],
              ["cond_in", "bool"],
              ["v_in", "float32"],
            ].map(([name, dtype]) => bytes(11, scalar(name!, dtype!))),
            ...[
              ["cond_out", "bool"],
              ["v_out", "float32"],
            ].map(([name, dtype]) => bytes(12, scalar(name!, dtype!))),
          ),
        ),
      ],
    }),
  ],
  inputs: [{ name: "x", dtype: "float32", shape: [] }],
  outputs: [{ name: "y", dtype: "float32", shape: [] }],
  initializers: [tensorProto(tensor("yes", "bool", [], [1]))],
});

function scalar(name: string, dtype: string): Bytes {
  const number = { int64: 7, bool: 9, float32: 1 }[dtype] ?? 1;
  return concat(text(1, name), bytes(2, bytes(1, concat(int(1, number), bytes(2, new Uint8Array())))));
}

/** As many ones as the input says: a bomb for memory or for output. */
export const ONES: Bytes = model({
  nodes: [
    node({
      op: "ConstantOfShape",
      inputs: ["shape"],
      outputs: ["ones"],
      attributes: [tensorAttribute("value", tensorProto(tensor("", "float32", [1], [1])))],
    }),
  ],
  inputs: [{ name: "shape", dtype: "int64", shape: ["R"] }],
  outputs: [{ name: "ones", dtype: "float32" }],
});

/** The same ones, summed to a scalar: large inside, small outside. */
export const SUM_OF_ONES: Bytes = model({
  nodes: [
    node({
      op: "ConstantOfShape",
      inputs: ["shape"],
      outputs: ["ones"],
      attributes: [tensorAttribute("value", tensorProto(tensor("", "float32", [1], [1])))],
    }),
    node({ op: "ReduceSum", inputs: ["ones"], outputs: ["sum"] }),
  ],
  inputs: [{ name: "shape", dtype: "int64", shape: ["R"] }],
  outputs: [{ name: "sum", dtype: "float32" }],
});

/** sum = x + w, where w [3] is in another file. */
export function externalWeights(location: string, extra: Record<string, string> = {}): Bytes {
  const entries = Object.entries({ location, ...extra });
  const entry = ([key, value]: [string, string]) => bytes(13, concat(text(1, key), text(2, value)));
  const weights = rawTensor("float32", [3], text(8, "w"), ...entries.map(entry), int(14, 1));
  return model({
    nodes: [node({ op: "Add", inputs: ["x", "w"], outputs: ["sum"] })],
    inputs: [{ name: "x", dtype: "float32", shape: [3] }],
    outputs: [{ name: "sum", dtype: "float32", shape: [3] }],
    initializers: [weights],
  });
}

/** If inside of If inside of If … */
export function nested(depth: number): Bytes {
  const leaf = concat(bytes(1, node({ op: "Identity", inputs: ["x"], outputs: ["y"] })), text(2, "leaf"));
  let body = leaf;
  for (let level = 0; level < depth; level++) {
    const branch = node({
      op: "If",
      inputs: ["c"],
      outputs: ["y"],
      attributes: [graphAttribute("then_branch", body)],
    });
    body = concat(bytes(1, branch), text(2, "level"));
  }
  return concat(int(1, 8), bytes(7, body), bytes(8, concat(text(1, ""), int(2, 17))));
}
