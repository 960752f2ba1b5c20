"""Graphs made by hand: names, dimensions, types, sizes and operators that exporters write and rules forget."""

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

from case import Case, split

RNG = np.random.default_rng(7)


def model(nodes, inputs, outputs, weights=(), opset=17, **more):
    named = [numpy_helper.from_array(value, name) for name, value in weights]
    graph = h.make_graph(nodes, "g", inputs, outputs, named)
    domains = [h.make_opsetid("", opset), *more.pop("domains", [])]
    return h.make_model(graph, opset_imports=domains, ir_version=9, **more)


def floats(name, shape, kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def dense(x_name="x", y_name="y", shape=("N", 4), out=("N", 3), **more):
    """y = x W + b, and a function that computes it."""
    w = RNG.normal(size=(4, 3)).astype(np.float32)
    b = RNG.normal(size=3).astype(np.float32)
    nodes = [h.make_node("MatMul", [x_name, "W"], ["xw"]), h.make_node("Add", ["xw", "b"], [y_name])]
    made = model(nodes, [floats(x_name, shape)], [floats(y_name, out)], [("W", w), ("b", b)], **more)
    return made, lambda x: (x.astype(np.float64) @ w + b).astype(np.float32)


def rows(count=8, width=4):
    return RNG.normal(size=(count, width)).astype(np.float32)


def plain(name, why, x_name="x", y_name="y", **more):
    made, run = dense(x_name, y_name, **{k: more.pop(k) for k in ("shape", "out") if k in more})
    x = rows()
    return Case(name, made, split({x_name: x}, [run(x)]), "pass", why, **more)


def names_and_dimensions():
    for number, (x, y) in enumerate([("495", "13"), ("/fc/Gemm_output_0", "Identity@1"), ("Länge", "x[0]"), ('a"b', "n" * 200), ("sepal length (cm)", "0")]):
        yield plain(f"names-{number}", f"Tensors named {x!r} and {y[:20]!r}.", x, y)
    dims = ["?", "batch-size", "2*s0", "floor(N/2)", "past_sequence_length + 1", "p2o.DynamicDimension.0", None, ""]
    for number, dim in enumerate(dims):
        yield plain(f"dimension-{number}", f"A first dimension {dim!r}.", shape=(dim, 4), out=(dim, 3))
    yield plain("no-rank", "Neither input nor output declares a rank.", shape=None, out=None)
    yield plain("spaces in names", "A file name with spaces.", file="my model v2.onnx")
    x = rows(1)
    made, run = dense(shape=(1, 4), out=(1, 3))
    yield Case("fixed-dimensions", made, [({"x": x}, [run(x)])], "pass", "Fixed dims.")


def odd_shapes():
    constant = np.arange(6, dtype=np.float32).reshape(2, 3)
    node = h.make_node("Constant", [], ["y"], value=numpy_helper.from_array(constant))
    yield Case("no-inputs", model([node], [], [floats("y", [2, 3])]), [({}, [constant])], "pass", "No inputs at all.")
    shape = [1, 1, 2, 1, 2, 1, 1, 1, 2, 1]
    x = RNG.normal(size=shape).astype(np.float32)
    made = model([h.make_node("Neg", ["x"], ["y"])], [floats("x", shape)], [floats("y", shape)])
    yield Case("rank-10", made, [({"x": x}, [-x])], "pass", "Ten dimensions.")
    yield decoder(32)
    x = np.array(["ä", "x y", ""], dtype=object)
    made = model([h.make_node("Identity", ["x"], ["y"])], [floats("x", ["N"], T.STRING)], [floats("y", ["N"], T.STRING)])
    yield Case("strings", made, [({"x": x}, [x])], "pass", "Strings in and out.")
    big = np.array([2**53 + 1, -(2**63)], dtype=np.int64)
    made = model([h.make_node("Identity", ["x"], ["y"])], [floats("x", ["N"], T.INT64)], [floats("y", ["N"], T.INT64)])
    yield Case("int64", made, [({"x": big}, [big])], "pass", "Integers beyond 2^53.")
    yield Case("int64-off-by-one", made, [({"x": big}, [big - np.array([1, 0])])], "fail", "One integer beyond 2^53 is off by one.")


def decoder(layers):
    """Keys and values of each layer go in and come out, as in the exports of language models."""
    weight = RNG.normal(size=(4, 4)).astype(np.float32)
    x = RNG.normal(size=(1, 1, 4)).astype(np.float32)
    nodes, feeds, outputs = [h.make_node("MatMul", ["hidden", "W"], ["new"])], {"hidden": x}, [x]
    fed = [floats("hidden", ["batch", "sequence", 4])]
    given = [floats("logits", ["batch", "sequence", 4])]
    nodes.append(h.make_node("Identity", ["hidden"], ["logits"]))
    new = (x.astype(np.float64) @ weight).astype(np.float32)
    for layer in range(layers):
        for part in ("key", "value"):
            past, present = f"past_key_values.{layer}.{part}", f"present.{layer}.{part}"
            feeds[past] = RNG.normal(size=(1, 3, 4)).astype(np.float32)
            fed.append(floats(past, ["batch", "past_sequence_length", 4]))
            given.append(floats(present, ["batch", "past_sequence_length + 1", 4]))
            nodes.append(h.make_node("Concat", [past, "new"], [present], axis=1))
            outputs.append(np.concatenate([feeds[past], new], axis=1))
    made = model(nodes, fed, given, [("W", weight)])
    return Case(f"decoder-{layers}-layers", made, [(feeds, outputs)], "pass", f"{1 + 2 * layers} inputs and as many outputs.")


def transformer():
    """One float16 block: attention and a feed-forward layer, references in float64 from the same float16 weights."""
    d, length = 32, 12
    w = {n: (RNG.normal(size=(d, d)) / np.sqrt(d)).astype(np.float16) for n in ("q", "k", "v", "o", "f", "g")}
    nodes = [
        *[h.make_node("MatMul", ["x", n], [f"{n}x"]) for n in ("q", "k", "v")],
        h.make_node("Transpose", ["kx"], ["kt"], perm=[0, 2, 1]),
        h.make_node("MatMul", ["qx", "kt"], ["qk"]),
        h.make_node("Mul", ["qk", "scale"], ["scaled"]),
        h.make_node("Softmax", ["scaled"], ["attention"], axis=-1),
        h.make_node("MatMul", ["attention", "vx"], ["heads"]),
        h.make_node("MatMul", ["heads", "o"], ["out"]),
        h.make_node("Add", ["x", "out"], ["r1"]),
        h.make_node("MatMul", ["r1", "f"], ["f1"]),
        h.make_node("Tanh", ["f1"], ["f2"]),
        h.make_node("MatMul", ["f2", "g"], ["f3"]),
        h.make_node("Add", ["r1", "f3"], ["y"]),
    ]
    scale = np.array(1 / np.sqrt(d), np.float16)
    value = lambda n: floats(n, ["N", length, d], T.FLOAT16)  # noqa: E731
    made = model(nodes, [value("x")], [value("y")], [*w.items(), ("scale", scale)])
    x = RNG.normal(size=(4, length, d)).astype(np.float16)
    return made, x, block(x, w, float(scale)).astype(np.float16)


def block(x, w, scale):
    x, w = x.astype(np.float64), {n: v.astype(np.float64) for n, v in w.items()}
    scores = np.exp((x @ w["q"]) @ np.swapaxes(x @ w["k"], 1, 2) * scale)
    r1 = x + (scores / scores.sum(-1, keepdims=True)) @ (x @ w["v"]) @ w["o"]
    return r1 + np.tanh(r1 @ w["f"]) @ w["g"]


def half():
    made, x, y = transformer()
    yield Case("float16-transformer", made, split({"x": x}, [y]), "pass", "float16 against float64 references.")
    off = y.copy()
    off[0, 0, 0] += np.float16(0.25)
    yield Case("float16-wrong", made, split({"x": x}, [off]), "fail", "One element is off by 0.25.")


def external():
    made, run = dense()
    onnx.external_data_helper.convert_model_to_external_data(made, all_tensors_to_one_file=True, location="weights.bin", size_threshold=0)
    raw = b"".join(t.raw_data for t in made.graph.initializer)
    offset = 0
    for t in made.graph.initializer:
        onnx.external_data_helper.set_external_data(t, "weights.bin", offset, len(t.raw_data))
        offset += len(t.raw_data)
        t.ClearField("raw_data")
        t.data_location = T.EXTERNAL
    x = rows()
    yield Case("external-data", made, split({"x": x}, [run(x)]), "pass", "Weights in a file beside the model.", beside={"weights.bin": raw})


def random():
    like = lambda op, **a: model([h.make_node(op, ["x"], ["r"], **a), h.make_node("Add", ["x", "r"], ["y"])], [floats("x", ["N", 4])], [floats("y", ["N", 4])])  # noqa: E731
    x = rows()
    for op in ("RandomNormalLike", "Bernoulli"):
        yield Case(f"random-{op}", like(op, seed=1.0), split({"x": x}, [x]), "refused", "It draws random numbers.", ["MODEL_RANDOM"])
    nodes = [h.make_node("Dropout", ["x", "ratio", "training"], ["y"])]
    weights = [("ratio", np.array(0.5, np.float32)), ("training", np.array(True))]
    made = model(nodes, [floats("x", ["N", 4])], [floats("y", ["N", 4])], weights)
    yield Case("dropout-in-training", made, split({"x": x}, [x]), "refused", "Dropout as in training.", ["MODEL_TRAINING_MODE"])
    weights[1] = ("training", np.array(False))
    made = model(nodes, [floats("x", ["N", 4])], [floats("y", ["N", 4])], weights)
    yield Case("dropout-at-rest", made, split({"x": x}, [x]), "pass", "Dropout that does nothing.")


def stateful():
    """A recurrent cell whose state goes in and comes out, as in voice detectors."""
    w = RNG.normal(size=(4, 4)).astype(np.float32) / 4
    nodes = [h.make_node("MatMul", ["state", "W"], ["m"]), h.make_node("Add", ["m", "input"], ["s"]), h.make_node("Tanh", ["s"], ["stateN"]), h.make_node("ReduceSum", ["stateN"], ["output"], keepdims=0)]
    made = model(nodes, [floats("input", [1, 4]), floats("state", [1, 4])], [floats("output", []), floats("stateN", [1, 4])], [("W", w)])
    state, data = np.zeros((1, 4), np.float32), []
    for x in rows(3):
        new = np.tanh(state.astype(np.float64) @ w + x).astype(np.float32)
        data.append(({"input": x.reshape(1, 4), "state": state}, [new.sum(dtype=np.float32), new]))
        state = new
    yield Case("stateful", made, data, "pass", "The state is an input and an output.")


def specials():
    x = np.array([[1, -1, 4, 0]], np.float32)
    with np.errstate(all="ignore"):
        logs, inverse = np.log(x).astype(np.float32), (1 / x).astype(np.float32)
    for op, y, name in (("Log", logs, "nan-and-inf"), ("Reciprocal", inverse, "infinity")):
        made = model([h.make_node(op, ["x"], ["y"])], [floats("x", ["N", 4])], [floats("y", ["N", 4])])
        codes = ["PARITY_NAN", "PARITY_INFINITE"]
        yield Case(name, made, [({"x": x}, [y])], "fail", "A reference is NaN or infinite, which the shipped policy does not allow.", codes)
    w = np.array(1e-6, np.float32)
    made = model([h.make_node("Mul", ["x", "w"], ["y"])], [floats("x", ["N", 4])], [floats("y", ["N", 4])], [("w", w)])
    x = rows()
    yield Case("tiny-wrong-sign", made, split({"x": x}, [-(x * w)]), "fail", "A wrong sign at the scale of 1e-6.")
    yield Case("tiny", made, split({"x": x}, [x * w]), "pass", "The same with the right sign.")
    made, run = dense()
    big = (run(x) * np.float32(1000)).astype(np.float32)
    yield Case("off-by-a-thousand", made, split({"x": x}, [big]), "fail", "Every number is off by a factor.")
    made, run = dense()
    yield Case("float64-data", made, split({"x": x.astype(np.float64)}, [run(x)]), "refused", "Test data of another type than the input.", ["PARITY_INPUT_WRONG"])


def not_tensors():
    nodes = [h.make_node("SplitToSequence", ["x"], ["y"], axis=0)]
    y = h.make_tensor_sequence_value_info("y", T.FLOAT, None)
    x = rows()
    yield Case("sequence-output", model(nodes, [floats("x", ["N", 4])], [y]), [({"x": x}, [None])], "refused", "A sequence comes out, and nothing else: nothing can be compared.", ["PARITY_NOTHING_COMPARED"])
    nodes = [h.make_node("ConcatFromSequence", ["x"], ["y"], axis=0)]
    seq = h.make_tensor_sequence_value_info("x", T.FLOAT, ["N", 4])
    yield Case("sequence-input", model(nodes, [seq], [floats("y", ["M", 4])]), [({}, [x])], "refused", "A sequence goes in.", ["MODEL_INPUT_NOT_TENSOR"])
    made = model([h.make_node("Neg", ["x"], ["y"])], [floats("x", ["N"], T.BFLOAT16)], [floats("y", ["N"], T.BFLOAT16)])
    yield Case("bfloat16", made, [({}, [])], "refused", "bfloat16, which the binding does not take.", ["MODEL_DTYPE_UNSUPPORTED"])


def domains():
    x = rows()
    w = RNG.normal(size=(4, 3)).astype(np.float32)
    node = h.make_node("FusedMatMul", ["x", "W"], ["y"], domain="com.microsoft", alpha=2.0)
    made = model([node], [floats("x", ["N", 4])], [floats("y", ["N", 3])], [("W", w)], domains=[h.make_opsetid("com.microsoft", 1)])
    y = (2 * x.astype(np.float64) @ w).astype(np.float32)
    yield Case("contrib-operator", made, split({"x": x}, [y]), "pass", "com.microsoft.FusedMatMul is built into the runtime.")
    node = h.make_node("Mystery", ["x"], ["y"], domain="org.example")
    made = model([node], [floats("x", ["N", 4])], [floats("y", ["N", 4])], domains=[h.make_opsetid("org.example", 1)])
    yield Case("unknown-domain", made, split({"x": x}, [x]), "refused", "An operator of an unknown domain.", ["MODEL_DOMAIN_UNKNOWN", "MODEL_OPERATOR_UNKNOWN"])
    made, run = dense(opset=99)
    yield Case("opset-99", made, split({"x": x}, [run(x)]), "refused", "An opset that the runtime does not know.", ["MODEL_LOAD_FAILED"], until="REGISTER")


def locales():
    node = h.make_node("StringNormalizer", ["x"], ["y"], case_change_action="LOWER", locale="xx_XX.UTF-8")
    made = model([node], [floats("x", ["N"], T.STRING)], [floats("y", ["N"], T.STRING)])
    data = [({"x": np.array(["A"], dtype=object)}, [np.array(["a"], dtype=object)])]
    yield Case("unknown-locale", made, data, "refused", "A locale that no machine has.", ["ENGINE_LOCALE_MISSING"], until="REGISTER")


def functions():
    body = [h.make_node("Add", ["a", "a"], ["b"])]
    twice = h.make_function("local", "Twice", ["a"], ["b"], body, [h.make_opsetid("", 17)])
    x = rows()
    made = model([h.make_node("Neg", ["x"], ["y"])], [floats("x", ["N", 4])], [floats("y", ["N", 4])], functions=[twice])
    yield Case("unused-function", made, split({"x": x}, [-x]), "pass", "A function that no node calls.")
    made = model([h.make_node("Twice", ["x"], ["y"], domain="local")], [floats("x", ["N", 4])], [floats("y", ["N", 4])], functions=[twice], domains=[h.make_opsetid("local", 1)])
    yield Case("called-function", made, split({"x": x}, [x + x]), "refused", "A function that a node calls.", ["MODEL_FUNCTIONS", "MODEL_DOMAIN_UNKNOWN"])


def slow():
    """About a third of a second a call, with fixed dimensions."""
    size = 1024
    q, _ = np.linalg.qr(RNG.normal(size=(size, size)))
    w = q.astype(np.float32)
    nodes = [h.make_node("MatMul", [f"x{i}" if i else "x", "W"], [f"x{i + 1}" if i < 7 else "y"]) for i in range(8)]
    made = model(nodes, [floats("x", [size, size])], [floats("y", [size, size])], [("W", w)])
    x = RNG.normal(size=(size, size)).astype(np.float32)
    y = x.astype(np.float64)
    for _ in range(8):
        y = y @ w.astype(np.float64)
    yield Case("slow-and-fixed", made, [({"x": x}, [y.astype(np.float32)])], "fail", "A third of a second a call: no canary.", until="CANARY")


def cases():
    for make in (names_and_dimensions, odd_shapes, half, external, random, stateful, specials, not_tensors, domains, locales, functions, slow):
        yield from make()
