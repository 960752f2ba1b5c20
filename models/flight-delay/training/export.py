"""Export to ONNX: one float32 input, plain tensor outputs, columns in the metadata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.base import BaseEstimator

from columns import NAMES

TARGET_OPSET = {"": 18, "ai.onnx.ml": 3}


def snap_thresholds(model, sample: np.ndarray) -> None:
    """Round every split threshold down to a float32, in place.

    For a float32 feature x and a float64 threshold t, `x <= t` and
    `x <= floor32(t)` are the same test, so no prediction on float32 features
    changes (checked on `sample`), and the exported tree is the trained tree.
    """
    before = model.predict_proba(sample)
    for (predictor,) in model._predictors:
        exact = predictor.nodes["num_threshold"]
        rounded = exact.astype(np.float32)
        above = rounded.astype(np.float64) > exact
        rounded[above] = np.nextafter(rounded[above], np.float32(-np.inf))
        predictor.nodes["num_threshold"] = rounded.astype(np.float64)
    if not np.array_equal(before, model.predict_proba(sample)):
        raise AssertionError("snapping the thresholds changed a prediction")


def to_onnx(model: BaseEstimator, path: Path, version: str) -> None:
    """Convert, name the axes, list each operator set once, describe and check the model, and write it."""
    proto = convert_sklearn(
        model,
        name="flight_delay",
        initial_types=[("features", FloatTensorType([None, len(NAMES)]))],
        options={id(model): {"zipmap": False}},
        target_opset=TARGET_OPSET,
    )
    tensors = [*proto.graph.input, *proto.graph.output]
    for tensor, axes in zip(tensors, (["N", len(NAMES)], ["N"], ["N", 2]), strict=True):
        shape = tensor.type.tensor_type.shape
        shape.ClearField("dim")
        for axis in axes:
            shape.dim.add(**({"dim_param": axis} if isinstance(axis, str) else {"dim_value": axis}))
    opsets = {opset.domain: opset.version for opset in proto.opset_import}
    del proto.opset_import[:]
    proto.opset_import.extend(onnx.helper.make_opsetid(*entry) for entry in sorted(opsets.items()))
    onnx.helper.set_model_props(proto, {"columns": json.dumps(NAMES), "model": "flight-delay", "version": version})
    domains = {node.domain for node in proto.graph.node}
    if not domains <= {"", "ai.onnx.ml"}:
        raise AssertionError(f"unexpected operator domains {sorted(domains)}")
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString(deterministic=True))
