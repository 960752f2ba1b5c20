"""int8 exports against the float model (must fail) and against references of their own (must pass)."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper as h
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

from case import Case, split
from graphs import floats, model

RNG = np.random.default_rng(11)


def network():
    """Two layers with a ReLU between them."""
    w1 = RNG.normal(size=(16, 32)).astype(np.float32)
    w2 = RNG.normal(size=(32, 4)).astype(np.float32)
    nodes = [h.make_node("MatMul", ["x", "W1"], ["a"]), h.make_node("Relu", ["a"], ["b"]), h.make_node("MatMul", ["b", "W2"], ["c"]), h.make_node("Sigmoid", ["c"], ["y"])]
    made = model(nodes, [floats("x", ["N", 16])], [floats("y", ["N", 4])], [("W1", w1), ("W2", w2)])
    run = lambda x: (1 / (1 + np.exp(-(np.maximum(x.astype(np.float64) @ w1, 0) @ w2)))).astype(np.float32)  # noqa: E731
    return made, run


class Samples(CalibrationDataReader):
    def __init__(self, x):
        self.rows = iter([{"x": row.reshape(1, -1)} for row in x])

    def get_next(self):
        return next(self.rows, None)


def quantised(made, x):
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(made, source)
        quantize_dynamic(source, target, weight_type=QuantType.QInt8)
        yield "dynamic", onnx.load(target)
        for form in (QuantFormat.QDQ, QuantFormat.QOperator):
            quantize_static(source, target, Samples(x), quant_format=form)
            yield form.name.lower(), onnx.load(target)


def own_references(made, x):
    """As the quantised graph says, node by node, without any fusion."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, ["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def cases():
    made, run = network()
    x = RNG.normal(size=(32, 16)).astype(np.float32)
    for name, small in quantised(made, x):
        yield Case(f"int8-{name}-against-float", small, split({"x": x}, [run(x)]), "fail", "int8 against the float model's answers.")
        # Dynamic scales are those of a whole batch, so each test data set is computed as it is stored.
        own = [({"x": rows}, [own_references(small, rows)]) for rows in np.array_split(x, 2)]
        yield Case(f"int8-{name}", small, own, "pass", "int8 against references of its own.")
