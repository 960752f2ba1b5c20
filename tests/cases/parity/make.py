"""Makes models that are right and models that are wrong, with references of whatever trained or defined them.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 scikit-learn==1.9.1 \
        skl2onnx==1.20.0 onnxmltools==1.16.0 lightgbm==4.7.0
    /tmp/v/bin/python make.py                # the small ones, beside this script
    /tmp/v/bin/python make.py --all DIR      # all of them: what docs/adr/0021 measured

A folder is what a version holds: model.onnx and test_data_set_0. References never come from ONNX Runtime: they are scikit-learn's,
LightGBM's or numpy's in float64, cast to the dtype of the output.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
SMALL = 60_000
OPSET = 17


def save(folder, model, inputs, outputs):
    """One case: tensors by the names of the model's inputs and outputs, in their order."""
    case = folder / "test_data_set_0"
    case.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for kind, tensors in (("input", inputs), ("output", outputs)):
        for at, (name, array) in enumerate(tensors.items()):
            (case / f"{kind}_{at}.pb").write_bytes(numpy_helper.from_array(array, name).SerializeToString())


def features(rows, columns, seed, dtype=np.float32):
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(dtype)


def target(x, level, spread):
    """A smooth target around a level, such as prices around 400,000."""
    return level + spread * (x[:, 0] + np.sin(2 * x[:, 1]) + 0.3 * x[:, 2] ** 2)


# --- scikit-learn and LightGBM -----------------------------------------------------------------------------------------


def skl(estimator, x, y, test, double=False, outputs=("variable",)):
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    fitted = estimator.fit(x.astype(np.float64), y)
    kind = DoubleTensorType if double else FloatTensorType
    options = {id(fitted): {"zipmap": False}} if hasattr(fitted, "classes_") else None
    model = convert_sklearn(fitted, initial_types=[("X", kind([None, x.shape[1]]))], target_opset=OPSET, options=options)
    names = [output.name for output in model.graph.output]
    real = np.float64 if double else np.float32
    if hasattr(fitted, "classes_"):
        expected = [fitted.predict(test.astype(np.float64)), fitted.predict_proba(test.astype(np.float64)).astype(real)]
        expected[0] = expected[0].astype(np.int64)
    else:
        expected = [fitted.predict(test.astype(np.float64)).astype(real).reshape(-1, 1)]
    return model, {"X": test.astype(real)}, dict(zip(names, expected))


def lgbm(x, y, test, **settings):
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    fitted = lightgbm.LGBMRegressor(verbose=-1, n_jobs=1, **settings).fit(x, y)
    model = convert_lightgbm(fitted, initial_types=[("X", FloatTensorType([None, x.shape[1]]))], target_opset=15)
    name = model.graph.output[0].name
    return model, {"X": test}, {name: fitted.predict(test).astype(np.float32).reshape(-1, 1)}


def regressor(estimator, level, spread, double=False, rows=64):
    x = features(600, 6, 1, np.float64 if double else np.float32)
    test = features(rows, 6, 2, np.float64 if double else np.float32)
    return skl(estimator, x, target(x, level, spread), test, double)


def classifier(estimator, double=False, rows=256):
    x = features(600, 6, 1, np.float64 if double else np.float32)
    test = features(rows, 6, 2, np.float64 if double else np.float32)
    return skl(estimator, x, (target(x, 0, 1) > 0).astype(np.int64), test, double)


# --- graphs of our own -------------------------------------------------------------------------------------------------


def graph(nodes, inputs, outputs, weights, opset=OPSET):
    proto = lambda name, array: helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape))
    body = helper.make_graph(
        nodes,
        "g",
        [proto(name, array) for name, array in inputs.items()],
        [proto(name, array) for name, array in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model)
    return model, inputs, outputs


def dft(size=64, scale=1.0, wrong=1.0):
    """A real DFT as two matrix products: most references of a pure tone are zero but for rounding."""
    at = np.arange(size)
    angles = 2 * np.pi * np.outer(at, at) / size
    x = (scale * np.cos(2 * np.pi * 3 * at / size))[None, :].astype(np.float32)
    re, im = np.cos(angles).astype(np.float32), -np.sin(angles).astype(np.float32)
    exact = x.astype(np.float64)
    outputs = {
        "re": (exact @ np.cos(angles)).astype(np.float32),
        "im": (exact @ -np.sin(angles)).astype(np.float32),
    }
    nodes = [helper.make_node("MatMul", ["x", "RE"], ["re"]), helper.make_node("MatMul", ["x", "IM"], ["im"])]
    return graph(nodes, {"x": x}, outputs, {"RE": (wrong * re).astype(np.float32), "IM": im})


def softmax(x):
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def layer_norm(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


def transformer(dtype, tokens=16, width=32, layers=2, seed=5):
    """Blocks of attention and a feed-forward network, computed in `dtype` by the graph and in float64 by numpy."""
    rng = np.random.default_rng(seed)
    weights, nodes, name = {}, [], "x"
    x = rng.normal(size=(1, tokens, width)).astype(dtype)
    exact = x.astype(np.float64)
    add = lambda op, ins, out, **more: nodes.append(helper.make_node(op, ins, [out], **more)) or out

    def weight(key, *shape):
        weights[key] = (rng.normal(size=shape) / np.sqrt(shape[0])).astype(dtype)
        return key

    def constant(key, value):
        weights[key] = np.array(value)
        return key

    constant("one", np.ones(width, dtype))
    constant("zero", np.zeros(width, dtype))
    constant("root", np.array(np.sqrt(width), dtype))
    for layer in range(layers):
        n = lambda key: f"{key}{layer}"
        normal = add("LayerNormalization", [name, "one", "zero"], n("norm"), axis=-1)
        q, k, v = [add("MatMul", [normal, weight(n(w), width, width)], n(f"{w}out")) for w in ("q", "k", "v")]
        turned = add("Transpose", [k], n("kt"), perm=[0, 2, 1])
        scores = add("Div", [add("MatMul", [q, turned], n("qk")), "root"], n("scores"))
        mixed = add("MatMul", [add("Softmax", [scores], n("soft"), axis=-1), v], n("mixed"))
        summed = add("Add", [name, mixed], n("summed"))
        wide = add("Relu", [add("MatMul", [summed, weight(n("up"), width, 2 * width)], n("wide"))], n("relu"))
        name = add("Add", [summed, add("MatMul", [wide, weight(n("down"), 2 * width, width)], n("narrow"))], n("out"))
        w = {key: weights[n(key)].astype(np.float64) for key in ("q", "k", "v", "up", "down")}
        inner = layer_norm(exact)
        attention = softmax((inner @ w["q"]) @ (inner @ w["k"]).transpose(0, 2, 1) / float(weights["root"]))
        exact = exact + attention @ (inner @ w["v"])
        exact = exact + np.maximum(exact @ w["up"], 0) @ w["down"]
    nodes.append(helper.make_node("Identity", [name], ["hidden"]))
    return graph(nodes, {"x": x}, {"hidden": exact.astype(dtype)}, weights)


def perceptron(seed=7, rows=32, width=24):
    rng = np.random.default_rng(seed)
    a, b = [(rng.normal(size=shape) / 4).astype(np.float32) for shape in ((8, width), (width, 3))]
    x = rng.normal(size=(rows, 8)).astype(np.float32)
    hidden = np.tanh(x.astype(np.float64) @ a)
    nodes = [
        helper.make_node("MatMul", ["x", "A"], ["wide"]),
        helper.make_node("Tanh", ["wide"], ["bent"]),
        helper.make_node("MatMul", ["bent", "B"], ["y"]),
    ]
    return graph(nodes, {"x": x}, {"y": (hidden @ b).astype(np.float32)}, {"A": a, "B": b})


def quantised(made):
    """The int8 export of a float model: wrong against the references of the float model."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model, inputs, outputs = made
    before, after = Path("/tmp/modelgate-float.onnx"), Path("/tmp/modelgate-int8.onnx")
    before.write_bytes(model.SerializeToString())
    quantize_dynamic(before, after, weight_type=QuantType.QInt8)
    return onnx.load(after), inputs, outputs


def special(values):
    """y = log(x): NaN and -Inf where the reference has them."""
    x = np.array(values, np.float32)
    with np.errstate(all="ignore"):
        y = np.log(x.astype(np.float64)).astype(np.float32)
    return graph([helper.make_node("Log", ["x"], ["y"])], {"x": x}, {"y": y}, {})


def tiny(sign):
    """Answers of a few millionths, with or without the wrong sign."""
    x = np.linspace(-3e-6, 3e-6, 32, dtype=np.float32)
    nodes = [helper.make_node("Mul", ["x", "sign"], ["y"])]
    return graph(nodes, {"x": x}, {"y": x}, {"sign": np.array(sign, np.float32)})


def labels(wrong):
    """256 labels, of which the first `wrong` are the other one, beside scores that are right."""
    x = features(256, 1, 3)[:, 0]
    truth = (x > 0).astype(np.int64)
    flip = np.zeros(256, np.int64)
    flip[:wrong] = 1
    nodes = [
        helper.make_node("Greater", ["x", "zero"], ["above"]),
        helper.make_node("Cast", ["above"], ["raw"], to=TensorProto.INT64),
        helper.make_node("Sub", ["raw", "flip"], ["moved"]),
        helper.make_node("Abs", ["moved"], ["label"]),
        helper.make_node("Sigmoid", ["x"], ["score"]),
    ]
    score = (1 / (1 + np.exp(-x.astype(np.float64)))).astype(np.float32)
    weights = {"zero": np.array(0, np.float32), "flip": flip}
    return graph(nodes, {"x": x}, {"label": truth, "score": score}, weights)


def empty():
    """`found` holds what is above 9 and is empty in every case; `y` is compared."""
    x = features(8, 1, 4)[:, 0]
    nodes = [
        helper.make_node("Greater", ["x", "nine"], ["above"]),
        helper.make_node("Compress", ["x", "above"], ["found"], axis=0),
        helper.make_node("Neg", ["x"], ["y"]),
    ]
    return graph(nodes, {"x": x}, {"found": np.zeros(0, np.float32), "y": -x}, {"nine": np.array(9, np.float32)})


def off_by(share):
    """A linear regressor at 400,000 whose weights are off by a share of themselves."""
    x = features(64, 4, 6)
    w = np.array([[1.2e5], [-8e4], [5e4], [2e4]], np.float32)
    exact = x.astype(np.float64) @ w + 4e5
    nodes = [helper.make_node("MatMul", ["x", "W"], ["product"]), helper.make_node("Add", ["product", "b"], ["price"])]
    weights = {"W": (w * (1 + share)).astype(np.float32), "b": np.array([4e5], np.float32)}
    return graph(nodes, {"x": x}, {"price": exact.astype(np.float32)}, weights)


def makers():
    """name -> (maker, whether the gate should pass it with the shipped policies)."""
    from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler
    from sklearn.svm import SVR

    price, delay = (400_000, 120_000), (300, 60)
    gb = lambda trees=20: GradientBoostingRegressor(n_estimators=trees, max_depth=3, random_state=0)
    x, test = features(600, 6, 1), features(64, 6, 2)
    return {
        # Right.
        "price-boosting": (lambda: regressor(gb(), *price), True),
        "delay-boosting": (lambda: regressor(gb(), *delay), True),
        "price-linear": (lambda: regressor(LinearRegression(), *price), True),
        "delay-ridge": (lambda: regressor(Ridge(), *delay), True),
        "price-lightgbm": (lambda: lgbm(x, target(x, *price), test, n_estimators=20, num_leaves=8), True),
        "classifier-logistic": (lambda: classifier(LogisticRegression()), True),
        "float64-ridge": (lambda: regressor(Ridge(), *price, double=True), True),
        "float16-transformer": (lambda: transformer(np.float16), True),
        "float32-transformer": (lambda: transformer(np.float32, width=24), True),
        "float32-perceptron": (lambda: perceptron(), True),
        "dft": (lambda: dft(32), True),
        "dft-tiny": (lambda: dft(32, scale=1e-8), True),
        "tiny-right": (lambda: tiny(1), True),
        "labels-right": (lambda: labels(0), True),
        "large-price-forest": (lambda: regressor(RandomForestRegressor(50, max_depth=8, random_state=0), *price), True),
        "large-price-boosting": (lambda: regressor(gb(400), *price), True),
        "large-price-lightgbm": (lambda: lgbm(x, target(x, *price), test, n_estimators=300), True),
        "large-delay-lightgbm": (lambda: lgbm(x, target(x, *delay), test, n_estimators=300), True),
        "large-price-mlp": (lambda: regressor(make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(32, 32), random_state=0, max_iter=400)), *price), True),
        "large-delay-mlp": (lambda: regressor(make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(32, 32), random_state=0, max_iter=400)), *delay), True),
        "large-price-poly": (lambda: regressor(make_pipeline(PolynomialFeatures(3), Ridge()), *price), True),
        "large-delay-svr": (lambda: regressor(SVR(C=100), *delay), True),
        "large-delay-knn": (lambda: regressor(KNeighborsRegressor(5), *delay), True),
        "large-price-gp": (lambda: regressor(GaussianProcessRegressor(alpha=1e-2, normalize_y=True), *price), True),
        "large-classifier-boosting": (lambda: classifier(GradientBoostingClassifier(n_estimators=100, random_state=0)), True),
        "large-classifier-forest": (lambda: classifier(RandomForestClassifier(50, max_depth=8, random_state=0)), True),
        "large-classifier-mlp": (lambda: classifier(make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(32,), random_state=0))), True),
        "large-float64-mlp": (lambda: regressor(make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(32, 32), random_state=0, max_iter=400)), *price, double=True), True),
        "large-float64-gp": (lambda: regressor(GaussianProcessRegressor(alpha=1e-2, normalize_y=True), *price, double=True), True),
        "large-float64-logistic": (lambda: classifier(LogisticRegression(), double=True), True),
        "large-float16-transformer-12": (lambda: transformer(np.float16, 32, 64, 12), True),
        "large-float16-transformer-6": (lambda: transformer(np.float16, 64, 64, 6, seed=9), True),
        "large-float32-transformer-12": (lambda: transformer(np.float32, 32, 64, 12), True),
        "large-dft": (lambda: dft(1024), True),
        "large-dft-loud": (lambda: dft(1024, 32768), True),
        # Wrong.
        "dft-tiny-mirrored": (lambda: dft(32, scale=1e-8, wrong=-1), False),
        "tiny-mirrored": (lambda: tiny(-1), False),
        "labels-wrong": (lambda: labels(127), False),
        "label-wrong": (lambda: labels(1), False),
        "int8-perceptron": (lambda: quantised(perceptron()), False),
        "int8-transformer": (lambda: quantised(transformer(np.float32)), False),
        "price-off": (lambda: off_by(3e-4), False),
        "special": (lambda: special([-1, 0, 1, 2]), False),
        "infinite": (lambda: special([0, 1, 2]), False),
        "empty": (lambda: empty(), False),
    }


def main():
    everything = sys.argv[1:2] == ["--all"]
    root = Path(sys.argv[2]) if everything else HERE
    for name, (make, right) in makers().items():
        if name.startswith("large-") and not everything:
            continue
        made = make()
        save(root / ("right" if right else "wrong") / name, *made)
        size = sum(path.stat().st_size for path in (root / ("right" if right else "wrong") / name).rglob("*.*") if path.is_file())
        if not everything and size > SMALL:
            raise SystemExit(f"{name} has {size} bytes, more than {SMALL}")
        print(f"{name:32} {size:8}")


if __name__ == "__main__":
    main()
