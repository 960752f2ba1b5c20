"""Makes the models of this folder, as people export them by default, with references of the framework that trained them.

pip install scikit-learn==1.9.1 skl2onnx==1.20.0 lightgbm==4.7.0 onnxmltools==1.16.0 xgboost==3.2.0 onnx==1.23.2 onnxruntime==1.30.0 pandas
python make.py
"""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm
import numpy as np
import onnx
import pandas as pd
import xgboost
from onnx import helper, numpy_helper
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
FLOAT = onnx.TensorProto.FLOAT
IRIS = load_iris(as_frame=True)
X = IRIS.data.to_numpy(np.float32)
Y = IRIS.target.to_numpy()
SPECIES = IRIS.target_names[Y].astype(object)
ROWS = X[[0, 30, 55, 70, 88, 101, 120, 149]]


def array(values):
    return lambda name: numpy_helper.from_array(np.asarray(values), name)


def maps(model, rows):
    """predict_proba as ONNX's sequence of maps, which is what a ZipMap gives."""
    classes = [one.item() if hasattr(one, "item") else one for one in model.classes_]
    return sequence_of_maps(classes, model.predict_proba(rows).astype(np.float32))


def sequence_of_maps(classes, matrix):
    rows = [dict(zip(classes, map(np.float32, row))) for row in matrix]
    if isinstance(classes[0], int):
        return lambda name: numpy_helper.from_list(rows, name, onnx.SequenceProto.MAP)
    return lambda name: onnx.SequenceProto(name=name, elem_type=onnx.SequenceProto.MAP, map_values=map(strings, rows))


def strings(row):
    """A MapProto with text keys: onnx.numpy_helper.from_dict of onnx 1.23 takes numbers alone."""
    values = numpy_helper.from_list([np.asarray(value) for value in row.values()])
    keys = [key.encode() for key in row]
    return onnx.MapProto(key_type=onnx.TensorProto.STRING, string_keys=keys, values=values)


def write(name, model, inputs, outputs):
    folder = HERE / name
    data = folder / "test_data_set_0"
    os.makedirs(data, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for side, values, makes in (("input", model.graph.input, inputs), ("output", model.graph.output, outputs)):
        for at, (value, make) in enumerate(zip(values, makes, strict=True)):
            (data / f"{side}_{at}.pb").write_bytes(make(value.name).SerializeToString())


def scikit_learn():
    numbers = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    proba = numbers.predict_proba(ROWS).astype(np.float32)
    labels = array(numbers.predict(ROWS))
    write("sklearn-int-labels", to_onnx(numbers, X[:1]), [array(ROWS)], [labels, maps(numbers, ROWS)])
    write("sklearn-matrix", to_onnx(numbers, X[:1]), [array(ROWS)], [labels, array(proba)])

    forest = RandomForestClassifier(n_estimators=5, max_depth=3, random_state=0).fit(X, SPECIES)
    answers = [array(forest.predict(ROWS)), maps(forest, ROWS)]
    write("sklearn-string-labels", to_onnx(forest, X[:1]), [array(ROWS)], answers)

    zipped = to_onnx(forest, X[:1], options={"zipmap": "columns"})
    columns = forest.predict_proba(ROWS).astype(np.float32).T
    answers = [array(forest.predict(ROWS)), *(array(column) for column in columns)]
    write("sklearn-columns-out", zipped, [array(ROWS)], answers)

    names = list(IRIS.data.columns)
    frame = pd.DataFrame(X, columns=names)
    scaled = ColumnTransformer([("scale", StandardScaler(), names)])
    named = make_pipeline(scaled, LogisticRegression()).fit(frame, SPECIES)
    few = pd.DataFrame(ROWS, columns=names)
    inputs = [array(ROWS[:, [at]]) for at in range(4)]
    write("sklearn-named-columns", to_onnx(named, frame[:1]), inputs, [array(named.predict(few)), maps(named, few)])


def boosted():
    size = {"n_estimators": 6, "max_depth": 3}
    types = [("input", FloatTensorType([None, 4]))]
    target = (X @ [0.2, -0.1, 0.3, 0.05]).astype(np.float32)

    trees = lightgbm.LGBMClassifier(**size, verbose=-1).fit(X, Y)
    model = convert_lightgbm(trees, initial_types=types)
    write("lightgbm-classifier", model, [array(ROWS)], [array(trees.predict(ROWS)), maps(trees, ROWS)])
    trees = lightgbm.LGBMRegressor(**size, verbose=-1).fit(X, target)
    values = array(trees.predict(ROWS).astype(np.float32)[:, None])
    write("lightgbm-regressor", convert_lightgbm(trees, initial_types=types), [array(ROWS)], [values])

    trees = xgboost.XGBClassifier(**size).fit(X, Y)
    answers = [array(trees.predict(ROWS).astype(np.int64)), array(trees.predict_proba(ROWS))]
    write("xgboost-classifier", convert_xgboost(trees, initial_types=types), [array(ROWS)], answers)
    trees = xgboost.XGBRegressor(**size).fit(X, target)
    model = convert_xgboost(trees, initial_types=types)
    write("xgboost-regressor", model, [array(ROWS)], [array(trees.predict(ROWS)[:, None])])


def quantised():
    """A convolution as onnxruntime.quantization.quantize_static(quant_format=QOperator) writes it: operators of com.microsoft."""
    random = np.random.default_rng(0)
    images = random.normal(size=(2, 3, 8, 8)).astype(np.float32)
    value = helper.make_tensor_value_info
    weight = numpy_helper.from_array(random.normal(scale=0.2, size=(4, 3, 3, 3)).astype(np.float32), "weight")
    nodes = [
        helper.make_node("Conv", ["x", "weight"], ["c"], pads=[1] * 4),
        helper.make_node("Sigmoid", ["c"], ["s"]),
        helper.make_node("Add", ["c", "s"], ["a"]),
        helper.make_node("GlobalAveragePool", ["a"], ["y"]),
    ]
    shapes = [value("x", FLOAT, ["batch", 3, 8, 8])], [value("y", FLOAT, ["batch", 4, 1, 1])]
    graph = helper.make_graph(nodes, "net", *shapes, [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    class Reader(CalibrationDataReader):
        rows = iter([{"x": images}])

        def get_next(self):
            return next(self.rows, None)

    with TemporaryDirectory() as folder:
        source, target = Path(folder, "float.onnx"), Path(folder, "quantised.onnx")
        source.write_bytes(model.SerializeToString())
        quantize_static(source, target, Reader(), quant_format=QuantFormat.QOperator)
        # The quantised network is what was trained; its own reference is Python's ONNX Runtime of the same version.
        answers = InferenceSession(target).run(None, {"x": images})
        write("qoperator", onnx.load(target), [array(images)], map(array, answers))


if __name__ == "__main__":
    scikit_learn()
    boosted()
    quantised()
