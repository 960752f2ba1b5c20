"""Scores out of time: common window, blocked folds, walk-forward and ablations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from columns import COLUMNS, GROUPS, NAMES, without
from flight_data import Flights
from recipes import Recipe

FOLDS = 5
GAP = pd.Timedelta(days=1)
EVERY = list(range(len(NAMES)))
MONTHS = [f"2013-{month:02d}-01T00:00:00Z" for month in range(1, 10)]
UNITS = {"auc": "1", "average_precision": "1", "brier": "1", "calibration_error": "1", "log_loss": "nat",
         "precision_top_decile": "1", "recall_top_decile": "1"}
LOWER = {"brier", "calibration_error", "log_loss"}


def stamp(moment: pd.Timestamp) -> str:
    """ISO-8601 UTC text of a moment."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _calibration_error(late: np.ndarray, score: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal size."""
    groups = np.array_split(np.argsort(score, kind="stable"), 10)
    return sum(len(g) / len(score) * abs(late[g].mean() - score[g].mean()) for g in groups)


def scores(late: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """Every metric of one set of predictions."""
    top = np.argsort(-score, kind="stable")[: len(score) // 10]
    values = {
        "auc": roc_auc_score(late, score),
        "average_precision": average_precision_score(late, score),
        "brier": brier_score_loss(late, score),
        "calibration_error": _calibration_error(late, score),
        "log_loss": log_loss(late, score),
        "precision_top_decile": late[top].mean(),
        "recall_top_decile": late[top].sum() / late.sum(),
    }
    return {name: round(float(value), 6) for name, value in values.items()}


def listed(values: dict[str, float]) -> list[dict]:
    """Metrics with unit and direction, as `evaluation.json` lists them."""
    return [{"name": name, "value": value, "unit": UNITS[name],
             "direction": "lower_is_better" if name in LOWER else "higher_is_better"} for name, value in values.items()]


def span(flights: Flights, start: pd.Timestamp, end: pd.Timestamp) -> dict:
    """Window and number of rows of a set of flights."""
    return {"from": stamp(start), "to": stamp(end), "rows": len(flights.late)}


def fit_and_score(recipe: Recipe, train: Flights, test: Flights, columns: list[int] = EVERY) -> dict[str, float]:
    """Train the recipe on some columns of one set and score it on another."""
    def matrix(flights: Flights) -> np.ndarray:
        return flights.matrix(recipe.precision)[:, columns].astype(np.float64)
    model = recipe.build(columns).fit(matrix(train), train.late)
    return scores(test.late, model.predict_proba(matrix(test))[:, 1])


def blocked_folds(flights: Flights, recipe: Recipe) -> list[tuple[dict, Flights, Flights]]:
    """Expanding folds: six equal time blocks, a day of gap before each test block."""
    start, end = (pd.Timestamp(text).tz_localize(None) for text in recipe.window)
    cuts = [start + (end - start) * k / (FOLDS + 1) for k in range(FOLDS + 2)]
    cuts = [cut.floor("h") for cut in cuts]
    folds = []
    for k in range(1, FOLDS + 1):
        until = cuts[k] - GAP
        train = flights.window(stamp(start), stamp(until))
        test = flights.window(stamp(cuts[k]), stamp(cuts[k + 1]))
        entry = {"fold": k, "train": span(train, start, until), "test": span(test, cuts[k], cuts[k + 1])}
        folds.append((entry, train, test))
    return folds


def walk_forward(flights: Flights, recipe: Recipe) -> list[dict]:
    """Retrain on everything before each month, test on the month."""
    rows = []
    for month, after in zip(MONTHS[1:], MONTHS[2:]):
        train, test = flights.window(MONTHS[0], month), flights.window(month, after)
        rows.append({"train": {"from": MONTHS[0], "to": month, "rows": len(train.late)},
                     "test": {"from": month, "to": after, "rows": len(test.late)},
                     "metrics": fit_and_score(recipe, train, test)})
    return rows


def cross_validate(flights: Flights, recipe: Recipe) -> tuple[list[dict], list[dict]]:
    """Scores per fold, and what each feature group adds to the AUC of each fold."""
    folds = blocked_folds(flights, recipe)
    full = [fit_and_score(recipe, train, test) for _, train, test in folds]
    ablations = []
    for group in GROUPS:
        per_fold = []
        for (entry, train, test), complete in zip(folds, full):
            reduced = fit_and_score(recipe, train, test, without(group))
            keep = ("auc", "log_loss")
            per_fold.append({"fold": entry["fold"], "with": {k: complete[k] for k in keep},
                             "without": {k: reduced[k] for k in keep},
                             "delta": round(complete["auc"] - reduced["auc"], 6)})
        names = [column.name for column in COLUMNS if column.group == group]
        ablations.append({"group": group, "features": names, "per_fold": per_fold})
    return [{**entry, "metrics": metrics} for (entry, _, _), metrics in zip(folds, full)], ablations
