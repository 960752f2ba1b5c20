"""Writes the models of this folder: python make.py (needs onnx; made with onnx 1.23.2).

refused-*.onnx draw random numbers or run as in training, accepted-*.onnx look like it and do not.
All take x [N, 8] float32 and give y.
"""
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FLOAT = TensorProto.FLOAT
HERE = Path(__file__).parent
node = helper.make_node


def value(name, shape=("N", 8), dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, list(shape))


def constant(name, array):
    return numpy_helper.from_array(np.array(array), name)


def write(name, nodes, opset=17, initializers=(), inputs=(), outputs=None):
    graph = helper.make_graph(nodes, "graph", [value("x"), *inputs], outputs or [value("y")], list(initializers))
    imports = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name="tests")
    checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def noisy(operator, **attributes):
    return [node(operator, ["x"], ["noise"], name="draw", **attributes), node("Add", ["x", "noise"], ["y"])]


def shaped(operator, **attributes):
    return [node(operator, [], ["noise"], shape=[1, 8], **attributes), node("Add", ["x", "noise"], ["y"])]


RATIO = constant("ratio", np.float32(0.5))


def dropout(training):
    return node("Dropout", ["x", "ratio", training], ["y"], name="drop")


def flag(name, on):
    return node("Constant", [], [name], value=constant("", on))


def branches(then, other):
    """An If on a condition that no optimizer can fold."""
    graphs = [helper.make_graph(nodes, "branch", [], [value("y")]) for nodes in (then, other)]
    return [
        node("ReduceMax", ["x"], ["max"], keepdims=0),
        node("IsNaN", ["max"], ["nan"]),
        node("Not", ["nan"], ["condition"]),
        node("If", ["condition"], ["y"], then_branch=graphs[0], else_branch=graphs[1]),
    ]


write("refused-RandomNormalLike", noisy("RandomNormalLike"))
write("refused-RandomNormalLike-with-seed", noisy("RandomNormalLike", seed=7.0))
write("refused-RandomUniformLike", noisy("RandomUniformLike"))
write("refused-RandomNormal", shaped("RandomNormal"))
write("refused-RandomUniform", shaped("RandomUniform", seed=7.0))
probabilities = [node("Sigmoid", ["x"], ["p"])]
write("refused-Bernoulli", [*probabilities, node("Bernoulli", ["p"], ["y"], name="draw")])
write(
    "refused-Multinomial",
    [node("Multinomial", ["x"], ["y"], name="draw", sample_size=8)],
    outputs=[value("y", dtype=TensorProto.INT32)],
)
write("refused-Dropout-initializer", [dropout("on")], initializers=[RATIO, constant("on", True)])
write("refused-Dropout-constant", [flag("on", True), dropout("on")], initializers=[RATIO])
write(
    "refused-Dropout-computed",
    [flag("off", False), node("Not", ["off"], ["on"]), dropout("on")],
    initializers=[RATIO],
)
write("refused-Dropout-input", [dropout("on")], initializers=[RATIO], inputs=[value("on", (), TensorProto.BOOL)])
write(
    "refused-Dropout-in-a-branch",
    branches([dropout("on")], [node("Identity", ["x"], ["y"])]),
    initializers=[RATIO, constant("on", True)],
)
write(
    "refused-Dropout-beside-a-namesake",
    branches(
        [node("Not", ["off"], ["train"]), dropout("train")],
        [flag("train", False), node("Identity", ["x"], ["y"])],
    ),
    initializers=[RATIO, constant("off", False)],
)
write("refused-Dropout-opset-6", [node("Dropout", ["x"], ["y"], name="drop")], opset=6)
statistics = [constant(name, np.ones(8, np.float32)) for name in ("scale", "bias", "mean", "var")]
normalization = ["x", "scale", "bias", "mean", "var"]
write(
    "refused-BatchNormalization",
    [node("BatchNormalization", normalization, ["y", "m", "v"], name="norm", training_mode=1)],
    initializers=statistics,
)
write(
    "refused-BatchNormalization-opset-9",
    [node("BatchNormalization", normalization, ["y", "m", "v", "sm", "sv"], name="norm")],
    opset=9,
    initializers=statistics,
)
write("accepted-Dropout", [node("Dropout", ["x"], ["y"])])
write("accepted-Dropout-initializer", [dropout("off")], initializers=[RATIO, constant("off", False)])
write("accepted-Dropout-constant", [flag("off", False), dropout("off")], initializers=[RATIO])
write(
    "accepted-Dropout-in-a-branch",
    branches([dropout("off")], [node("Identity", ["x"], ["y"])]),
    initializers=[RATIO, constant("off", False)],
)
write("accepted-Dropout-opset-10", [node("Dropout", ["x"], ["y"])], opset=10)
write("accepted-Dropout-opset-6", [node("Dropout", ["x"], ["y"], is_test=1)], opset=6)
write(
    "accepted-BatchNormalization",
    [node("BatchNormalization", normalization, ["y"])],
    initializers=statistics,
)
write(
    "accepted-BatchNormalization-opset-9",
    [node("BatchNormalization", normalization, ["y"])],
    opset=9,
    initializers=statistics,
)
