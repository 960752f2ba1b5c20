"""Regressors and classifiers of scikit-learn, LightGBM and XGBoost, exported as their users do."""

import tempfile
from pathlib import Path

import catboost
import lightgbm
import numpy as np
import onnx
import onnxmltools
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloats
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from case import Case, split

ROWS = 64


def features(seed=0, width=8, rows=500):
    return np.random.default_rng(seed).normal(size=(rows, width)).astype(np.float32)


def prices(x, scale):
    weights = np.linspace(0.05, 0.2, x.shape[1])
    return scale * (1 + x @ weights + 0.05 * np.sin(3 * x[:, 0]))


def regressors():
    x = features()
    kinds = {
        "gradient-boosting": lambda: GradientBoostingRegressor(random_state=0),
        "linear": LinearRegression,
        "pipeline-ridge": lambda: make_pipeline(StandardScaler(), Ridge()),
        "nearest-neighbours": KNeighborsRegressor,
    }
    for scale, label in ((300, "300"), (400_000, "400k")):
        y = prices(x, scale)
        for name, make in kinds.items():
            model = make().fit(x, y)
            exported = to_onnx(model, x[:1], target_opset=18)
            answers = model.predict(x[:ROWS]).astype(np.float32).reshape(-1, 1)
            yield correct(f"sklearn-{name}-{label}", exported, {"X": x[:ROWS]}, [answers])
        yield from boosted(x, y, label)


def boosted(x, y, label):
    lgbm = lightgbm.LGBMRegressor(n_estimators=60, verbose=-1).fit(x, y)
    exported = onnxmltools.convert_lightgbm(lgbm, initial_types=[("input", MlFloats([None, x.shape[1]]))])
    answers = lgbm.predict(x[:ROWS]).astype(np.float32).reshape(-1, 1)
    yield correct(f"lightgbm-regressor-{label}", exported, {"input": x[:ROWS]}, [answers])
    xgb = xgboost.XGBRegressor(n_estimators=60).fit(x, y)
    exported = onnxmltools.convert_xgboost(xgb, initial_types=[("input", MlFloats([None, x.shape[1]]))])
    answers = xgb.predict(x[:ROWS]).astype(np.float32).reshape(-1, 1)
    yield correct(f"xgboost-regressor-{label}", exported, {"input": x[:ROWS]}, [answers])


    cat = catboost.CatBoostRegressor(iterations=60, verbose=0, allow_writing_files=False).fit(x, y)
    answers = cat.predict(x[:ROWS]).astype(np.float32).reshape(-1, 1)
    yield correct(f"catboost-regressor-{label}", saved(cat), {"features": x[:ROWS]}, [answers])


def saved(cat):
    """CatBoost exports to a file alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        cat.save_model(path, format="onnx")
        return onnx.load(path)


def correct(name, model, inputs, outputs, **more):
    return Case(name, model, split(inputs, outputs), "pass", "Exported as its framework does; references by the framework.", **more)


def classifiers():
    x = features(1)
    y = (x[:, 0] + x[:, 1] > 0).astype(np.int64)
    words = np.array(["no", "yes"])[y]
    rows = x[:ROWS]
    logistic = LogisticRegression().fit(x, y)
    labels = [logistic.predict(rows), logistic.predict_proba(rows).astype(np.float32)]
    yield correct("sklearn-classifier", to_onnx(logistic, x[:1], options={"zipmap": False}), {"X": rows}, labels)
    # The default: a sequence of maps, whose references are the matrix that predict_proba gives.
    yield correct("sklearn-classifier-zipmap", to_onnx(logistic, x[:1]), {"X": rows}, labels)
    columns = to_onnx(logistic, x[:1], options={"zipmap": "columns"})
    yield correct("sklearn-classifier-zipmap-columns", columns, {"X": rows}, [labels[0], labels[1][:, 0], labels[1][:, 1]])
    named = LogisticRegression().fit(x, words)
    texts = [named.predict(rows), named.predict_proba(rows).astype(np.float32)]
    yield correct("sklearn-string-labels", to_onnx(named, x[:1], options={"zipmap": False}), {"X": rows}, texts)
    yield correct("sklearn-string-labels-zipmap", to_onnx(named, x[:1]), {"X": rows}, texts)
    for name, model in others().items():
        model.fit(x, y)
        answers = [model.predict(rows), model.predict_proba(rows).astype(np.float32)]
        yield correct(f"sklearn-{name}", to_onnx(model, x[:1], options={"zipmap": False}), {"X": rows}, answers)
    yield from boosted_classifiers(x, y, rows)
    yield wrong_labels(logistic, x)
    yield inverted(x, y)


def others():
    return {
        "forest": RandomForestClassifier(30, random_state=0),
        "mlp-classifier": MLPClassifier((16,), random_state=0, max_iter=300),
        "svc": SVC(probability=True, random_state=0),
    }


def boosted_classifiers(x, y, rows):
    lgbm = lightgbm.LGBMClassifier(n_estimators=30, verbose=-1).fit(x, y)
    types = [("input", MlFloats([None, x.shape[1]]))]
    answers = [lgbm.predict(rows), lgbm.predict_proba(rows).astype(np.float32)]
    zipped = onnxmltools.convert_lightgbm(lgbm, initial_types=types)
    yield correct("lightgbm-classifier-zipmap", zipped, {"input": rows}, answers)
    plain = onnxmltools.convert_lightgbm(lgbm, initial_types=types, zipmap=False)
    yield correct("lightgbm-classifier", plain, {"input": rows}, answers)
    xgb = xgboost.XGBClassifier(n_estimators=30).fit(x, y)
    answers = [xgb.predict(rows), xgb.predict_proba(rows).astype(np.float32)]
    cat = catboost.CatBoostClassifier(iterations=30, verbose=0, allow_writing_files=False).fit(x, y)
    labels = cat.predict(rows).astype(np.int64)
    yield correct("catboost-classifier-zipmap", saved(cat), {"features": rows}, [labels, cat.predict_proba(rows).astype(np.float32)])
    yield correct("xgboost-classifier", onnxmltools.convert_xgboost(xgb, initial_types=types), {"input": rows}, answers)


def wrong_labels(model, x):
    labels = model.predict(x[:256]).copy()
    labels[::2] = 1 - labels[::2]
    exported = to_onnx(model, x[:1], options={"zipmap": False})
    data = split({"X": x[:256]}, [labels, model.predict_proba(x[:256]).astype(np.float32)])
    return Case("wrong-labels", exported, data, "fail", "Every second label differs.", ["labels-agree"])


def inverted(x, y):
    """Right by its own references, wrong about the world: quality is not measured here."""
    model = LogisticRegression().fit(x, 1 - y)
    rows = x[:ROWS]
    answers = [model.predict(rows), model.predict_proba(rows).astype(np.float32)]
    exported = to_onnx(model, x[:1], options={"zipmap": False})
    return Case("inverted-classifier", exported, split({"X": rows}, answers), "pass", "Parity holds; the report must say that quality is claimed, not measured.")


def named_columns():
    iris = load_iris(as_frame=True)
    x = iris.data.to_numpy(np.float32)
    model = RandomForestClassifier(10, random_state=0).fit(x, iris.target)
    answers = [model.predict(x[:40]), model.predict_proba(x[:40]).astype(np.float32)]
    exported = to_onnx(model, x[:1], options={"zipmap": False})
    yield correct("iris-columns", exported, {"X": x[:40]}, answers, columns=list(iris.data.columns))
    x64, y = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(x64, y)
    yield correct("sklearn-float64", to_onnx(model, x64[:1]), {"X": x64[:40]}, [model.predict(x64[:40]).reshape(-1, 1)])


def texts():
    lines = ["the train is late", "the train is on time", "late again and again", "on time as ever"] * 5
    late = np.array([1, 0, 1, 0] * 5)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(lines, late)
    column = np.array(lines[:8], dtype=object).reshape(-1, 1)
    from skl2onnx.common.data_types import StringTensorType

    exported = to_onnx(model, initial_types=[("text", StringTensorType([None, 1]))], options={"zipmap": False})
    answers = [model.predict(lines[:8]), model.predict_proba(lines[:8]).astype(np.float32)]
    yield correct("sklearn-text", exported, {"text": column}, answers)


def cases():
    for make in (regressors, classifiers, named_columns, texts):
        yield from make()
